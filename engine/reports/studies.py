"""What a report shows when somebody has computed it: given records, never computed here.

Costs, parameters, windows and scenarios are runs of their own, counted as such; a report only
repeats their figures. What is absent is shown as "not run", with the command that runs it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.quantities import Ratio
from engine.records import Record

ZoneName = Literal["train", "holdout"]
ShortText = Annotated[str, Field(max_length=200)]


class NamedStatistic(Record):
    """A report-only statistic; its year is part of its name (PSR 2012, DSR 2014).

    `trials` is the N that it was deflated with, None where it knows no N.
    """

    name: Literal["psr", "dsr", "min_trl", "pbo"]
    year: Annotated[int, Field(ge=1990, le=2100)]
    zone: ZoneName = "train"
    value: Ratio
    trials: Annotated[int, Field(ge=1)] | None = None


class PowerPoint(Record):
    """Chance that this gate accepts a real edge of this yearly Sharpe ratio.

    `chance` is that of the testnet tier, `paper` that of the paper tier.
    """

    sharpe: Ratio
    chance: Ratio
    paper: Ratio | None = None


class Calibration(Record):
    """Self-calibration for this report's own length and N: noise that passes, edges found.

    train_years, holdout_years, trials, look: what it was computed for; None in older reports.
    """

    noise_testnet: Ratio
    noise_paper: Ratio
    power: tuple[PowerPoint, ...] = ()
    train_years: Ratio | None = None
    holdout_years: Ratio | None = None
    trials: Annotated[int, Field(ge=1)] | None = None
    look: Annotated[int, Field(ge=1)] | None = None


class CostPoint(Record):
    """The same rules at a multiple of the costs."""

    factor: Ratio
    total_return: Ratio
    sharpe: Ratio | None
    max_drawdown: Ratio
    trades: Annotated[int, Field(ge=0)]


class ParameterMap(Record):
    """Train Sharpe over one or two parameters; `sharpe` is row by row, None where a run failed."""

    across: ShortText
    across_values: Annotated[tuple[Ratio, ...], Field(min_length=1, max_length=41)]
    down: ShortText = ""
    down_values: Annotated[tuple[Ratio, ...], Field(max_length=41)] = ()
    sharpe: tuple[tuple[Ratio | None, ...], ...]


class WalkWindow(Record):
    """One window of a walk-forward test: chosen inside, measured after it."""

    first: ShortText
    last: ShortText
    chosen: ShortText
    inside_sharpe: Ratio | None
    after_sharpe: Ratio | None
    after_return: Ratio


class Fan(Record):
    """Quantiles of simulated growth (1 = start) after so many days."""

    day: Annotated[int, Field(ge=0)]
    low: Ratio
    quarter: Ratio
    middle: Ratio
    three_quarters: Ratio
    high: Ratio


class MonteCarlo(Record):
    """Resampled paths: 5, 25, 50, 75 and 95 % quantiles, drawdowns, chance of ruin."""

    paths: Annotated[int, Field(ge=1)]
    block: Annotated[int, Field(ge=1)]
    fan: tuple[Fan, ...]
    drawdown_middle: Ratio
    drawdown_bad: Ratio
    ruin: Ratio


class StressLine(Record):
    """One scenario and what it did; the rationale is untrusted text."""

    kind: ShortText
    size: Ratio
    middle_loss: Ratio
    worst_loss: Ratio
    rationale: ShortText = ""


class RegimeLine(Record):
    """The run inside one regime label."""

    label: ShortText
    share: Ratio
    total_return: Ratio
    sharpe: Ratio | None
    trades: Annotated[int, Field(ge=0)]


class RegimeSpan(Record):
    """A stretch of one trend label, drawn as a strip below the equity."""

    first: AwareDatetime
    last: AwareDatetime
    trend: Literal["up", "down", "range"]


class Studies(Record):
    """Everything that may be handed to a report; empty means not run."""

    statistics: tuple[NamedStatistic, ...] = ()
    calibration: Calibration | None = None
    costs: tuple[CostPoint, ...] = ()
    parameters: ParameterMap | None = None
    walk_forward: tuple[WalkWindow, ...] = ()
    monte_carlo: MonteCarlo | None = None
    stress: tuple[StressLine, ...] = ()
    regimes: tuple[RegimeLine, ...] = ()
    regime_spans: Annotated[tuple[RegimeSpan, ...], Field(max_length=2_000)] = ()
