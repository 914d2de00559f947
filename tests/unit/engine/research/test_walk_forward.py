"""Walk-forward: windows that leave out what must be left out, inner trials that are counted."""

from __future__ import annotations

import pytest

from engine.data.days import DAY_MS
from engine.errors import InputError
from engine.research.market import ResearchMarket
from engine.research.sweep import sweep
from engine.research.walk_forward import SLICES_ONLY, walk_forward
from engine.research.windows import WalkPlan, windows_of
from tests.research_world import (
    fixed,
    lab_of,
    ledger_bytes,
    market_of,
    memory,
    sample_store,
    study_of,
)
from tests.studies_world import market_of as synthetic

PLAN = WalkPlan(windows=3)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> ResearchMarket:
    """Train bars of the sample stock."""
    return market_of(sample_store(tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("mode", ["anchored", "rolling"])
def test_purge_and_embargo_lie_between(mode: str) -> None:
    """Nothing within purge and embargo before a measured window is chosen on; windows abut."""
    panel = synthetic(bars=800)
    plan = WalkPlan.model_validate({"mode": mode, "windows": 4, "embargo_days": 10})
    found = windows_of(panel, plan, purge=7)
    for inside, after in found:
        gap = (int(panel.time[after.first]) - int(panel.time[inside.end - 1])) // DAY_MS
        assert gap == 7 + 10 + 1
        assert after.begin == 0
    ends = [after.end for _, after in found]
    assert [after.first for _, after in found] == [400, *ends[:-1]]
    assert ends[-1] == 800
    lengths = {inside.end - inside.begin for inside, _ in found}
    assert (len(lengths) == 1) is (mode == "rolling")
    assert all(inside.begin == 0 for inside, _ in found) is (mode == "anchored")


def test_too_few_bars_are_refused() -> None:
    """WALK_FORWARD_SHORT when the purge leaves nothing inside; a short one is fine."""
    panel = synthetic(bars=300)
    with pytest.raises(InputError) as caught:
        windows_of(panel, PLAN, purge=100)
    assert caught.value.code == "WALK_FORWARD_SHORT"
    assert len(windows_of(panel, PLAN, purge=5)) == 3


def test_every_inner_trial_is_counted(market: ResearchMarket) -> None:
    """The base run, twelve inner runs and one measured run a window; the same again counts none."""
    ledger = memory()
    lab, study = lab_of(market, ledger), study_of(market)
    found = walk_forward(study, lab, PLAN)
    assert found.procedure
    assert found.trials == ledger.count() == 1 + 3 * (12 + 1)
    assert {row.start.lineage.source for row in ledger.rows()} == {"walk_forward"}
    before = ledger_bytes(ledger)
    assert walk_forward(study, lab, PLAN) == found
    assert ledger_bytes(ledger) == before


def test_fixed_rules_are_slices_and_it_says_so(market: ResearchMarket) -> None:
    """Nothing is chosen: two runs a window, and the note."""
    ledger = memory()
    found = walk_forward(study_of(market, spec=fixed()), lab_of(market, ledger), PLAN)
    assert not found.procedure
    assert SLICES_ONLY in found.notes
    assert ledger.count() == 1 + 3 * 2
    assert {one.chosen for one in found.windows} == {"fast=5, slow=30"}


def test_what_is_chosen_depends_on_earlier_bars_alone(market: ResearchMarket) -> None:
    """The runs inside the first window have the same returns whether later years exist or not."""
    panel = market.panel
    inside, after = windows_of(panel, PLAN, purge=20)[0]
    early = ResearchMarket(market.datasets, panel.before(int(panel.time[after.end])))
    outcomes = [
        [one.outcome for one in sweep(study_of(market), lab_of(bars), span=inside)]
        for bars in (market, early)
    ]
    assert outcomes[0] == outcomes[1]
