"""The exporters by the name of their target; the door of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.errors import InputError
from engine.export import backtesting_py, freqtrade, pine
from engine.language.spec import StrategySpec
from engine.text import did_you_mean

_EXPORTERS: Final[dict[str, Callable[[StrategySpec], str]]] = {
    "backtesting": backtesting_py.export,
    "freqtrade": freqtrade.export,
    "pine": pine.export,
}
TARGETS: Final = tuple(_EXPORTERS)
"""Names of the targets."""


def export(spec: StrategySpec, target: str) -> str:
    """A spec as source text for another engine.

    Raises:
        InputError: EXPORT_TARGET_UNKNOWN, or EXPORT_NOT_POSSIBLE with the path of the part that
            the target cannot express.
        SpecError: the spec is not right; the checker's first error.
    """
    if target not in _EXPORTERS:
        near = did_you_mean(target, list(TARGETS))
        raise InputError(
            "EXPORT_TARGET_UNKNOWN",
            "there is no exporter of this name",
            value=target,
            hint=f"did you mean {near[0]}?" if near else f"one of {', '.join(TARGETS)}",
        )
    return _EXPORTERS[target](spec)
