"""Request bodies, read raw and parsed strictly: size cap, no repeated keys, no NaN, no extras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel

from engine.errors import InputError
from engine.records import parse_record

ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_BODY_BYTES = 300_000
MAX_FIELDS = 50


async def raw_body(request: Request, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The body's bytes; InputError BODY_TOO_LARGE as soon as the cap is passed."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise InputError(
                "BODY_TOO_LARGE", f"at most {max_bytes} bytes are read", value=size,
                hint="send less",
            )  # fmt: skip
        parts.append(part)
    return b"".join(parts)


async def body_of(request: Request, model: type[ModelT], max_bytes: int = MAX_BODY_BYTES) -> ModelT:
    """The JSON body as a record.

    Raises:
        InputError: BODY_TYPE, BODY_TOO_LARGE, JSON_* or RECORD_INVALID.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise InputError(
            "BODY_TYPE", "this door takes application/json", value=kind,
            hint="set the header Content-Type: application/json",
        )  # fmt: skip
    return parse_record(model, await raw_body(request, max_bytes), max_bytes)


async def form_of(request: Request) -> Mapping[str, str]:
    """An urlencoded form as text fields; a repeated field is refused."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise InputError("BODY_TYPE", "this page takes plain forms", value=kind)
    try:
        text = (await raw_body(request)).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise InputError("BODY_FORM", "the form cannot be read", value=str(error)) from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InputError("BODY_FORM", "a form field stands twice", hint="send each field once")
    return found


def schema_of(model: type[BaseModel]) -> dict[str, object]:
    """`openapi_extra` for a route whose body is read by `body_of`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    }
