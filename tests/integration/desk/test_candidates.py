"""Submitting, judging and reading candidates through the desk's API."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine.language import library
from engine.records import canonical, read_json
from tests.api_world import GOOG_SPEC, Visitor, World

FUTURE = {"id": "a", "side": "long", "entry": "close[-1] > close"}
SUBMIT = {"spec": GOOG_SPEC, "thread_id": "thread-1"}


def judged(visitor: Visitor, candidate: str) -> dict[str, Any]:
    """The candidate once the gate has spoken."""
    for _ in range(300):
        row: dict[str, Any] = visitor.get(f"/api/candidates/{candidate}").json()
        if row["status"] in {"judged", "failed"}:
            return row
        time.sleep(0.1)
    raise TimeoutError(candidate)


def test_a_submission_is_judged_and_reported(world: World) -> None:
    """A candidate gets a verdict, every criterion, a trial count and three report files."""
    operator = world.operator()
    accepted = operator.post("/api/candidates", json=SUBMIT).json()["candidate_id"]
    row = judged(operator, accepted)
    assert row["verdict"] in {"PASS", "FAIL", "INELIGIBLE"}
    assert row["trials"] == 1
    assert {"code", "stage", "effect", "value", "threshold", "passed", "message"} == set(
        row["findings"][0]
    )
    for form, start in (("html", "<!doctype html>"), ("md", "#"), ("json", "{")):
        text = operator.get(f"/reports/{accepted}.{form}").text
        assert text.lower().startswith(start)


def test_the_same_key_answers_the_first_answer(world: World) -> None:
    """A repeated Idempotency-Key with the same candidate, or the candidate again, is one."""
    service = world.service()
    key = {"idempotency-key": "thread-1-abcdef"}
    first = service.post("/api/candidates", json=SUBMIT, headers=key).json()["candidate_id"]
    again = service.post("/api/candidates", json=SUBMIT, headers=key).json()["candidate_id"]
    without = service.post("/api/candidates", json=SUBMIT).json()["candidate_id"]
    assert first == again == without
    assert len(world.desk.candidates.list()) == 1


def test_a_key_with_another_candidate_is_a_conflict(world: World) -> None:
    """IDEMPOTENCY_CONFLICT: nothing is dropped silently; a fresh key passes."""
    service = world.service()
    key = {"idempotency-key": "thread-1-abcdef"}
    service.post("/api/candidates", json=SUBMIT, headers=key)
    other = SUBMIT | {"spec": GOOG_SPEC | {"name": "renamed"}}
    reply = service.post("/api/candidates", json=other, headers=key)
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "IDEMPOTENCY_CONFLICT")
    fresh = {"idempotency-key": "thread-1-ghijkl"}
    assert service.post("/api/candidates", json=other, headers=fresh).status_code == 202


def test_the_copilot_never_sees_the_holdout(world: World) -> None:
    """Its answer holds no oos fact and no holdout code, whatever the verdict is."""
    service = world.service()
    candidate = service.post("/api/candidates", json=SUBMIT).json()["candidate_id"]
    row = judged(service, candidate)
    assert set(row) == {"candidate_id", "status", "progress", "error", "verdict"}
    keys = {fact["key"].split(".")[0] for fact in row["verdict"]["facts"]}
    assert "train" in keys
    assert "oos" not in keys
    assert not {"HOLDOUT_REFUTED", "HOLDOUT_BENCHMARK"} & set(row["verdict"]["codes"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"spec": GOOG_SPEC | {"taker_fee": 0}}, "RECORD_INVALID"),
        ({"spec": GOOG_SPEC | {"universe": {"symbols": ["DOGE/USDT"]}}}, "DATASET_UNKNOWN"),
        ({"dataset_id": "MSFT:1d"}, "DATASET_UNKNOWN"),
        (
            {
                "spec": GOOG_SPEC
                | {"rules": [{"id": "a", "side": "long", "entry": "close[-1] > 1"}]}
            },
            "LAG_NEGATIVE",
        ),
    ],
)
def test_bad_submissions_are_refused_with_a_code(
    world: World, change: dict[str, Any], code: str
) -> None:
    """What cannot be judged is refused at the door with code, value and hint; nothing is stored."""
    reply = world.operator().post("/api/candidates", json=SUBMIT | change)
    error = reply.json()["error"]
    assert reply.status_code in {404, 422}
    assert error["code"] == code
    assert error["hint"]
    assert world.desk.candidates.list() == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "JSON_INVALID"),
        (b'{"spec": NaN}', "JSON_NOT_FINITE"),
        (b'{"spec": {}, "spec": {}}', "JSON_KEY_REPEATED"),
        (b"[" * 100_000, "JSON_INVALID"),
        (b" " * 400_000, "BODY_TOO_LARGE"),
    ],
)
def test_broken_bodies_are_refused_with_a_code(world: World, content: bytes, code: str) -> None:
    """A body that is not strict JSON never reaches a use case."""
    reply = world.operator().post(
        "/api/candidates", content=content, headers={"content-type": "application/json"}
    )
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, code)


def test_a_backtest_is_a_counted_trial(world: World) -> None:
    """Backtests over the API stand in the ledger; the same one again counts once."""
    operator = world.operator()
    asked = {"spec": GOOG_SPEC, "dataset_ids": ["GOOG:1d"]}
    first = operator.post("/api/backtests", json=asked).json()
    again = operator.post("/api/backtests", json=asked).json()
    assert (first["trials"], again["trials"]) == (1, 1)
    assert first["equity_digest"] == again["equity_digest"]
    wider = GOOG_SPEC | {"stops": [{"kind": "atr", "value": 3, "period": 14}]}
    assert operator.post("/api/backtests", json=asked | {"spec": wider}).json()["trials"] == 2


def test_a_stopped_desk_takes_up_what_was_queued(world: World) -> None:
    """A candidate that was queued when the desk stopped is judged after the restart."""
    operator = world.operator()
    candidate = world.desk.candidates
    world.desk.judge.stop()
    accepted = operator.post("/api/candidates", json=SUBMIT).json()["candidate_id"]
    assert candidate.unfinished() == (accepted,)
    world.desk.judge.start()
    assert judged(operator, accepted)["status"] == "judged"


def test_a_pass_below_what_was_asked_for_is_judged_again(world: World) -> None:
    """Nobody takes the old verdict meanwhile; no look, no trial more; a FAIL stays as it is."""
    operator, desk = world.operator(), world.desk
    spec = read_json(canonical(library.load("rsi_momentum_goog_demo")))
    asked = {"spec": spec, "tier": "testnet"}
    first = operator.post("/api/candidates", json=asked).json()["candidate_id"]
    before = judged(operator, first)
    assert (before["verdict"], before["tier"], before["asked"]) == ("PASS", "paper", "testnet")
    assert operator.post("/api/candidates", json=asked).json()["candidate_id"] == first
    assert desk.candidates.get(first).status == "running"
    after = judged(operator, first)
    assert (after["trials"], after["looks_left"]) == (before["trials"], before["looks_left"])
    assert after["status"] == "judged"
    assert after["certificate"] == before["certificate"]
    assert len(desk.certificates.list()) == 1
    refused = operator.post("/api/candidates", json=SUBMIT).json()["candidate_id"]
    assert judged(operator, refused)["verdict"] == "FAIL"
    operator.post("/api/candidates", json=SUBMIT)
    assert desk.candidates.get(refused).status == "judged"
