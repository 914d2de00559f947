"""The neighbourhood: one step of each parameter to both sides."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Annotated, Final

from pydantic import Field

from engine.backtest.metrics import measure
from engine.backtest.result import BacktestResult
from engine.data.panel import Panel
from engine.language.checker import check
from engine.language.spec import Parameter, StrategySpec
from engine.language.sweeps import at_point
from engine.quantities import Ratio
from engine.records import Record

MOST: Final = 20
STEP: Final = 0.1
"""Share of the default by which a parameter without a step of its own is moved."""
LEAST_STEP: Final = 0.05
"""A declared step below this share of the default would ask the candidate itself again."""
_DECIMALS: Final = 9


class NeighbourEvidence(Record):
    """The neighbourhood on train.

    Attributes:
        count: neighbours that ran.
        median: of their Sharpe ratios, one that never moved counts as 0; None without a neighbour.
        ratio: that over the candidate's own Sharpe ratio; None unless that is positive.
    """

    count: Annotated[int, Field(ge=0)]
    median: Ratio | None
    ratio: Ratio | None


def neighbours_of(spec: StrategySpec) -> tuple[StrategySpec, ...]:
    """The specs one step of one parameter away, at most 20, each parameter down and up.

    A point at which the spec would be refused (a fast average slower than the slow one) is no
    neighbour. Sweeps meet the same points as the same rules, so they are no new trials there.
    """
    found = []
    for param in spec.params:
        for value in _steps(param):
            near = at_point(spec, {param.name: value})
            if check(near).ok:
                found.append(near)
    return tuple(found[:MOST])


def _steps(param: Parameter) -> tuple[float, ...]:
    """The values below and above the default; whole ones for whole parameters."""
    step = max(param.step or abs(param.default) * STEP, abs(param.default) * LEAST_STEP)
    if param.type == "int":
        step = float(max(1, round(step)))
    if step <= 0.0:
        return ()
    below, above = round(param.default - step, 12), round(param.default + step, 12)
    return (below, above)


def neighbour_evidence(
    own: BacktestResult, near: Sequence[BacktestResult], panel: Panel
) -> NeighbourEvidence:
    """Median Sharpe ratio of the neighbours' runs, and its ratio to the candidate's own."""
    ratios = [_sharpe(result, panel) for result in near]
    if not ratios:
        return NeighbourEvidence(count=0, median=None, ratio=None)
    middle = round(median(ratios), _DECIMALS)
    mine = _sharpe(own, panel)
    share = round(middle / mine, _DECIMALS) if mine > 0.0 else None
    return NeighbourEvidence(count=len(ratios), median=middle, ratio=share)


def _sharpe(result: BacktestResult, panel: Panel) -> float:
    return measure(result, panel).sharpe or 0.0
