"""Who may enter which door of the desk: refused with a code, and the legal neighbour passes."""

from __future__ import annotations

import pytest

from engine.records import utc_text
from tests.api_world import GOOG_SPEC, PASSWORD, World

SOME_ID = "ab" * 32
FORBIDDEN_TO_THE_COPILOT = [
    ("POST", "/api/tickets"),
    ("GET", "/api/tickets"),
    ("POST", f"/api/tickets/{SOME_ID}/show"),
    ("POST", f"/api/tickets/{SOME_ID}/decision"),
    ("POST", "/api/kill"),
    ("POST", "/api/rearm"),
    ("POST", "/api/signals"),
    ("POST", "/api/replay"),
    ("POST", "/api/backtests"),
    ("POST", "/api/research"),
    ("GET", f"/api/research/{SOME_ID[:32]}"),
    ("DELETE", f"/api/research/{SOME_ID[:32]}"),
    ("GET", "/api/datasets"),
    ("GET", "/api/positions"),
    ("GET", "/api/orders"),
    ("GET", "/api/fills"),
    ("GET", "/api/candidates"),
    ("GET", "/api/experiments"),
    ("GET", "/api/experiments/1"),
    ("GET", "/api/experiments/best"),
    ("GET", f"/api/candidates/{SOME_ID}/reveal"),
    ("POST", f"/api/candidates/{SOME_ID}/reveal"),
    ("POST", "/api/audit/verify"),
    ("POST", "/api/setup"),
    ("POST", "/api/sign-in"),
    ("POST", "/api/chat"),
    ("GET", "/status"),
    ("POST", "/kill"),
    ("DELETE", f"/api/candidates/{SOME_ID}"),
    ("PATCH", "/api/limits"),
    ("GET", f"/reports/{SOME_ID}.json"),
    ("GET", "/api/openapi.json"),
    ("GET", "/no/such/door"),
]


@pytest.mark.parametrize(("method", "path"), FORBIDDEN_TO_THE_COPILOT)
def test_the_copilot_has_no_other_door(world: World, method: str, path: str) -> None:
    """Every operation but its four answers the copilot 403 ROLE_FORBIDDEN, existing or not."""
    reply = world.service().call(method, path, content=b"{ not even json")
    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "ROLE_FORBIDDEN"


def test_the_copilots_own_doors_open(world: World) -> None:
    """The legal neighbours: it reads facts, submits a candidate and reads its state."""
    service = world.service()
    assert service.get("/api/context").status_code == 200
    reply = service.post("/api/candidates", json={"spec": GOOG_SPEC, "thread_id": "t1"})
    assert reply.status_code == 202
    candidate = reply.json()["candidate_id"]
    assert service.get(f"/api/candidates/{candidate}").status_code == 200


def test_the_copilot_is_told_no_day_after_train(world: World) -> None:
    """Dates end with train: where the data, the holdout and the window end is not its business."""
    datasets = world.service().get("/api/context").json()["datasets"]
    assert datasets
    for one in datasets:
        stored = world.desk.datasets.find(one["dataset_id"])
        assert one["last"] == one["train_to"] == utc_text(stored.train_to)
        days = [text[:10] for name, text in one.items() if name not in {"dataset_id", "symbol"}]
        assert max(day for day in days if day[:2] in {"19", "20"}) <= stored.zones.train_last


def test_a_wrong_token_is_nobody(world: World) -> None:
    """AUTH_TOKEN_INVALID: a token that is not the copilot's opens nothing."""
    visitor = world.visitor()
    visitor.headers["authorization"] = "Bearer not-the-token"
    reply = visitor.get("/api/context")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "AUTH_TOKEN_INVALID")


def test_refusals_are_journalled(world: World) -> None:
    """What the copilot tried and was refused stands in the journal with its code."""
    world.service().post("/api/kill")
    with world.desk.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT payload FROM journal WHERE kind = 'role.refused'"
        ).fetchall()
    assert any("ROLE_FORBIDDEN" in row[0] and "/api/kill" in row[0] for row in rows)


def test_nobody_is_asked_to_sign_in(world: World) -> None:
    """AUTH_REQUIRED without a session; the page sends the browser to the sign-in form."""
    visitor = world.visitor()
    reply = visitor.get("/api/tickets")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "AUTH_REQUIRED")
    page = visitor.get("/tickets")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert world.operator().get("/api/tickets").status_code == 200


def test_a_post_needs_the_sessions_token(world: World) -> None:
    """AUTH_CSRF without the token of this session; with it the same post passes."""
    operator = world.operator()
    token = operator.headers.pop("x-csrf-token")
    reply = operator.post("/api/audit/verify")
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "AUTH_CSRF")
    operator.headers["x-csrf-token"] = token
    assert operator.post("/api/audit/verify").status_code == 200


def test_another_site_cannot_post(world: World) -> None:
    """AUTH_ORIGIN for a foreign origin; the own origin passes."""
    operator = world.operator()
    reply = operator.post("/api/audit/verify", headers={"origin": "http://evil.invalid"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "AUTH_ORIGIN")
    own = operator.post("/api/audit/verify", headers={"origin": "http://127.0.0.1:8700"})
    assert own.status_code == 200


def test_wrong_passwords_and_unknown_names_look_alike(world: World) -> None:
    """AUTH_FAILED with the same words for both; the right password passes."""
    world.operator()
    visitor = world.visitor()
    wrong = visitor.sign_in("operator", "not the password")
    unknown = visitor.sign_in("somebody", "not the password")
    assert wrong.json() == unknown.json()
    assert wrong.json()["error"]["code"] == "AUTH_FAILED"
    world.clock.advance(600)
    assert visitor.sign_in("operator", PASSWORD).status_code == 200


def test_the_setup_code_works_once(world: World) -> None:
    """SETUP_CODE for a wrong code, SETUP_DONE after the first operator exists."""
    visitor = world.visitor()
    body = {"code": "0" * 16, "name": "operator", "password": PASSWORD}
    assert visitor.post("/api/setup", json=body).json()["error"]["code"] == "SETUP_CODE"
    world.operator()
    assert visitor.post("/api/setup", json=body).json()["error"]["code"] == "SETUP_DONE"


def test_every_answer_carries_the_strict_headers(world: World) -> None:
    """The policy forbids inline scripts and foreign hosts on pages, API and refusals."""
    operator = world.operator()
    for reply in (operator.get("/chat"), operator.get("/api/me"), world.visitor().get("/nope")):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_session_ends_when_idle(world: World) -> None:
    """AUTH_REQUIRED after the idle time; a request in time keeps the session."""
    operator = world.operator()
    world.clock.advance(14 * 60)
    assert operator.get("/api/me").status_code == 200
    world.clock.advance(16 * 60)
    assert operator.get("/api/me").json()["error"]["code"] == "AUTH_REQUIRED"
