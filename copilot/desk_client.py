"""What may be said to the desk: read the context, submit a candidate, read its verdict.

The desk trusts none of it. A refusal of the desk arrives as the error that it names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Annotated, Final, Literal, Protocol, Self

import httpx2
from pydantic import Field

from engine.errors import AccessError, InputError, PeakError, UnavailableError
from engine.gate.report import CopilotVerdict
from engine.language.spec import StrategySpec
from engine.market import Symbol, Timeframe
from engine.records import Digest, Record, parse_record

MAX_ANSWER_BYTES: Final = 1_000_000


class DatasetView(Record):
    """A dataset as the copilot may know it."""

    dataset_id: Digest
    symbol: Symbol
    timeframe: Timeframe
    first: str
    last: str
    train_from: str
    train_to: str


class DeskContext(Record):
    """Mode, trading state and data of the desk."""

    mode: str
    trading_state: str
    language: Literal["en", "de"]
    datasets: tuple[DatasetView, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """Instruments with data, each once, in the desk's order."""
        return tuple(dict.fromkeys(one.symbol for one in self.datasets))


class Submission(Record):
    """A candidate as it is handed in; the desk chooses data and costs."""

    spec: StrategySpec
    dataset_id: str | None = None
    tier: Literal["paper"] = "paper"
    rationale: Annotated[str, Field(max_length=2000)] = ""
    thread_id: str | None = None
    models: tuple[tuple[str, str], ...] = ()
    parent: Digest | None = None


class Accepted(Record):
    """The desk's receipt."""

    candidate_id: Digest
    status: str


class Progress(Record):
    """How far the gate is."""

    stage: str | None = None
    share: Annotated[float, Field(allow_inf_nan=False)] | None = None


class CandidateView(Record):
    """A candidate as the copilot may see it."""

    candidate_id: Digest
    status: Literal["queued", "running", "judged", "failed"]
    progress: Progress = Progress()
    verdict: CopilotVerdict | None = None
    error: str | None = None


class Desk(Protocol):
    """The desk, seen from the copilot: three verbs."""

    def context(self) -> DeskContext:
        """What a drafter needs to know."""
        ...

    def submit(self, submission: Submission, key: str) -> Accepted:
        """Hand a candidate in; the same key answers the first answer again."""
        ...

    def candidate(self, candidate_id: str) -> CandidateView:
        """How a candidate is doing."""
        ...


def _fault(status: int, raw: bytes) -> PeakError:
    """The desk's error body as the fault that it names."""
    try:
        body = json.loads(raw)["error"]
        code, message = str(body["code"]), str(body["message"])
        value, hint = str(body.get("value", "")), str(body.get("hint", ""))
    except (ValueError, KeyError, TypeError):
        code, message, value, hint = "DESK_PROTOCOL", "the desk's answer cannot be read", "", ""
    if status in {401, 403}:
        return AccessError(code, message, value=value, hint=hint)
    if status < httpx2.codes.INTERNAL_SERVER_ERROR:
        return InputError(code, message, value=value, hint=hint)
    return UnavailableError(code, message, value=value, hint=hint)


class DeskClient:
    """The desk over HTTP, with the copilot's token."""

    def __init__(self, base_url: str, token: str, *, client: httpx2.Client | None = None) -> None:
        """Point at the desk; no connection is opened yet."""
        self._client = client or httpx2.Client(
            trust_env=False, timeout=httpx2.Timeout(20.0, connect=5.0)
        )
        self._url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    def context(self) -> DeskContext:
        """Mode, trading state and datasets.

        Raises:
            PeakError: the desk's own code; DESK_UNAVAILABLE or DESK_PROTOCOL when it has none.
        """
        return parse_record(DeskContext, self._call("GET", "/api/context"))

    def submit(self, submission: Submission, key: str) -> Accepted:
        """Hand a candidate in; raises like `context`."""
        body = json.dumps(submission.model_dump(mode="json")).encode()
        return parse_record(Accepted, self._call("POST", "/api/candidates", body, key))

    def candidate(self, candidate_id: str) -> CandidateView:
        """How a candidate is doing; raises like `context`."""
        return parse_record(CandidateView, self._call("GET", f"/api/candidates/{candidate_id}"))

    def _call(self, method: str, path: str, body: bytes | None = None, key: str = "") -> bytes:
        headers = dict(self._headers)
        if body is not None:
            headers |= {"content-type": "application/json", "idempotency-key": key}
        try:
            answer = self._client.request(
                method, f"{self._url}{path}", content=body, headers=headers
            )
        except httpx2.HTTPError as error:
            raise UnavailableError(
                "DESK_UNAVAILABLE", "the desk does not answer", value=type(error).__name__,
                hint="start it with `peak serve`, or try again in a moment",
            ) from error  # fmt: skip
        if not answer.is_success:
            raise _fault(answer.status_code, answer.content)
        if len(answer.content) > MAX_ANSWER_BYTES:
            raise UnavailableError("DESK_PROTOCOL", "the desk's answer is too large")
        return answer.content

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


@dataclass(slots=True)
class ScriptedDesk:
    """A desk in memory: accepts once per key, answers views in order, the last one repeats."""

    found: DeskContext
    views: Sequence[CandidateView | PeakError] = ()
    refusal: PeakError | None = None
    submitted: dict[str, Submission] = field(default_factory=dict)
    polls: int = 0

    def context(self) -> DeskContext:
        """The given context."""
        return self.found

    def submit(self, submission: Submission, key: str) -> Accepted:
        """Accept, or raise the scripted refusal; a repeated key changes nothing."""
        if self.refusal is not None:
            raise self.refusal
        first = self.submitted.setdefault(key, submission)
        return Accepted(candidate_id=first.spec.digest, status="queued")

    def candidate(self, candidate_id: str) -> CandidateView:
        """The next view, for whatever id was asked."""
        view = self.views[min(self.polls, len(self.views) - 1)]
        self.polls += 1
        if isinstance(view, PeakError):
            raise view
        return CandidateView(
            candidate_id=candidate_id, status=view.status, progress=view.progress,
            verdict=view.verdict, error=view.error,
        )  # fmt: skip
