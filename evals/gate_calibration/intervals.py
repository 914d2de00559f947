"""Rates with the bounds that their number of runs allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.gate.statistics import clopper_pearson_upper

ONE_SIDED = 0.975
"""Each bound of a two-sided 95 % interval."""


def upper95(hits: int, runs: int) -> float:
    """Upper end of the 95 % Clopper-Pearson interval of a rate."""
    return clopper_pearson_upper(hits, runs, ONE_SIDED)


def lower95(hits: int, runs: int) -> float:
    """Lower end of the 95 % Clopper-Pearson interval of a rate."""
    return 1.0 - clopper_pearson_upper(runs - hits, runs, ONE_SIDED)


def rate(flags: Sequence[bool], name: str) -> dict[str, Any]:
    """`{name, name_lower95, name_upper95}`; None for all three without a run."""
    runs, hits = len(flags), sum(flags)
    if not runs:
        return dict.fromkeys((name, f"{name}_lower95", f"{name}_upper95"))
    bounds = (hits / runs, lower95(hits, runs), upper95(hits, runs))
    names = (name, f"{name}_lower95", f"{name}_upper95")
    return {key: round(value, 5) for key, value in zip(names, bounds, strict=True)}
