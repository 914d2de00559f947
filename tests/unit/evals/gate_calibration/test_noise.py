"""The noise part: settings by name alone, figures from rows."""

from __future__ import annotations

from collections import Counter

import pytest

from evals.gate_calibration.noise import (
    NULL_MIX,
    TRIAL_MIX,
    YEAR_MIX,
    Fixed,
    setting_of,
    summary,
    tasks,
)
from evals.gate_calibration.nulls import NULLS, REAL, nulls
from evals.gate_calibration.rows import Name, Row, Rows
from evals.gate_calibration.tasks import finished
from evals.gate_calibration.verdicts import Judge


def test_the_mix_is_drawn_with_the_shares_it_names() -> None:
    """Over 2,000 runs each null, size and length has its share within four points."""
    drawn = [setting_of(Name("noise", "mix", number), 1, Fixed()) for number in range(2_000)]
    for mix, name in ((NULL_MIX, "null"), (TRIAL_MIX, "trials"), (YEAR_MIX, "years")):
        found = Counter(str(getattr(one, name)) for one in drawn)
        assert sum(mix.values()) == pytest.approx(1.0)
        for value, share in mix.items():
            assert abs(found[str(value)] / len(drawn) - share) < 0.04
    assert set(NULL_MIX) == set(NULLS)


def test_a_person_can_fix_any_of_it() -> None:
    """What is fixed holds for every run, and the cell says so."""
    fixed = Fixed("heavy_t4", 7, 3.0)
    assert fixed.cell == "null=heavy_t4,trials=7,years=3.0"
    assert Fixed().cell == "mix"
    one = setting_of(Name("noise", fixed.cell, 3), 1, fixed)
    assert (one.null, one.trials, one.years, one.cost) == ("heavy_t4", 7, 3.0, 1.5)


def test_two_studies_share_their_draws() -> None:
    """With costs the same searches are judged as without, and no p gets smaller by much."""

    def rows(fixed: Fixed) -> list[Row]:
        """A few runs."""
        made, _ = tasks(12, fixed, 1, nulls(), Judge())
        return [row for _, row in finished(made, Rows(None, 1), 1)]

    free = rows(Fixed("garch_t", 1, 2.0, 0.0))
    dear = rows(Fixed("garch_t", 1, 2.0, 50.0))
    assert [row["family"] for row in free] == [row["family"] for row in dear]
    assert all(row["cost"] == 50.0 for row in dear)
    assert all(one["p_raw"] <= other["p_raw"] + 0.02 for one, other in zip(free, dear, strict=True))
    assert any(one["p_raw"] < other["p_raw"] for one, other in zip(free, dear, strict=True))


def test_a_run_depends_on_its_name_and_the_seed_only() -> None:
    """The first runs of a long study are those of a short one; another seed gives others."""
    fixed = Fixed("garch_t", 5, 2.0)

    def rows(runs: int, seed: int) -> list[Row]:
        """The first three rows."""
        made, _ = tasks(runs, fixed, seed, nulls(), Judge())
        return [row for _, row in finished(made, Rows(None, seed), seed)][:3]

    assert rows(3, 1) == rows(6, 1)
    assert rows(3, 1) != rows(3, 2)


def test_runs_without_their_market_are_counted_and_not_replaced() -> None:
    """Without real markets their share of the runs is absent, and the others stay the same."""
    made, absent = tasks(100, Fixed(), 1, nulls(), Judge())
    assert absent > 5
    assert len(made) == 100 - absent
    chosen = {task.name.number for task in made}
    expected = {
        number
        for number in range(100)
        if setting_of(Name("noise", "mix", number), 1, Fixed()).null != REAL
    }
    assert chosen == expected


def row(
    null: str, *, paper: bool = False, testnet: bool = False, p: float = 0.5
) -> dict[str, object]:
    """A finished run."""
    return {
        "null": null, "trials": 1, "years": 2.0, "family": "coins", "p_raw": p,
        "paper": paper, "testnet": testnet,
    }  # fmt: skip


def test_figures_are_shares_of_the_rows() -> None:
    """The headline, paper, the control and the groups."""
    rows = [
        row("garch_t"),
        row("garch_t", paper=True, p=0.04),
        row("heavy_t4", paper=True, testnet=True),
    ]
    named = [(Name("noise", "mix", number), one) for number, one in enumerate(rows)]
    figures = summary(named)
    assert figures["judged"] == 3
    assert figures["false_pass"] == pytest.approx(1 / 3, abs=1e-5)
    assert figures["paper"] == pytest.approx(2 / 3, abs=1e-5)
    assert figures["holdout_5_percent"] == pytest.approx(1 / 3, abs=1e-4)
    assert [(one["null"], one["runs"], one["false_pass"]) for one in figures["by_null"]] == [
        ("garch_t", 2, 0.0),
        ("heavy_t4", 1, 1.0),
    ]


def test_without_rows_there_are_no_rates() -> None:
    """Nothing measured is None, not zero."""
    figures = summary(())
    assert (figures["judged"], figures["false_pass"], figures["by_null"]) == (0, None, [])
