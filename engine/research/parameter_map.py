"""The map of a sweep: train Sharpe over two parameters, the others at the winner's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.reports.studies import ParameterMap
from engine.research.select import figure
from engine.research.space import Space
from engine.research.tasks import Values
from engine.research.trials import Tried

WIDEST: Final = 41
"""Values that one axis may show."""


def map_of(space: Space, found: Sequence[Tried], best: Tried) -> ParameterMap | None:
    """The map around the winner; None without a parameter to draw, or with too many values.

    The two parameters with the most values are its axes; a point that was not tried, or failed,
    is None.
    """
    axes = sorted(space.swept, key=lambda name: -len(_values(space, name)))[:2]
    if not axes or any(len(_values(space, name)) > WIDEST for name in axes):
        return None
    sharpe = {one.values: figure(one.outcome, "sharpe") for one in found}
    across, down = axes[0], axes[1] if len(axes) > 1 else ""
    rows = _values(space, down) if down else (0.0,)
    return ParameterMap(
        across=across,
        across_values=_values(space, across),
        down=down,
        down_values=rows if down else (),
        sharpe=tuple(
            tuple(
                sharpe.get(_moved(best.values, {across: x, down: y}))
                for x in _values(space, across)
            )
            for y in rows
        ),
    )


def _values(space: Space, name: str) -> tuple[float, ...]:
    return space.values[space.names.index(name)]


def _moved(values: Values, to: dict[str, float]) -> Values:
    return tuple((name, to.get(name, value)) for name, value in values)
