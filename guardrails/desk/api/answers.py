"""How the desk answers: JSON records, refusals and faults, all in one shape.

`{"error": {"code", "message", "value", "hint"}}`; a denial adds its values. Nothing of the
request is echoed beyond the offending value, and that cut short.
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from engine.errors import AccessError, InputError, IntegrityError, PeakError, UnavailableError
from engine.records import canonical
from engine.text import clean_text
from guardrails.reasons import Denial, Reason

_STATUS: Final[dict[type[PeakError], int]] = {
    InputError: 422,
    AccessError: 403,
    IntegrityError: 500,
    UnavailableError: 503,
}
_DENIAL_STATUS: Final[dict[Reason, int]] = {
    Reason.AUTH_REQUIRED: 401,
    Reason.AUTH_FAILED: 401,
    Reason.AUTH_LOCKED: 429,
    Reason.AUTH_STEP_UP: 401,
    Reason.AUTH_TOKEN_INVALID: 401,
    Reason.STORE_UNAVAILABLE: 503,
}
NOT_FOUND_SUFFIX: Final = "_UNKNOWN"


class Refused(Exception):  # noqa: N818 - it carries a refusal, it is not a fault
    """Carries a denial from a dependency to the one handler that answers it."""

    def __init__(self, denial: Denial, more: tuple[Denial, ...] = ()) -> None:
        """Keep the denial, and further ones of the same act."""
        super().__init__(denial.code)
        self.denial = denial
        self.more = more


def answer(value: object, status: int = 200) -> Response:
    """Any record or plain data as canonical JSON."""
    return Response(canonical(value), status_code=status, media_type="application/json")


def error_answer(status: int, code: str, message: str, value: str = "", hint: str = "") -> Response:
    """An error object."""
    body = {"code": code, "message": clean_text(message), "value": clean_text(value), "hint": hint}
    return answer({"error": body}, status)


def denied(denial: Denial, more: tuple[Denial, ...] = ()) -> Response:
    """A denial: 403 unless its code says otherwise; `codes` lists all of them."""
    return answer(
        {
            "error": {
                "code": denial.code,
                "message": denial.message,
                "value": "",
                "hint": "",
                "values": dict(denial.values),
                "codes": [denial.code, *[one.code for one in more]],
            }
        },
        _DENIAL_STATUS.get(denial.code, 403),
    )


def _status_of(error: PeakError) -> int:
    if error.code.endswith(NOT_FOUND_SUFFIX):
        return 404
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


async def _on_peak_error(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, PeakError):
        raise error
    return error_answer(_status_of(error), error.code, error.message, error.value, error.hint)


async def _on_refused(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, Refused):
        raise error
    return denied(error.denial, error.more)


async def _on_http(request: Request, error: Exception) -> Response:
    del request
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "ROUTE_UNKNOWN", 405: "METHOD_FORBIDDEN"}.get(status, "REQUEST_REFUSED")
    return error_answer(status, code, "The desk has no such door.", hint="see /api/openapi.json")


async def _on_invalid(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, RequestValidationError):
        raise error
    place = "/".join(str(part) for part in error.errors()[0]["loc"])
    return error_answer(422, "REQUEST_INVALID", f"{place} is not what it must be", place)


def install_answers(app: FastAPI) -> None:
    """Register the handlers; an unexpected fault stays a plain 500 without details."""
    app.add_exception_handler(PeakError, _on_peak_error)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
