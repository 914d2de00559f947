"""The rules of looks: who gets one, which number it has, what people are told about it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import Window
from engine.gate.findings import GateCode
from engine.gate.looks import (
    LOOKS_PER_YEAR,
    LookRefusal,
    LookRow,
    TrainReturns,
    look_number,
    looks_left,
    reveal_of,
    ruling,
)
from engine.gate.looks_view import figures_of, looks_view
from engine.records import digest
from tests.looks_world import BTC, GOOG, GOOG_NEXT, NOW, noise, outcome, packed, request, returns


def row(number: int, **changes: object) -> LookRow:
    """A committed look of idea `number`."""
    return LookRow(look_id=f"look-{number}", k=number, request=request(number, **changes))


def test_a_new_idea_may_look() -> None:
    """Nothing speaks against it, with or without other looks."""
    assert ruling(request(1), ()) is None
    assert ruling(request(3), (row(1), row(2))) is None


def test_the_same_run_is_answered_with_its_look() -> None:
    """Another lineage or year of the same rule, data and costs is a recomputation."""
    first = row(1)
    later = request(1, lineage_id="another chat", at=datetime(2025, 1, 1, tzinfo=UTC))
    assert ruling(later, (first, row(2))) == first
    other = request(1, cost_digest=digest("t", "dearer"))
    assert ruling(other, (first,)) == LookRefusal(
        GateCode.LOOK_SPENT, first.request.candidate_digest
    )


@pytest.mark.parametrize("link", ["lineage_id", "shape_digest"])
def test_an_idea_has_one_look(link: str) -> None:
    """LOOK_SPENT for the same lineage, and for the same shape under a new name."""
    first = row(1)
    asked = request(2, **{link: getattr(first.request, link)})
    spent = LookRefusal(GateCode.LOOK_SPENT, first.request.candidate_digest)
    assert ruling(asked, (first,)) == spent
    assert ruling(request(2), (first,)) is None


def test_kin_are_the_same_idea() -> None:
    """LOOK_SPENT through any name of the connected component, from either side."""
    first = row(1, kin=("parent-of-both",))
    spent = LookRefusal(GateCode.LOOK_SPENT, first.request.candidate_digest)
    assert ruling(request(2, kin=("idea-1",)), (first,)) == spent
    assert ruling(request(2, kin=(first.request.shape_digest,)), (first,)) == spent
    assert ruling(request(2, kin=("parent-of-both",)), (first,)) == spent
    assert ruling(request(2, lineage_id="parent-of-both"), (first,)) == spent
    assert ruling(request(2, kin=("idea-7", "someone")), (first,)) is None


def test_the_next_window_has_looks_of_its_own() -> None:
    """After closing, the same idea and the same run may look again; k begins anew."""
    rows = (row(1), row(2))
    for asked in (
        request(1, windows=(GOOG_NEXT,)),
        request(9, train=returns(1), windows=(GOOG_NEXT,)),
    ):
        assert ruling(asked, rows) is None
    assert look_number(rows, GOOG) == 3
    assert look_number(rows, GOOG_NEXT) == 1


def test_a_look_is_charged_to_every_market() -> None:
    """K is the largest of the windows, and a look on two markets counts in both."""
    both = row(3, windows=(BTC, GOOG))
    rows = (row(1), row(2), both)
    assert (look_number(rows, GOOG), look_number(rows, BTC)) == (4, 2)
    assert look_number(rows, BTC, GOOG) == 4
    spent = LookRefusal(GateCode.LOOK_SPENT, both.request.candidate_digest)
    assert ruling(request(9, windows=(BTC,), lineage_id="idea-3"), rows) == spent
    assert ruling(request(9, windows=(BTC,), lineage_id="idea-1"), rows) is None


@pytest.mark.parametrize(("share", "shared"), [(0.6, True), (0.4, False)])
def test_what_moves_alike_shares_a_look(share: float, *, shared: bool) -> None:
    """LOOK_SHARED above |r| = 0.7 (r is the root of the share), with the one that looked."""
    answer = ruling(request(2, train=returns(2, mixed=share)), (row(1),))
    assert (answer == LookRefusal(GateCode.LOOK_SHARED, digest("t", 1))) is shared
    assert (answer is None) is not shared


def test_a_mixture_of_what_looked_shares_their_looks() -> None:
    """LOOK_SHARED when all together explain more than half, though no single one does."""
    rows = tuple(row(number) for number in range(1, 6))
    mixed = np.asarray(noise(4) * 1.3 + sum(noise(number) for number in (1, 2, 3, 5)))
    refused = ruling(request(9, train=packed(mixed + noise(9) * 2)), rows)
    assert refused == LookRefusal(GateCode.LOOK_SHARED, digest("t", 4))
    assert ruling(request(9, train=packed(mixed + noise(9) * 4)), rows) is None


def test_the_opposite_on_other_days_is_alike_too() -> None:
    """|r| counts, between the days that both have, up to three days apart."""
    first = row(1)
    days, path = first.request.train.path
    turned = np.diff(np.concatenate(([0.0], -path[::2])))
    sparse = TrainReturns.of(days[::2] + 2, turned.astype(np.int64))
    refused = ruling(request(2, train=sparse), (first,))
    assert refused == LookRefusal(GateCode.LOOK_SHARED, first.request.candidate_digest)


def test_the_most_alike_is_pointed_to() -> None:
    """Of several that look alike the nearest one's verdict stands for both."""
    rows = (row(2, train=returns(2, mixed=0.4)), row(1))
    refused = ruling(request(3, train=returns(3, mixed=0.9)), rows)
    assert refused == LookRefusal(GateCode.LOOK_SHARED, digest("t", 1))


def test_the_same_idea_is_spent_before_it_is_alike() -> None:
    """LOOK_SPENT says more than LOOK_SHARED."""
    first = row(1)
    asked = request(2, lineage_id="idea-1", train=first.request.train)
    assert ruling(asked, (first,)) == LookRefusal(GateCode.LOOK_SPENT, digest("t", 1))


def test_a_market_has_24_looks_a_year_over_all_its_windows() -> None:
    """LOOK_BUDGET for the 25th in any of the markets, until the next calendar year."""
    old = tuple(row(number, windows=(GOOG_NEXT,)) for number in range(1, 11))
    rows = (*old, *(row(number, windows=(GOOG, BTC)) for number in range(11, LOOKS_PER_YEAR + 1)))
    assert looks_left(rows, 2024, "goog") == 0
    assert looks_left(rows, 2024, "btc") == 10
    assert looks_left(rows, 2024, "btc", "goog") == 0
    assert looks_left(rows, 2025, "goog") == LOOKS_PER_YEAR
    budget = LookRefusal(GateCode.LOOK_BUDGET)
    assert ruling(request(99), rows) == budget
    assert ruling(request(99, windows=(BTC, GOOG)), rows) == budget
    assert ruling(request(99, windows=(BTC,)), rows) is None
    assert ruling(request(99, at=datetime(2025, 1, 1, tzinfo=UTC)), rows) is None


def test_shown_figures_stay_shown() -> None:
    """A later result that is sealed does not make people forget: k never falls."""
    first = row(1).ended(outcome("PASS", shown=True))
    again = first.ended(outcome("FAIL"))
    assert again.seen
    assert again.outcome == outcome("FAIL")
    assert look_number((first,), GOOG) == look_number((again,), GOOG) == 3


def test_a_statement_says_what_it_costs() -> None:
    """The number of the next look before and after, the largest over the look's windows."""
    rows = (row(1).ended(outcome("FAIL")), row(2, windows=(GOOG, BTC)).ended(outcome("FAIL")))
    said = reveal_of(rows[1], rows, "ada", NOW)
    assert (said.k_before, said.k_after) == (3, 4)
    assert said.digest == said.model_copy(update={"signature": "ff"}).digest
    assert said.digest != said.model_copy(update={"person": "bob"}).digest


Steps = st.lists(
    st.tuples(st.sampled_from(["look", "PASS", "FAIL", "reveal"]), st.integers(0, 9)), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(Steps)
def test_k_never_falls(steps: list[tuple[str, int]]) -> None:
    """Whatever is opened, recorded, recorded again or revealed, the next look's k only rises."""
    rows: list[LookRow] = []
    before = look_number(rows, GOOG, BTC)
    for index, (step, place) in enumerate(steps):
        if step == "look":
            windows: tuple[Window, ...] = (GOOG, BTC) if place % 2 else (GOOG,)
            rows.append(row(index + 1, windows=windows, train=returns(1, days=2)))
        elif rows:
            at = place % len(rows)
            found = rows[at]
            if step != "reveal":
                rows[at] = found.ended(outcome(step, shown=step == "PASS"))
            elif found.outcome is not None and not found.seen:
                said = reveal_of(found, rows, "ada", NOW)
                rows[at] = found.model_copy(update={"revealed": said})
                assert look_number(rows, *found.request.windows) == said.k_after
        after = look_number(rows, GOOG, BTC)
        assert after >= before
        assert after <= before + 1
        before = after


def test_people_are_told_everything_about_looks() -> None:
    """Taken, shown, left, the next cap, for whom; sealed figures are called sealed."""
    passed = row(1).ended(outcome("PASS", shown=True))
    failed = row(2).ended(outcome("FAIL"))
    revealed = row(3).ended(outcome("FAIL"))
    rows = (passed, failed, revealed, row(4), row(5, windows=(BTC,)))
    said = reveal_of(revealed, rows, "ada", NOW)
    rows = (*rows[:2], revealed.model_copy(update={"revealed": said}), *rows[3:])
    view = looks_view(rows, GOOG, NOW, (GOOG, BTC))
    assert (view.taken, view.seen, view.left, view.next_k) == (4, 2, 20, 7)
    assert view.next_cap == pytest.approx(0.1 / 7)
    assert view.cap_after_reveal == pytest.approx(0.1 / 8)
    assert [each.figures for each in view.looks] == ["shown", "sealed", "revealed", "none"]
    assert [each.by for each in view.looks] == [None, None, "ada", None]
    assert view.looks[1].candidate == digest("t", 2)


def test_figures_of_a_closed_window_are_published() -> None:
    """Also of a look that failed; of one on two markets when both are closed."""
    failed = row(1, windows=(BTC, GOOG)).ended(outcome("FAIL"))
    assert figures_of(failed, (GOOG, BTC)) == "sealed"
    assert figures_of(failed, (GOOG_NEXT, BTC)) == "sealed"
    assert figures_of(failed, (GOOG_NEXT,)) == "published"
    assert looks_view((failed,), GOOG, NOW, (GOOG_NEXT,)).open is False
