"""Scripted faults: the n-th call of an endpoint goes wrong in a known way.

[[fault]]
endpoint = "klines"     the last word of the path
call = 2                counted from 1, per endpoint
kind = "half"
"""

from __future__ import annotations

import json
import threading
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engine.errors import InputError
from engine.records import Record, parse_record
from guardrails.execution.simulator.replies import Reply, json_reply

FaultKind = Literal[
    "429", "418", "500", "502", "redirect", "reset", "half", "empty", "html", "duplicate",
    "conflict", "gap",
]  # fmt: skip
"""`reset` and `half` break the connection; the last three tamper with a page of rows."""


class Fault(Record):
    """One thing that goes wrong; `seconds` is what a 429 asks to wait."""

    endpoint: Annotated[str, Field(pattern=r"^[A-Za-z]{1,40}$")]
    call: Annotated[int, Field(ge=1, le=1_000_000)]
    kind: FaultKind
    seconds: Annotated[int, Field(ge=0, le=3_600)] = 0


class Script(Record):
    """All faults of a run."""

    fault: tuple[Fault, ...] = ()


class Faults:
    """Counts calls and says what goes wrong; used by several threads."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        """Play these faults."""
        self._faults = {(each.endpoint, each.call): each for each in faults}
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def next(self, endpoint: str) -> Fault | None:
        """The fault of this call, if any; counts it."""
        with self._lock:
            self._calls[endpoint] += 1
            return self._faults.get((endpoint, self._calls[endpoint]))

    def calls(self, endpoint: str) -> int:
        """How often an endpoint was called."""
        with self._lock:
            return self._calls[endpoint]


def read_script(path: Path) -> tuple[Fault, ...]:
    """Faults of a TOML file.

    Raises:
        InputError: FAULTS_INVALID.
    """
    try:
        text = json.dumps(tomllib.loads(path.read_text(encoding="utf-8")))
        return parse_record(Script, text).fault
    except (OSError, ValueError) as error:
        raise InputError(
            "FAULTS_INVALID", "the fault script cannot be read", value=path.name,
            hint='write [[fault]] with endpoint = "klines", call = 2, kind = "half"',
        ) from error  # fmt: skip


def tampered(fault: Fault, reply: Reply) -> Reply:
    """The reply after the fault; faults of the connection leave it as it is."""
    if fault.kind in {"duplicate", "conflict", "gap"}:
        return _with_rows(fault.kind, reply)
    if fault.kind in {"429", "418"}:
        told = json_reply({"code": -1003, "msg": "Too many requests."}, int(fault.kind))
        return replace(told, headers={"Retry-After": str(fault.seconds)})
    text = "text/html"
    others = {
        "500": Reply(b"<html>out of order</html>", 500, kind=text),
        "502": Reply(b"<html>out of order</html>", 502, kind=text),
        "redirect": Reply(b"", 307, {"Location": "http://127.0.0.1:9/elsewhere"}),
        "empty": replace(reply, body=b""),
        "html": replace(reply, body=b"<html>maintenance</html>", kind=text),
    }
    return others.get(fault.kind, reply)


def _with_rows(kind: FaultKind, reply: Reply) -> Reply:
    """A page with a row twice, the same or not, or without some rows in the middle."""
    found = json.loads(reply.body)
    rows = found if isinstance(found, list) else next(iter(found["result"].values()))
    middle = len(rows) // 2
    if kind == "gap":
        del rows[middle : middle + 3]
    elif rows:
        twin = list(rows[middle])
        if kind == "conflict":
            twin[4] = twin[1]  # the close becomes the open
        rows.insert(middle, twin)
    return replace(reply, body=json.dumps(found).encode())
