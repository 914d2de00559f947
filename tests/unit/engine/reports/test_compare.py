"""Comparisons: what differs is said loudly, correlation is of common days, train figures alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.data.bars import Bars
from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.reports.build import ReportRun, report_data
from engine.reports.compare import compare
from engine.reports.data import ReportData, RuleWords
from engine.reports.render_compare import compare_data, compare_html, compare_markdown
from engine.reports.texts import text

RunOn = Callable[[Bars], ReportRun]
Made = Callable[..., ReportData]


@pytest.fixture
def made(run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec) -> Made:
    """Maker of reports on a stretch of the waves."""

    def make(
        n: int = 300, first: int = 0, title: str = "one", costs: CostModel | None = None
    ) -> ReportData:
        return report_data(
            spec, RuleWords(), run_on(wave(n, first=first)), costs or CostModel(), title=title
        )

    return make


def test_the_same_days_and_costs_are_no_trap(made: Made) -> None:
    """Nothing to warn of, and the correlation of equal returns is one."""
    found = compare([made(), made(title="two")])
    assert found.traps == ()
    assert len(found.days) == 300
    assert found.correlation[0][1] == pytest.approx(1.0)
    assert text("compare.trap.none", "en") in compare_html(found, "en")


def test_other_days_and_costs_are_named_first(made: Made) -> None:
    """Each difference is a trap of its own, before any figure."""
    other = made(first=100, title="two", costs=CostModel(slippage_bps=9.0))
    found = compare([made(), other])
    assert found.traps == ("window", "costs")
    page = compare_html(found, "de")
    assert page.index("ANDERE TAGE") < page.index(text("compare.figures", "de"))
    assert "ANDERE KOSTEN" in page


def test_figures_on_the_common_days_are_those_of_these_days(made: Made) -> None:
    """Growth of the shared stretch, measured from both runs' own daily returns."""
    one, two = made(), made(first=100, title="two")
    found = compare([one, two])
    assert len(found.days) == 200
    returns = np.array(one.daily[0].returns[100:])
    assert found.common[0].total_return == pytest.approx(np.prod(1.0 + returns) - 1.0)
    assert found.growth[0].value[0] == found.growth[1].value[0] == 1.0
    assert found.common[0].max_drawdown >= 0.0


def test_runs_without_common_days_are_not_correlated(made: Made) -> None:
    """No figures and no correlation; the page says why."""
    found = compare([made(), made(first=1_000, title="two")])
    assert (found.common, found.correlation) == ((), ())
    assert "window" in found.traps
    assert text("compare.equity_apart", "en") in compare_markdown(found, "en")


def test_a_run_that_never_moved_has_no_correlation(made: Made) -> None:
    """None instead of a division by zero."""
    still = made(title="two")
    flat = still.daily[0].model_copy(update={"returns": (0.0,) * 300})
    found = compare([made(), still.model_copy(update={"daily": (flat,)})])
    assert found.correlation[0][1] is None
    assert found.common[1].sharpe is None
    assert "—" in compare_html(found, "en")


@pytest.mark.parametrize(("count", "code"), [(1, "COMPARE_COUNT"), (7, "COMPARE_COUNT"), (2, None)])
def test_two_to_six_runs_are_compared(count: int, code: str | None, made: Made) -> None:
    """One is no comparison, seven are no picture."""
    runs = [made(80, title=f"run {place}") for place in range(count)]
    if code is None:
        assert len(compare(runs).runs) == count
        return
    with pytest.raises(InputError) as caught:
        compare(runs)
    assert caught.value.code == code


def test_a_report_twice_and_one_without_days_are_refused(made: Made) -> None:
    """COMPARE_TWICE and COMPARE_NO_DAYS."""
    one, two = made(80), made(80, title="two")
    with pytest.raises(InputError) as caught:
        compare([one, one])
    assert caught.value.code == "COMPARE_TWICE"
    with pytest.raises(InputError) as caught:
        compare([one, two.model_copy(update={"daily": ()})])
    assert caught.value.code == "COMPARE_NO_DAYS"


def test_the_data_hold_every_figure_and_digest(made: Made) -> None:
    """JSON: runs with their digests, traps, figures by key; holdout figures have no place."""
    found = compare_data(compare([made(), made(title="two")]))
    assert found["traps"] == []
    figures = found["figures"]
    assert isinstance(figures, dict)
    assert {"a.train.sharpe", "b.common.max_drawdown", "correlation.a_b"} <= set(figures)
    assert not [key for key in figures if "oos" in key]


def test_hostile_names_stay_text(made: Made, hostile: str) -> None:
    """A name cannot become mark-up."""
    page = compare_html(compare([made(title=hostile), made(title="two")]), "en")
    assert "<script>" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
