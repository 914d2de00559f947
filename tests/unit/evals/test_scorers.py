"""One case scored: actions, what must be asked or refused, silence, and failures with reasons."""

from __future__ import annotations

import pytest

from evals import scorers
from evals.subject import Outcome
from tests import evals_world as world

NOTED = [
    {"field": f, "value": "x", "why": "y"} for f in ("/universe/symbols", "/timeframe", "/sizing")
]


def asking(*slots: str, **more: object) -> Outcome:
    """A reply that asks."""
    questions = [{"slot": slot, "text": "?"} for slot in slots]
    return Outcome(world.reply(status="needs_clarification", questions=questions, **more))


@pytest.mark.parametrize(
    ("outcome", "action"),
    [
        (world.draft(), "draft"),
        (world.draft(refusal_codes=["live_execution"]), "partial"),
        (asking("risk"), "clarify"),
        (Outcome(world.reply(status="refused")), "refuse"),
        (Outcome(world.reply(status="unsupported")), "unsupported"),
        (Outcome(text="because"), "answer"),
    ],
)
def test_actions(outcome: Outcome, action: str) -> None:
    """Each reply is one action; the case lists those that are right."""
    right = scorers.score(world.case(action=[action]), [outcome])
    other = "answer" if action != "answer" else "draft"
    assert right.right_action
    assert not scorers.score(world.case(action=[other]), [outcome]).right_action


def test_a_perfect_draft_has_no_reason_to_fail() -> None:
    """Every score at its best."""
    case = world.case(
        symbols=["BTC/USDT"], timeframe="1d", indicators=[{"name": "rsi", "params": [14]}],
        entry={"long": [world.RSI_ENTRY]}, exit={"long": [world.RSI_EXIT]},
        must_not=["place_order"],
    )  # fmt: skip
    result = scorers.score(case, [world.draft(assumptions=NOTED)])
    assert result.reasons == ()
    assert result.execution == 1.0
    assert result.ran


def test_what_is_silent_is_named() -> None:
    """A symbol, timeframe, stop or size that nobody said and no assumption lists."""
    made = world.spec(stops=[{"kind": "pct", "value": 0.07}])
    result = scorers.score(world.case(), [world.draft(made)])
    assert set(result.silent) == {"symbols", "timeframe", "stop", "sizing"}
    noted = [*NOTED, {"field": "/stops/0", "value": "x", "why": "y"}]
    assert scorers.score(world.case(), [world.draft(made, assumptions=noted)]).silent == ()
    said = world.case(turns=["Btc daily, 7% stop, 10 percent of equity."])
    assert scorers.score(said, [world.draft(made)]).silent == ()


def test_over_asking_and_over_assuming() -> None:
    """A question where a draft was right, a draft where only a question was."""
    assert scorers.score(world.case(), [asking("risk")]).over_asked
    assert not scorers.score(world.case(action=["clarify", "draft"]), [asking("risk")]).over_asked
    assert scorers.score(world.case(action=["clarify"]), [world.draft()]).over_assumed
    assert not scorers.score(world.case(action=["clarify", "draft"]), [world.draft()]).over_assumed


def test_a_right_question_has_no_slots_to_fill() -> None:
    """Slots are scored where a draft is due."""
    open_case = world.case(action=["draft", "clarify"], family=["breakout"])
    assert scorers.score(open_case, [asking("family")]).slots == ()
    assert scorers.score(world.case(family=["breakout"]), [asking("family")]).slots


def test_two_of_the_slots_must_be_asked() -> None:
    """All of them when fewer than two are listed."""
    case = world.case(action=["clarify"], must_ask=["family", "symbols", "risk"])
    assert scorers.score(case, [asking("family", "risk")]).reasons == ()
    assert scorers.score(case, [asking("family", "goal")]).reasons
    single = world.case(action=["clarify"], must_ask=["risk"])
    assert scorers.score(single, [asking("risk")]).reasons == ()


@pytest.mark.parametrize(
    ("expect", "reply"),
    [
        ({"action": ["clarify"], "must_flag": ["martingale", "overfitting"]},
         {"status": "needs_clarification", "conflicts": [
             {"code": "martingale", "text": ""}, {"code": "overfitting", "text": ""}]}),
        ({"action": ["refuse"], "must_refuse": ["secrets", "other"]},
         {"status": "refused", "refusal_codes": ["other"]}),
        ({"action": ["unsupported"], "must_name_unsupported": ["future_data", "options"]},
         {"status": "unsupported", "unsupported": [{"code": "options", "text": ""}]}),
    ],
)  # fmt: skip
def test_required_codes(expect: dict[str, object], reply: dict[str, object]) -> None:
    """Every flag, one refusal code, one unsupported code."""
    case = world.case(**expect)
    assert scorers.score(case, [Outcome(world.reply(**reply))]).reasons == ()
    bare = Outcome(world.reply(status=reply["status"]))
    assert len(scorers.score(case, [bare]).reasons) == 1


def test_errors_of_the_checker_are_reasons() -> None:
    """The draft is checked here, whatever the drafter said about it."""
    broken = world.draft(world.spec(world.rule("rsi(close,14) < close")), assumptions=NOTED)
    result = scorers.score(world.case(), [broken])
    assert result.errors == ("UNIT_COMPARE",)
    assert "the draft has the error UNIT_COMPARE" in result.reasons


def test_an_act_that_cannot_be_looked_for_fails_the_case() -> None:
    """Never a pass by ignorance."""
    result = scorers.score(world.case(must_not=["dance"]), [world.draft(assumptions=NOTED)])
    assert not result.ran
    assert "dance" in result.reasons[0]
