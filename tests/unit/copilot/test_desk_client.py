"""What is said to the desk, and how its refusals arrive."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest

from copilot.desk_client import DeskClient, Submission
from engine.errors import AccessError, InputError, PeakError, UnavailableError
from tests.copilot_world import CONTEXT, SOURCE, judged, scripted_desk, spec, verdict

Answer = Callable[[httpx2.Request], httpx2.Response]


def client(answer: Answer) -> DeskClient:
    """A desk whose network is a function."""
    return DeskClient(
        "http://desk/", "tok", client=httpx2.Client(transport=httpx2.MockTransport(answer))
    )


def test_every_call_shows_the_token() -> None:
    """And nothing else of the copilot's."""
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers["authorization"])
        return httpx2.Response(200, json=CONTEXT.model_dump(mode="json"))

    assert client(answer).context() == CONTEXT
    assert seen == ["Bearer tok"]


def test_a_submission_carries_its_key_and_the_agreed_fields() -> None:
    """The body is what the desk's door takes, no more."""
    seen: dict[str, object] = {}

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen["key"] = request.headers["idempotency-key"]
        seen["body"] = json.loads(request.content)
        return httpx2.Response(202, json={"candidate_id": SOURCE, "status": "queued"})

    assert (
        client(answer).submit(Submission(spec=spec(), thread_id="t1"), "k" * 64).candidate_id
        == SOURCE
    )
    assert seen["key"] == "k" * 64
    assert set(seen["body"]) == {  # type: ignore[call-overload]  # a dictionary
        "spec", "dataset_id", "tier", "rationale", "thread_id", "models", "parent",
    }  # fmt: skip


def test_a_verdict_is_read_with_its_facts() -> None:
    """Codes and train facts arrive as records."""
    view = judged(verdict("FAIL"))
    found = client(
        lambda _request: httpx2.Response(200, json=view.model_dump(mode="json"))
    ).candidate(SOURCE)
    assert found == view


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AccessError),
        (403, AccessError),
        (400, InputError),
        (404, InputError),
        (503, UnavailableError),
    ],
)
def test_a_refusal_of_the_desk_keeps_its_code(status: int, kind: type[PeakError]) -> None:
    """Code, message and hint are the desk's own."""
    body = {"error": {"code": "ROLE_FORBIDDEN", "message": "no", "value": "v", "hint": "h"}}
    with pytest.raises(kind) as caught:
        client(lambda _request: httpx2.Response(status, json=body)).context()
    assert (caught.value.code, caught.value.hint) == ("ROLE_FORBIDDEN", "h")


@pytest.mark.parametrize("raw", [b"", b"<html>", b'{"error": 3}', b"[]"])
def test_a_refusal_that_cannot_be_read_says_so(raw: bytes) -> None:
    """A broken peer is not a reason to crash."""
    with pytest.raises(PeakError) as caught:
        client(lambda _request: httpx2.Response(500, content=raw)).context()
    assert caught.value.code == "DESK_PROTOCOL"


def test_a_desk_that_does_not_answer_is_named() -> None:
    """With what to do."""

    def gone(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(UnavailableError) as caught:
        client(gone).context()
    assert caught.value.code == "DESK_UNAVAILABLE"


def test_an_answer_with_strange_fields_is_refused() -> None:
    """A desk that would send more than agreed is not listened to."""
    body = {**judged(verdict()).model_dump(mode="json"), "holdout": 1}
    with pytest.raises(InputError) as caught:
        client(lambda _request: httpx2.Response(200, json=body)).candidate(SOURCE)
    assert caught.value.code == "RECORD_INVALID"


def test_the_fake_desk_accepts_once_per_key() -> None:
    """A repeat answers the first answer, whatever it carries."""
    desk = scripted_desk()
    first = desk.submit(Submission(spec=spec()), "k1")
    assert desk.submit(Submission(spec=spec("close > open")), "k1") == first
    assert len(desk.submitted) == 1
