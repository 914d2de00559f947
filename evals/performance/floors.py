"""The floors we promise, and whether a run of the suite reached them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

Figures = Mapping[str, Any]


class Floor(NamedTuple):
    """One promise: the figure at a dotted path must be at least, or at most, a bound."""

    what: str
    path: str
    sign: str
    bound: float


_SIGNS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, "<=": operator.le,
}  # fmt: skip

FLOORS: Final = (
    Floor("cross, 100k bars, ns per bar", "cases.sma_cross_100k.ours_ns_per_bar", "<=", 20.0),
    Floor("times backtesting", "cases.sma_cross_100k.ratios.backtesting", ">=", 200.0),
    Floor("times vectorbt", "cases.sma_cross_100k.ratios.vectorbt", ">=", 10.0),
    Floor("cross, 1M bars against 100k, per bar", "million.cost_ratio", "<=", 1.3),
    Floor("cross, 1M bars, extra MiB", "million.extra_mib", "<=", 48.0),
    Floor("with stop, ns per bar", "cases.sma_cross_risk_100k.ours_ns_per_bar", "<=", 35.0),
    Floor(
        "with stop, times backtesting", "cases.sma_cross_risk_100k.ratios.backtesting", ">=", 150.0
    ),
    Floor("sweep, bar-combinations per second", "sweep.combos_per_s_per_core", ">=", 200e6),
    Floor("sweep, extra MiB", "sweep.extra_mib", "<=", 64.0),
    Floor("cold, engine ms", "cold.engine_ms", "<=", 15.0),
    Floor("cold, whole process, CPU s", "cold.cpu_s", "<=", 0.8),
    Floor("cold, numba imported", "cold.numba_imported", "<=", 0.0),
    Floor("prefix test of operators, ms", "prefix_check.operators_ms", "<=", 100.0),
    Floor("prefix test of whole runs, s", "prefix_check.runs_s", "<=", 2.0),
    Floor("two keys, 1,000 trials, s", "gate_keys.trials_1000_s", "<=", 5.0),
    Floor("two keys, 10,000 trials, s", "gate_keys.trials_10000_s", "<=", 20.0),
    Floor("report of ten daily years, s", "report.cpu_s", "<=", 3.0),
)
"""All promises, in the order of the table."""


def judged(figures: Figures) -> list[dict[str, Any]]:
    """Each floor with the value and whether it is met; None for both where nothing was measured."""
    cases = {case["name"]: case for case in figures.get("cases", ())}
    return [_judged(floor, {**figures, "cases": cases}) for floor in FLOORS]


def _judged(floor: Floor, figures: Figures) -> dict[str, Any]:
    value: Any = figures
    for part in floor.path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    known = isinstance(value, int | float)
    return {
        "what": floor.what,
        "floor": f"{floor.sign} {floor.bound:g}",
        "value": value if known else None,
        "met": _SIGNS[floor.sign](float(value), floor.bound) if known else None,
    }
