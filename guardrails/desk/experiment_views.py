"""Parts of the registry: an outcome as JSON, a study as a row, what makes runs unlike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.ledger import TrialOutcome, TrialRow
from engine.packing import unpack_days
from engine.records import Digest, parse_record
from guardrails.desk.experiment_rows import Experiment, Json, RunType
from guardrails.store.journal import JournalEntry


def spec_in(text: str) -> StrategySpec | None:
    """A kept spec; None for one of another version of the language."""
    try:
        return parse_record(StrategySpec, text)
    except InputError:
        return None  # a spec of an older language; its digest still names it


def outcome_json(outcome: TrialOutcome, opened_with: Digest) -> Json:
    """One outcome of a trial; without a code of its own it ran under `opened_with`."""
    return {
        "status": outcome.status,
        "code": outcome.code_digest or opened_with,
        "trades": outcome.trades,
        "days": len(unpack_days(outcome.days)),
        "figures": dict(outcome.figures),
        "message": outcome.message,
    }


def study(run: RunType, entry: JournalEntry) -> Experiment:
    """A journalled run; what its payload does not name stays empty."""
    payload = json.loads(entry.payload)
    markets = payload.pop("markets", ())
    figures = payload.pop("figures", {})
    return Experiment(
        id=f"run-{entry.n}",
        type=run,
        at=datetime.fromisoformat(entry.time),
        markets=tuple(str(one) for one in markets),
        strategy=str(payload.pop("strategy", "")),
        source=entry.actor,
        figures={str(name): value for name, value in figures.items()},
        facts=payload,
    )


def differences(found: Sequence[Experiment]) -> list[str]:
    """What differs beside the rules: figures over other days, data or costs say little together."""
    rows = [one.row for one in found]
    if any(row is None for row in rows):
        return ["kind"]
    asked: dict[str, Callable[[TrialRow], object]] = {
        "days": lambda row: row.outcome.days,
        "data": lambda row: row.start.key.dataset_digest,
        "costs": lambda row: row.start.key.cost_digest,
        "timeframe": lambda row: row.start.timeframe,
        "code": lambda row: row.outcome.code_digest or row.start.code_digest,
    }
    known = [row for row in rows if row is not None]
    return [name for name, part in asked.items() if len({str(part(row)) for row in known}) > 1]
