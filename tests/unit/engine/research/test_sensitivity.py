"""Sensitivity: every other parameter is a trial, maps and costs are what they say."""

from __future__ import annotations

import pytest

from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.errors import InputError
from engine.language.spec import Parameter
from engine.records import canonical
from engine.research.sensitivity import SensitivityStudy, sensitivity, without_fills
from engine.research.variants import (
    dearer,
    delayed,
    step_of,
    values_around,
    with_costs,
    with_values,
)
from engine.research.watching import Watch
from tests.studies_world import CountedRuns, crossing, market_of, rule_of, subject_of

PANEL = market_of(bars=400)


def parameter(default: float, kind: str = "float", **fields: float) -> Parameter:
    """A parameter."""
    return Parameter.model_validate({"name": "p", "type": kind, "default": default, **fields})


def studied(runs: CountedRuns, watch: Watch | None = None, **fields: int) -> SensitivityStudy:
    """The neighbourhood of two averages."""
    subject = crossing(costs=CostModel())
    base = subject.run(PANEL)
    return sensitivity(subject, PANEL, base, run_many=runs, watch=watch or Watch(), **fields)


@pytest.mark.parametrize(
    ("param", "step"),
    [
        (parameter(20, "int", low=10, high=40, step=5), 5), (parameter(20, "int"), 2),
        (parameter(3, "int"), 1), (parameter(2.0), 0.2), (parameter(0.0), 0.1),
        (parameter(1.0, low=0.0, high=2.0), 0.2), (parameter(5, "int", low=1, high=10), 1),
    ],
)  # fmt: skip
def test_a_step_is_the_parameter_s_own_or_a_tenth(param: Parameter, step: float) -> None:
    """Its step, else a tenth of the range or of the default; whole ones move by one at least."""
    assert step_of(param) == pytest.approx(step)


def test_three_steps_to_both_sides_within_the_range() -> None:
    """Beyond the range there is nothing; the default is always among them."""
    wide = parameter(20, "int", low=2, high=90, step=5)
    assert values_around(wide) == (5, 10, 15, 20, 25, 30, 35)
    tight = parameter(20, "int", low=15, high=25, step=5)
    assert values_around(tight) == (15, 20, 25)
    assert values_around(parameter(0.3, step=0.1, low=0.0, high=1.0)) == (
        0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6,
    )  # fmt: skip


def test_a_point_that_means_nothing_has_no_subject() -> None:
    """A fast average slower than the slow one is no spec; the other way round is one."""
    assert with_values(crossing(), {"fast": 20, "slow": 20}) is None
    found = with_values(crossing(), {"fast": 4, "slow": 20})
    assert found is not None
    assert [param.default for param in found.spec.params] == [4, 20]


def test_every_other_run_is_counted_once() -> None:
    """Six and four neighbours, a map of 35 cells, three costs, one delay; none asked twice."""
    runs = CountedRuns(PANEL)
    study = studied(runs)
    keys = [(each.compiled.rule_digest, each.costs.digest) for each in runs.subjects]
    assert len(keys) == len(set(keys)) == study.trials
    assert study.complete
    own = crossing(costs=CostModel())
    assert (own.compiled.rule_digest, CostModel().digest) not in keys


def test_the_map_holds_the_lines() -> None:
    """Row and column of the defaults are the lines of one at a time."""
    study = studied(CountedRuns(PANEL))
    found = study.map
    assert found is not None
    lines = {line.name: line for line in study.parameters}
    down = found.down_values.index(5.0 if found.down == "fast" else 30.0)
    across = found.across_values.index(30.0 if found.across == "slow" else 5.0)
    assert found.sharpe[down] == lines[found.across].sharpe
    assert tuple(row[across] for row in found.sharpe) == lines[found.down].sharpe
    assert found.sharpe[down][across] == study.base_sharpe


def test_without_pairs_the_first_line_is_the_map() -> None:
    """Maps can be left out, and then cost no trials."""
    few, many = CountedRuns(PANEL), CountedRuns(PANEL)
    study = studied(few, pairs=0)
    assert study.map is not None
    assert study.map.down == ""
    assert len(few.subjects) < studied(many).trials


def test_costs_are_those_of_the_factors() -> None:
    """0, 1, 2 and 4 times: each figure is that of a run at those costs, and more cost less left."""
    study = studied(CountedRuns(PANEL), pairs=0)
    assert [point.factor for point in study.costs] == [0, 1, 2, 4]
    for point in study.costs:
        own = with_costs(crossing(costs=CostModel()), point.factor)
        assert point.total_return == measure(own.run(PANEL), PANEL).total_return
    gains = [point.total_return for point in study.costs]
    assert gains == sorted(gains, reverse=True)


def test_costs_stop_at_what_the_model_allows() -> None:
    """Twenty times 100 basis points would be more than a tenth: it is ten times."""
    dear = CostModel(taker_fee_bps=100.0)
    assert dearer(dear, 20.0) == dear.scaled(10.0)
    assert dearer(CostModel(), 4.0) == CostModel().scaled(4.0)


def test_a_delay_decides_one_bar_later() -> None:
    """Every entry of the delayed rules is one bar after that of the others."""
    rule = rule_of("dow == 1", "dow == 3")
    usual, later = subject_of(rule), delayed(subject_of(rule))
    first = usual.run(PANEL).trades[0]
    second = later.run(PANEL).trades[0]
    assert (second.entry_bar, second.exit_bar) == (first.entry_bar + 1, first.exit_bar + 1)
    assert later.compiled.rule_digest != usual.compiled.rule_digest


def test_what_cannot_be_delayed_is_said() -> None:
    """A rule on the present trade has no earlier value: skipped with the checker's code."""
    subject = subject_of(
        rule_of("close > sma(close, 5)", "close < sma(close, 5) or not last_trade_won")
    )
    with pytest.raises(InputError) as caught:
        delayed(subject)
    study = sensitivity(subject, PANEL, subject.run(PANEL), run_many=CountedRuns(PANEL))
    delay = next(line for line in study.execution if line.kind == "delay")
    assert delay.skipped == caught.value.code
    assert delay.runs == 0


def test_missed_fills_are_drawn_and_no_trials() -> None:
    """Five percent of the bars trade nothing; bars are synthetic, draws always the same."""
    dry = without_fills(PANEL, 0.05, "name", 0)
    assert dry.each[0].origin == "synthetic"
    share = float((dry.each[0].volume == 0).mean())
    assert 0.02 < share < 0.09
    assert dry.each[0].digest == without_fills(PANEL, 0.05, "name", 0).each[0].digest
    assert dry.each[0].digest != without_fills(PANEL, 0.05, "name", 1).each[0].digest
    missed = next(
        line for line in studied(CountedRuns(PANEL)).execution if line.kind == "missed_fills"
    )
    assert missed.runs == 20
    assert missed.sharpe is not None
    assert missed.worst_sharpe is not None
    assert missed.worst_sharpe <= missed.sharpe


def test_currencies_miss_fills_too() -> None:
    """Their volume is not read by the account, so they are run as what has one."""
    fx = without_fills(market_of(("EUR/USD",), bars=100, kind="fx"), 0.05, "name", 0)
    assert fx.each[0].instrument.kind == "spot"
    assert fx.each[0].instrument.symbol == "EUR/USD"


def test_a_stopped_study_keeps_what_was_run() -> None:
    """When the ledger gives no more results the rest is None, and it is not complete."""
    study = studied(CountedRuns(PANEL, stop_after=4))
    assert not study.complete
    assert study.trials == 4
    known = [value for line in study.parameters for value in line.sharpe if value is not None]
    assert known
    assert study.execution == ()


def test_progress_is_told_to_the_end() -> None:
    """Done never exceeds the total and ends there."""
    told: list[tuple[int, int]] = []
    studied(CountedRuns(PANEL), Watch(lambda *at: told.append(at)))
    assert told[-1][0] == told[-1][1]
    assert all(done <= total for done, total in told)


def test_the_same_study_has_the_same_bytes() -> None:
    """Nothing but the input decides."""
    assert canonical(studied(CountedRuns(PANEL))) == canonical(studied(CountedRuns(PANEL)))


def test_a_spec_without_parameters_has_costs_and_fills_alone() -> None:
    """No line, no map; costs, delay and missed fills are there."""
    subject = subject_of(rule_of("close > sma(close, 5)", "close < sma(close, 5)"))
    study = sensitivity(subject, PANEL, subject.run(PANEL), run_many=CountedRuns(PANEL))
    assert study.map is None
    assert len(study.costs) == 4
    assert [line.kind for line in study.execution] == ["delay", "missed_fills"]
