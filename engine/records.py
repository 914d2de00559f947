"""Records and the one encoder that is ever hashed.

A record is frozen, closed (unknown fields are refused), strict (no silent conversion) and finite
(no NaN, no infinity). Equal records have equal canonical bytes, and only those bytes are hashed
or signed: keys sorted, ASCII, decimals plain without trailing zeros, integral floats as integers,
times as UTC milliseconds, text in NFC. Sets and unknown types are refused.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from engine.errors import InputError

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a record's canonical bytes under its domain tag, as 64 hex digits."""

MAX_JSON_BYTES = 1_000_000
_EXACT_INTEGER = 2**53


class Record(BaseModel):
    """Base of everything that flows between rooms: frozen, closed, strict, finite."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        ser_json_inf_nan="strings",
        protected_namespaces=(),
    )


RecordT = TypeVar("RecordT", bound=BaseModel)


def _float(value: float) -> int | float:
    if not math.isfinite(value):
        raise InputError("RECORD_NOT_FINITE", "a record holds NaN or infinity", value=value)
    if value.is_integer() and abs(value) < _EXACT_INTEGER:
        return int(value)
    return value


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise InputError("RECORD_NOT_FINITE", "a record holds NaN or infinity", value=value)
    return format(value.normalize(), "f") if value else "0"


def _plain(value: object) -> object:  # noqa: PLR0911 - one line per kind of value
    """A value as JSON-ready data in its one canonical form."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise InputError(
        "RECORD_NOT_CANONICAL", "this type has no canonical form", value=type(value).__name__
    )


def utc_text(moment: datetime) -> str:
    """Time as UTC text with milliseconds and Z, e.g. `2026-01-15T12:00:00.000Z`."""
    if moment.tzinfo is None:
        raise InputError("RECORD_TIME_NAIVE", "a time needs its zone", value=moment)
    try:
        text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.")
    except OverflowError as error:
        raise InputError(
            "RECORD_TIME_RANGE", "this time has no form in UTC", value=moment,
            hint="take a time between the years 2 and 9998",
        ) from error  # fmt: skip
    return f"{text}{moment.microsecond // 1000:03d}Z"


def canonical(value: object) -> bytes:
    """The canonical bytes of a record or of plain data.

    Raises:
        InputError: RECORD_NOT_FINITE, RECORD_NOT_CANONICAL or RECORD_TIME_NAIVE.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def digest_bytes(tag: str, raw: bytes) -> str:
    """SHA-256 over tag, a zero byte, the length (uint32) and the bytes; 64 hex digits."""
    framed = tag.encode("ascii") + b"\x00" + len(raw).to_bytes(4, "big") + raw
    return hashlib.sha256(framed).hexdigest()


def digest(tag: str, value: object) -> str:
    """Digest of a value's canonical bytes under a domain tag such as `peak/ticket/v1`."""
    return digest_bytes(tag, canonical(value))


def _no_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise InputError("JSON_KEY_REPEATED", "a JSON key stands twice", value=repeated)
    return found


def _no_constant(text: str) -> object:
    raise InputError("JSON_NOT_FINITE", "NaN and Infinity are not numbers", value=text)


def read_json(raw: bytes | str, max_bytes: int = MAX_JSON_BYTES) -> object:
    """JSON read strictly: size cap, no repeated keys, no NaN, no deep nesting.

    Raises:
        InputError: JSON_TOO_LARGE, JSON_KEY_REPEATED, JSON_NOT_FINITE or JSON_INVALID.
    """
    data = raw.encode() if isinstance(raw, str) else raw
    if len(data) > max_bytes:
        raise InputError(
            "JSON_TOO_LARGE",
            f"the document has {len(data)} bytes, at most {max_bytes} are read",
            value=len(data),
            hint="send a smaller document",
        )
    try:
        return json.loads(data, object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "JSON_INVALID", f"this is not JSON: {error}", value=data[:60], hint="check the syntax"
        ) from error


def parse_record(
    model: type[RecordT], raw: bytes | str, max_bytes: int = MAX_JSON_BYTES
) -> RecordT:
    """A record from JSON text, strictly.

    Raises:
        InputError: a JSON_* code, or RECORD_INVALID with the first offending field.
    """
    read_json(raw, max_bytes)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid_record(model.__name__, error) from error


def invalid_record(what: str, error: ValidationError) -> InputError:
    """The first problem of a failed validation as one readable fault, without echoing secrets."""
    first = error.errors(include_url=False, include_context=False)[0]
    path = "/" + "/".join(str(part) for part in first["loc"])
    count = error.error_count()
    more = f" ({count - 1} more)" if count > 1 else ""
    return InputError(
        "RECORD_INVALID",
        f"{what}{path}: {first['msg']}{more}",
        value=path,
        hint=f"correct {path} and send it again",
    )
