"""Every byte that the copilot's token can fetch, searched for every figure of every look."""

from __future__ import annotations

import json
import re
import time
from typing import Any, Final

import numpy as np
import pytest

from engine.data.bars import Bars, bars_of
from engine.gate.report import GateReport
from engine.gate.unsealing import unsealed
from engine.language import library
from engine.market import Instrument, Timeframe
from engine.seeds import stream
from guardrails.desk.api.doors import COPILOT_DOORS
from guardrails.desk.benches import bench_of, datasets_of, sealed_field
from guardrails.store.looks import SqlLooks
from tests.api_world import GOOG_SPEC, Visitor, World
from tests.leaks import formats, leaked, tokens

DAYS: Final = 2_000
KNOWN_DOORS = {
    r"GET ^/api/context$", r"POST ^/api/candidates$", r"GET ^/api/candidates/[0-9a-f]{64}$",
    r"GET ^/healthz$",
}  # fmt: skip
"""A new door for the copilot is a door that `everything` below must walk through."""


def turning() -> Bars:
    """A market that swings back and forth until its holdout begins, and runs on from there."""
    steps = stream("tests/leaks", 1).standard_normal(DAYS) * 0.02
    for index in range(1, DAYS):
        steps[index] += (-0.4 if index < DAYS * 7 // 10 else 0.4) * steps[index - 1]
    close = 100 * np.exp(np.cumsum(steps))
    opened = np.concatenate(([100.0], close[:-1]))
    high, low = np.maximum(opened, close) * 1.002, np.minimum(opened, close) / 1.002
    first = np.datetime64("2015-01-01", "ms").astype(np.int64)
    at = first + np.arange(DAYS, dtype=np.int64) * 86_400_000
    coin = Instrument(symbol="COIN/USD", base="COIN", quote="USD")
    return bars_of(coin, Timeframe.D1, at, opened, high, low, close, np.full(DAYS, 9.0))


SWING: Final[dict[str, Any]] = GOOG_SPEC | {
    "name": "swing",
    "universe": {"symbols": ["COIN/USD"]},
    "rules": [{"id": "a", "side": "long", "entry": "close < close[1]", "exit": "close > close[1]"}],
    "stops": [{"kind": "pct", "value": 0.05}],
    "sizing": {"kind": "fixed_fraction", "value": 0.5, "max_position_frac": 0.5},
}


def judged(visitor: Visitor, spec: dict[str, Any]) -> str:
    """Submit a spec and wait for its verdict; the candidate."""
    body = {"spec": spec, "thread_id": f"thread-{spec['name'].replace('_', '-')}"}
    candidate: str = visitor.post("/api/candidates", json=body).json()["candidate_id"]
    for _ in range(900):
        if visitor.get(f"/api/candidates/{candidate}").json()["status"] in {"judged", "failed"}:
            return candidate
        time.sleep(0.1)
    raise TimeoutError(candidate)


def everything(world: World, *candidates: str) -> str:
    """All that the copilot's token can fetch, and the answers of doors that are not its own."""
    service = world.service()
    paths = ["/api/context", "/healthz", *(f"/api/candidates/{one}" for one in candidates)]
    other = ["/api/candidates", "/api/experiments", "/api/datasets", "/api/chat/threads"]
    for one in candidates:
        other += [f"/reports/{one}.{form}" for form in ("html", "md", "json")]
        other += [f"/api/candidates/{one}/reveal", f"/candidates/{one}"]
    replies = [service.get(path) for path in (*paths, *other)]
    assert {reply.status_code for reply in replies[: len(paths)]} == {200}
    assert {reply.status_code for reply in replies[len(paths) :]} == {403}
    again = service.post("/api/candidates", json={"spec": GOOG_SPEC, "thread_id": "thread-x"})
    return "\n".join(f"{r.headers} {r.text}" for r in (*replies, again))


def figures(world: World, candidate: str) -> tuple[GateReport, list[float]]:
    """The report with open figures and its `oos.*` values, as people would be shown them."""
    desk = world.desk
    stored = desk.candidates.get(candidate)
    assert stored.report is not None
    book = SqlLooks(desk.database)
    row = next(
        row
        for row in book.rows(*stored.report.families)
        if row.request.candidate_digest == candidate
    )
    bench = bench_of(
        datasets_of(stored.candidate, desk.datasets), desk.datasets, desk.ledger,
        desk.judge._rooms.criteria, lambda _stage, _share: None,
    )  # fmt: skip
    field = sealed_field(bench.datasets, desk.datasets, row.permit)
    report = unsealed(stored.report, stored.candidate, bench, field)
    values = [f.value for f in report.facts if f.key.startswith("oos.") and f.value is not None]
    return report, [float(value) for value in values]


def test_every_door_of_the_copilot_is_searched() -> None:
    """A new one must be walked through here before it opens."""
    assert {f"{verb} {pattern.pattern}" for verb, pattern in COPILOT_DOORS} == KNOWN_DOORS


def test_the_search_finds_what_is_there() -> None:
    """A figure is found however it is written; an open one and another number are not."""
    secret = 0.123456789
    for text in ("0.1235", "12.3457 %", "12,35 %", '"x": 1.234568e-01', "1,234.5679", "-12.35"):
        assert leaked([secret], [], text), text
    assert leaked([secret], [secret], "0.1235") == set()
    assert leaked([secret], [], "0.1236 and 99") == set()
    assert formats(0.5) == set()
    assert tokens("a -1.5 b") == {"1.5"}


@pytest.mark.parametrize(
    ("name", "verdict"), [("rsi_momentum_goog_demo", "PASS"), ("swing", "FAIL")]
)
def test_no_byte_for_the_copilot_holds_a_figure_of_a_look(
    world: World, name: str, verdict: str
) -> None:
    """Neither after a PASS nor after a FAIL, nor when a person has revealed its figures."""
    world.desk.datasets.register(turning())
    operator = world.operator()
    spec = SWING if name == "swing" else json.loads(library.load(name).model_dump_json())
    candidate = judged(operator, spec)
    report, secret = figures(world, candidate)
    assert report.verdict == verdict
    assert len(secret) > 5
    known = [f.value for f in report.facts if f.key[:4] != "oos." and f.value is not None]
    seen = everything(world, candidate)
    assert leaked(secret, map(float, known), seen) == set()
    assert not re.search(r"\boos\b|HOLDOUT_(?!NOT_CONFIRMED)", seen)
    people = operator.get(f"/api/candidates/{candidate}").text
    assert bool(leaked(secret, map(float, known), people)) is (verdict == "PASS")
    if verdict == "FAIL":
        book = SqlLooks(world.desk.database)
        (row,) = book.rows(*report.families)
        book.reveal(row.look_id, "operator", world.clock.now())
        world.desk.judge.redraw(candidate)
        shown = operator.get(f"/reports/{candidate}.json").text
        assert leaked(secret, map(float, known), shown)
        assert leaked(secret, map(float, known), everything(world, candidate)) == set()
