"""Scripted faults: the n-th call, once, as written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from guardrails.execution.simulator.faults import Fault, Faults, read_script, tampered
from guardrails.execution.simulator.replies import json_reply

ROWS = [[time, "1.5", "3", "1", "2", "9"] for time in range(10)]


def test_a_fault_happens_once_at_its_call() -> None:
    """Second call of klines; other endpoints count apart."""
    faults = Faults([Fault(endpoint="klines", call=2, kind="500")])
    kinds = [found.kind if (found := faults.next("klines")) else None for _ in range(3)]
    assert kinds == [None, "500", None]
    assert faults.next("time") is None
    assert (faults.calls("klines"), faults.calls("time")) == (3, 1)


@pytest.mark.parametrize(
    ("kind", "status"), [("429", 429), ("418", 418), ("500", 500), ("502", 502), ("redirect", 307)]
)
def test_a_fault_has_its_status(kind: str, status: int) -> None:
    """Too many requests, out of order, elsewhere."""
    fault = Fault.model_validate({"endpoint": "klines", "call": 1, "kind": kind, "seconds": 7})
    reply = tampered(fault, json_reply(ROWS))
    assert reply.status == status
    assert (reply.headers.get("Retry-After") == "7") is (status in {429, 418})


@pytest.mark.parametrize(("kind", "count"), [("duplicate", 11), ("conflict", 11), ("gap", 7)])
@pytest.mark.parametrize("wrapped", [False, True])
def test_pages_are_tampered_with_in_the_middle(kind: str, count: int, wrapped: bool) -> None:
    """A row twice, a row twice with another close, three rows left out; for both venues."""
    fault = Fault.model_validate({"endpoint": "OHLC", "call": 1, "kind": kind})
    body = {"error": [], "result": {"XXBTZUSD": ROWS, "last": 9}} if wrapped else ROWS
    found = json.loads(tampered(fault, json_reply(body)).body)
    rows = found["result"]["XXBTZUSD"] if wrapped else found
    assert len(rows) == count
    same = rows[5] == rows[6] if kind != "gap" else True
    assert same is (kind != "conflict")


def test_a_script_is_read_whole(tmp_path: Path) -> None:
    """A TOML list of faults, in order."""
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\nendpoint = "klines"\ncall = 2\nkind = "half"\n')
    assert read_script(path) == (Fault(endpoint="klines", call=2, kind="half"),)


@pytest.mark.parametrize(
    "text",
    ["[[fault]", '[[fault]]\nendpoint = "klines"\n', '[[fault]]\nkind = "flood"\n', "a = 1"],
)
def test_a_broken_script_is_refused(tmp_path: Path, text: str) -> None:
    """Bad TOML, a missing field, an unknown kind, a stray key."""
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(InputError):
        read_script(path)
