"""The copilot for tests: a graph on fakes, a scripted endpoint over a socket, events by name."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from config.settings import CopilotSettings
from copilot import isolation
from copilot.budget import Budgets, DayBudget
from copilot.desk_client import CandidateView, DatasetView, DeskContext, ScriptedDesk
from copilot.model import ChatModel
from copilot.model_server import Script, application
from copilot.parts import Parts
from copilot.retrieval import FixedRetriever, Passage
from copilot.turns import Turn, Turns
from engine.clock import FixedClock
from engine.errors import PeakError
from engine.facts.table import Fact
from engine.gate.findings import GateCode
from engine.gate.report import CopilotVerdict
from engine.language.checker import check
from engine.language.spec import StrategySpec
from engine.market import Timeframe

SOURCE = "ab" * 32
CLOCK = datetime(2026, 1, 15, 12, tzinfo=UTC)

CONTEXT = DeskContext(
    mode="paper", trading_state="ACTIVE", language="en",
    datasets=(
        DatasetView(
            dataset_id="cd" * 32, symbol="GOOG", timeframe=Timeframe.D1, first="2004-08-19",
            last="2012-08-01", train_from="2004-08-19", train_to="2010-08-01",
        ),
    ),
)  # fmt: skip
GLOSSARY = Passage(
    passage_id="ef" * 32, title="Glossary", section="Sharpe ratio",
    text="The Sharpe ratio is the mean return above cash per unit of its own fluctuation.",
    as_of="2025-06-01",
)  # fmt: skip


def fact(key: str, value: float | None, *, sealed: bool = False) -> Fact:
    """A fact of a verdict."""
    return Fact(key=key, value=value, unit="ratio", source=SOURCE, sealed=sealed)


def verdict(kind: str = "FAIL", *codes: GateCode) -> CopilotVerdict:
    """A verdict with the facts that a real one has."""
    return CopilotVerdict(
        verdict=kind,  # type: ignore[arg-type]  # one of the three
        tier="paper" if kind == "PASS" else None,
        codes=codes,
        trials=7,
        looks_left=3,
        facts=(
            fact("gate.trials", 7.0),
            fact("train.sharpe", 0.8),
            fact("train.trades", 41.0),
            fact("train.max_drawdown", 0.2),
        ),
    )


def judged(found: CopilotVerdict) -> CandidateView:
    """A candidate with its verdict."""
    return CandidateView(candidate_id=SOURCE, status="judged", verdict=found)


QUEUED = CandidateView(candidate_id=SOURCE, status="queued")


def scripted_desk(
    *views: CandidateView | PeakError, refusal: PeakError | None = None
) -> ScriptedDesk:
    """A desk that has GOOG and answers these views in order."""
    return ScriptedDesk(CONTEXT, views or (QUEUED, judged(verdict())), refusal)


@dataclass(frozen=True)
class World:
    """A conversation on fakes."""

    turns: Turns
    parts: Parts
    desk: ScriptedDesk

    def say(self, text: str, *, thread: str = "t1", submit: bool = False) -> dict[str, Any]:
        """One turn; the last event of each name, and all names in order under `names`."""
        events = list(self.turns.run(Turn(thread_id=thread, text=text, submit=submit)))
        return dict(events) | {"names": [name for name, _ in events]}


def world(
    folder: Path,
    *,
    model: ChatModel | None = None,
    desk: ScriptedDesk | None = None,
    passages: Sequence[Passage] = (GLOSSARY,),
    settings: CopilotSettings | None = None,
) -> World:
    """A graph with checkpoints in `folder`, a clock that stands still and a desk in memory."""
    isolation.prepare({})
    from copilot.graph import build, open_checkpoints  # noqa: PLC0415 - after prepare(): the library reads its switches when imported

    chosen, clock = settings or CopilotSettings(), FixedClock(CLOCK)
    reached = desk or scripted_desk()
    parts = Parts(
        desk=reached,
        retriever=FixedRetriever(tuple(passages)),
        clock=clock,
        budgets=Budgets(chosen, DayBudget(chosen.max_tokens_per_day, clock)),
        settings=chosen,
        check=check,
        model=model,
        sleep=clock.advance,
    )
    return World(
        Turns(build(parts, open_checkpoints(folder / "checkpoints.db")), parts), parts, reached
    )


def spec(entry: str = "cross_above(ema(close,20),ema(close,50))") -> StrategySpec:
    """A small spec that passes the checker."""
    return StrategySpec.model_validate_json(json.dumps(spec_data(entry)))


def spec_data(entry: str = "cross_above(ema(close,20),ema(close,50))") -> dict[str, Any]:
    """The same as JSON-ready data."""
    return {
        "spec_version": "1", "name": "sample", "family": "trend_following", "timeframe": "1d",
        "universe": {"symbols": ["GOOG"]},
        "rules": [{"id": "go", "side": "long", "entry": entry,
                   "exit": "cross_below(ema(close,20),ema(close,50))"}],
        "stops": [{"kind": "atr", "value": 2.0, "period": 14}],
        "sizing": {"kind": "risk_per_trade", "value": 0.0025, "max_position_frac": 0.1},
    }  # fmt: skip


def draft_json(entry: str = "cross_above(ema(close,20),ema(close,50))", **more: object) -> str:
    """A model's whole reply as JSON text."""
    return json.dumps({"status": "draft", "spec": spec_data(entry), **more})


@contextmanager
def endpoint(*steps: dict[str, Any]) -> Iterator[str]:
    """A scripted model endpoint on a free loopback port; answers its base URL."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = application(Script.model_validate({"steps": list(steps)}))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()
