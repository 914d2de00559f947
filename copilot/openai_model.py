"""Any endpoint that speaks the OpenAI chat protocol; the only home of the `openai` library.

The library's own retries are off: every attempt is budgeted, counted and mapped to an outcome
here. An endpoint that refuses schemas gets the schema as text, and the same validation follows.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import openai

from config.settings import CopilotSettings
from copilot.chat_stream import Collected, collect, whole
from copilot.model import ModelOutcome, ModelRequest, estimated_tokens
from copilot.retry import Patience
from copilot.wire import Abilities, faults_of, payload
from engine.clock import Clock, SystemClock
from engine.errors import AccessError, InputError
from engine.records import read_json

ALLOW_REMOTE: bool = True
"""Tests set this to False; then only loopback endpoints can be asked."""

_FAULTS: Final = (openai.OpenAIError, httpx2.HTTPError, ValueError, TypeError, AttributeError)
"""What the library raises for a broken network, a refused request or a malformed answer."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def http_client(settings: CopilotSettings) -> httpx2.Client:
    """The HTTP client of the model: no proxy and no certificate path from the environment."""
    return httpx2.Client(
        trust_env=False,
        follow_redirects=False,
        timeout=httpx2.Timeout(
            connect=settings.connect_timeout_s,
            read=settings.first_token_timeout_s,
            write=settings.connect_timeout_s,
            pool=settings.connect_timeout_s,
        ),
    )


class OpenAIModel:
    """A chat model behind an OpenAI-compatible endpoint."""

    def __init__(
        self,
        settings: CopilotSettings,
        api_key: str,
        *,
        client: httpx2.Client | None = None,
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Point at `settings.base_url`; no connection is opened yet."""
        self._settings = settings
        self._clock = clock or SystemClock()
        self._patience = patience or Patience()
        self._abilities = Abilities()
        self._client = openai.OpenAI(
            base_url=settings.base_url,
            api_key=api_key or "none",
            max_retries=0,
            http_client=client or http_client(settings),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self._settings.model

    def complete(self, request: ModelRequest) -> ModelOutcome:
        """Ask, with our own patience; see `ModelOutcome` for how it can end.

        Raises:
            AccessError: MODEL_HOST_FORBIDDEN when a test asks anything but loopback.
        """
        self._assert_allowed()
        attempt = 0
        while True:
            attempt += 1
            outcome = self._attempt(request, attempt)
            wait = self._patience.wait_s(outcome, attempt)
            if wait is None:
                return outcome
            self._patience.sleep(wait)

    def _assert_allowed(self) -> None:
        host = urlsplit(self._settings.base_url).hostname or ""
        if not ALLOW_REMOTE and host not in _LOOPBACK:
            raise AccessError(
                "MODEL_HOST_FORBIDDEN", "only a loopback endpoint may be asked here", value=host
            )

    def _attempt(self, request: ModelRequest, attempt: int) -> ModelOutcome:
        """One try on the wire, inside the budget; abilities that are refused are dropped once."""
        tokens = estimated_tokens(request.messages) + request.max_tokens
        refused = request.spend.reserve(tokens) if request.spend else ""
        if refused:
            return self._ended("budget", attempt - 1, refused)
        outcome = self._ask(request, attempt)
        while outcome.kind == "invalid" and self._abilities.learn(outcome.detail):
            outcome = self._ask(request, attempt)
        if request.spend:
            request.spend.settle(tokens, believed(outcome, request, tokens))
        return outcome

    def _ask(self, request: ModelRequest, attempt: int) -> ModelOutcome:
        streamed = request.on_token is not None
        body = payload(request, self._settings.model, self._abilities, stream=streamed)
        seen: list[str] = []
        try:
            answer = self._client.chat.completions.create(**body)
            found = self._read(answer, request, seen) if streamed else whole(answer)
        except _FAULTS as error:
            return self._fault(error, attempt, "".join(seen))
        return self._judged(found, request, attempt)

    def _read(self, answer: Any, request: ModelRequest, seen: list[str]) -> Collected:  # noqa: ANN401 - the library's stream type is generic
        deadline = self._clock.monotonic() + self._settings.reply_timeout_s

        def on_text(text: str) -> None:
            """Hand on a piece of text."""
            seen.append(text)
            if request.on_token:
                request.on_token(text)

        return collect(answer, on_text, lambda: self._clock.monotonic() > deadline)

    def _judged(self, found: Collected, request: ModelRequest, attempt: int) -> ModelOutcome:
        kind, detail = found.ending()
        if kind == "reply" and request.schema is not None and not found.calls:
            detail = not_json(found.text)
            kind = "invalid" if detail else "reply"
        return ModelOutcome(
            kind=kind, text=found.text, tool_calls=tuple(found.calls), usage=found.usage,
            model=self.name, detail=detail, attempts=attempt,
        )  # fmt: skip

    def _fault(self, error: Exception, attempt: int, seen: str) -> ModelOutcome:
        """What a raised error means; once text was shown, the reply is cut off, not repeated."""
        kind, detail, retry_after = faults_of(error)
        if seen and kind in {"unreachable", "overloaded", "invalid"}:
            return ModelOutcome(
                kind="cut_off", text=seen, model=self.name, detail=detail, attempts=attempt
            )
        return ModelOutcome(
            kind=kind, model=self.name, detail=detail, retry_after_s=retry_after, attempts=attempt
        )

    def _ended(self, kind: Any, attempts: int, detail: str) -> ModelOutcome:  # noqa: ANN401 - an outcome kind
        return ModelOutcome(kind=kind, model=self.name, detail=detail, attempts=max(0, attempts))


def not_json(text: str) -> str:
    """Why a text is not a JSON object, or nothing when it is one."""
    try:
        found = read_json(text)
    except InputError as error:
        return f"{error.code}: {error.message}"
    return "" if isinstance(found, dict) else "JSON_INVALID: not an object"


def believed(outcome: ModelOutcome, request: ModelRequest, reserved: int) -> int:
    """Tokens that a call is booked with: the endpoint's word, within what is possible.

    Never less than a token per eight characters that went over the wire, never more than was set
    aside: a wrong usage figure neither refills nor drains the budget.
    """
    characters = sum(len(message.content) for message in request.messages) + len(outcome.text)
    least = characters // 8
    said = outcome.usage.total
    return min(reserved, max(least, said))
