"""The CLI as a client of a running desk: the same doors as the browser, the same refusals."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx2

from engine.errors import AccessError, InputError, PeakError, UnavailableError

SESSION_FILE = "cli-session.json"
URL_FILE = "desk.url"
COOKIE = "peak_session"
_UNAVAILABLE = 500


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in session of the command line."""

    url: str
    session: str
    csrf: str
    person_id: str


def desk_url(run_dir: Path) -> str:
    """Where the running desk listens; UnavailableError DESK_NOT_RUNNING without one."""
    path = run_dir / URL_FILE
    if not path.exists():
        raise UnavailableError(
            "DESK_NOT_RUNNING", "no desk is running for this installation",
            hint="start it with `peak serve`",
        )  # fmt: skip
    return path.read_text(encoding="utf-8").strip()


def save_sign_in(run_dir: Path, sign_in: SignIn) -> None:
    """Keep a session for later commands, readable by this user alone."""
    handle = os.open(run_dir / SESSION_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(sign_in), file)


def load_sign_in(run_dir: Path) -> SignIn | None:
    """The kept session, if there is one."""
    path = run_dir / SESSION_FILE
    return SignIn(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _fault(status: int, error: Mapping[str, Any]) -> PeakError:
    code, message = str(error.get("code", "")), str(error.get("message", ""))
    kind: type[PeakError] = InputError
    if status in {401, 403, 409, 429}:
        kind = AccessError
    elif status >= _UNAVAILABLE:
        kind = UnavailableError
    hint = str(error.get("hint", ""))
    if code == "AUTH_REQUIRED":
        hint = "sign in with `peak login`"
    values = error.get("values") or error.get("value", "")
    shown = ", ".join(f"{k} {v}" for k, v in values.items()) if isinstance(values, dict) else values
    return kind(code, message, value=shown, hint=hint)


class DeskClient:
    """HTTP client of the desk; every refusal becomes the fault with the desk's own code."""

    def __init__(self, url: str, sign_in: SignIn | None = None, *, timeout_s: float = 30.0) -> None:
        """Talk to `url`, as nobody or as the person who signed in."""
        self.url = url
        self._sign_in = sign_in
        self._timeout = timeout_s

    @classmethod
    def of(cls, run_dir: Path, *, timeout_s: float = 30.0) -> DeskClient:
        """Client of this installation's desk with the kept session."""
        return cls(desk_url(run_dir), load_sign_in(run_dir), timeout_s=timeout_s)

    def _headers(self) -> dict[str, str]:
        if self._sign_in is None:
            return {}
        return {
            "cookie": f"{COOKIE}={self._sign_in.session}",
            "x-csrf-token": self._sign_in.csrf,
        }

    def _client(self) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url, headers=self._headers(), timeout=self._timeout, trust_env=False
        )

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON of the desk's own API
        """GET a JSON answer."""
        return self._call("GET", path, None, {})

    def post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON of the desk's own API
        """POST a JSON body, answer as JSON."""
        return self._call("POST", path, {} if body is None else body, headers or {})

    def delete(self, path: str) -> Any:  # noqa: ANN401 - JSON of the desk's own API
        """DELETE, answer as JSON."""
        return self._call("DELETE", path, {}, {})

    def text(self, path: str) -> str:
        """GET a text document."""
        with self._open() as client:
            return client.get(path).raise_for_status().text

    def _open(self) -> httpx2.Client:
        return self._client()

    def _call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
        try:
            with self._client() as client:
                reply = client.request(method, path, json=body, headers=dict(headers))
        except httpx2.HTTPError as error:
            raise self._gone(error) from error
        data = reply.json() if reply.content else {}
        if reply.is_error:
            raise _fault(reply.status_code, data.get("error", {}))
        return data

    def _gone(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            "DESK_UNREACHABLE", "the desk does not answer", value=type(error).__name__,
            hint="see `peak doctor`; start it with `peak serve`",
        )  # fmt: skip

    def sign_in(self, name: str, password: str) -> SignIn:
        """Sign in; AUTH_FAILED or AUTH_LOCKED as AccessError."""
        data = self.post("/api/sign-in", {"name": name, "password": password})
        self._sign_in = SignIn(self.url, data["session"], data["csrf"], data["person_id"])
        return self._sign_in

    def chat(
        self, thread_id: str, text: str, language: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """One chat turn as (event, data) pairs."""
        body = {"thread_id": thread_id, "text": text, "language": language}
        try:
            with (
                httpx2.Client(timeout=180.0, trust_env=False, headers=self._headers()) as client,
                client.stream("POST", f"{self.url}/api/chat", json=body) as reply,
            ):
                if reply.is_error:
                    reply.read()
                    raise _fault(reply.status_code, reply.json().get("error", {}))
                yield from _sse(reply.iter_lines())
        except httpx2.HTTPError as error:
            raise self._gone(error) from error


def _sse(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    name = ""
    for line in lines:
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            yield name, json.loads(line[5:])
