"""Certificates over the API: a pass is listed, and a person can take it back for good."""

from __future__ import annotations

import time

import pytest

from engine.language import library
from tests.api_world import Visitor, World

SPEC = library.load("rsi_momentum_goog_demo").model_dump(mode="json")


@pytest.fixture
def certified(world: World) -> tuple[Visitor, str]:
    """A signed-in operator and the digest of a fresh certificate."""
    operator = world.operator()
    found = operator.post("/api/candidates", json={"spec": SPEC}).json()["candidate_id"]
    for _ in range(300):
        row = operator.get(f"/api/candidates/{found}").json()
        if row["status"] == "judged":
            break
        time.sleep(0.05)
    assert row["verdict"] == "PASS"
    return operator, str(row["certificate"])


def test_a_revoked_certificate_gives_no_signal(certified: tuple[Visitor, str]) -> None:
    """REVOKED once a person took it back; before that the same request passes."""
    operator, digest = certified
    body = {"certificate_digest": digest}
    assert operator.post("/api/signals", json=body).status_code == 200
    done = operator.post(f"/api/certificates/{digest}/revoke", json={"reason": "drill"})
    assert done.json() == {"revoked": digest}
    refused = operator.post("/api/signals", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "REVOKED")
    assert operator.get("/api/certificates").json()["certificates"][0]["ended"] == "REVOKED"


def test_an_unknown_certificate_cannot_be_revoked(world: World) -> None:
    """CERTIFICATE_UNKNOWN, and nothing is written."""
    reply = world.operator().post(f"/api/certificates/{'ab' * 32}/revoke", json={"reason": "drill"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "CERTIFICATE_UNKNOWN")


def test_the_copilot_cannot_revoke(world: World, certified: tuple[Visitor, str]) -> None:
    """ROLE_FORBIDDEN for the copilot's token."""
    _, digest = certified
    reply = world.service().post(f"/api/certificates/{digest}/revoke", json={"reason": "because"})
    assert reply.json()["error"]["code"] == "ROLE_FORBIDDEN"
