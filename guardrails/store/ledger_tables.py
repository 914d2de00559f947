"""Reading and filling the tables of the trial ledger, inside a transaction of its caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Connection, Select, func, insert, select

from engine.errors import InputError
from engine.ledger import (
    OPEN,
    Family,
    Lineage,
    TrialOrigin,
    TrialOutcome,
    TrialRow,
    TrialStart,
    supersedes,
)
from engine.records import Digest, canonical, digest_bytes
from guardrails.store.candidate_schema import (
    trial_families,
    trial_lineages,
    trial_outcomes,
    trial_specs,
    trials,
)
from guardrails.store.database import UnitOfWork
from guardrails.store.json_sql import json_text

TAG: Final = "peak/trial-row/v1"
"""Domain tag of the digests of starts, lineages and outcomes in the journal."""

_AT_ONCE: Final = 500
"""Values in one SQL statement."""

_Value = TypeVar("_Value", int, str)

_OTHER = trial_outcomes.alias("other")
_LATEST = (
    select(func.max(_OTHER.c.row))
    .where(_OTHER.c.n == trials.c.n)
    .correlate(trials)
    .scalar_subquery()
)
_JOINED = trials.outerjoin(trial_outcomes, trial_outcomes.c.row == _LATEST)
ROWS: Final = select(trials, trial_outcomes.c.payload.label("outcome")).select_from(_JOINED)
"""Every trial with the outcome that counts."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What a batch of starts would add: open rows by key, texts by digest, further lineages."""

    starts: Mapping[Digest, TrialStart]
    texts: Mapping[Digest, str]
    lineages: Sequence[tuple[int, Lineage]]

    @property
    def nothing(self) -> bool:
        """Whether everything is known."""
        return not (self.starts or self.texts or self.lineages)


def digest_of(payload: str) -> Digest:
    """Digest of a stored canonical text, as the journal has it."""
    return digest_bytes(TAG, payload.encode())


def families_of(families: Iterable[Family]) -> Select[tuple[int]]:
    """Numbers of all trials of these families."""
    return select(trial_families.c.n).where(trial_families.c.family.in_(sorted(set(families))))


def numbers(connection: Connection, keys: Iterable[Digest]) -> dict[Digest, int]:
    """Row numbers of the trials that are known, by the digest of their key."""
    found: dict[Digest, int] = {}
    for part in _parts(keys):
        query = select(trials.c.key_digest, trials.c.n).where(trials.c.key_digest.in_(part))
        found |= {row.key_digest: row.n for row in connection.execute(query)}
    return found


def missing(
    connection: Connection,
    starts: Mapping[Digest, Sequence[TrialStart]],
    texts: Mapping[Digest, str],
) -> Missing:
    """What of these starts (by the digest of their key) and texts is not in the tables."""
    known = numbers(connection, starts)
    lines = _lineages(connection, known.values())
    kept = _kept(connection, texts)
    further = [
        (n, line)
        for key, n in known.items()
        for line in dict.fromkeys(start.lineage for start in starts[key])
        if line not in lines[n]
    ]
    return Missing(
        {key: each[0] for key, each in starts.items() if key not in known},
        {name: text for name, text in texts.items() if name not in kept},
        further,
    )


def fill(work: UnitOfWork, found: Missing) -> dict[str, object]:
    """Insert what is missing; answer what the journal says of it."""
    trial_rows = _insert_starts(work, found.starts)
    _insert(work, trial_specs, [{"digest": d, "payload": t} for d, t in found.texts.items()])
    first = _next(work.connection, trial_lineages.c.row)
    lines = [
        {"row": row, "n": n, "payload": canonical(line).decode()}
        for row, (n, line) in enumerate(found.lineages, start=first)
    ]
    _insert(work, trial_lineages, lines)
    return {
        "trials": [[row["n"], digest_of(row["payload"]), row["key_digest"]] for row in trial_rows],
        "specs": sorted(found.texts),
        "lineages": [[line["n"], line["row"], digest_of(str(line["payload"]))] for line in lines],
    }


def append(work: UnitOfWork, outcomes: Sequence[tuple[int, TrialOutcome]]) -> list[list[object]]:
    """Insert outcomes; answer what the journal says of them."""
    first = _next(work.connection, trial_outcomes.c.row)
    rows = [
        {"row": row, "n": n, "payload": canonical(outcome).decode()}
        for row, (n, outcome) in enumerate(outcomes, start=first)
    ]
    _insert(work, trial_outcomes, rows)
    return [[row["n"], row["row"], digest_of(str(row["payload"]))] for row in rows]


def taken(
    connection: Connection, outcomes: Sequence[tuple[int, TrialOutcome]]
) -> list[tuple[int, TrialOutcome]]:
    """Those outcomes that their rows take now, in order.

    Raises:
        InputError: TRIAL_UNKNOWN, TRIAL_NOT_FINISHED.
    """
    latest = _standing(connection, [n for n, _ in outcomes])
    found = []
    for n, outcome in outcomes:
        if n not in latest:
            raise InputError(
                "TRIAL_UNKNOWN", "no trial has this number", value=n, hint="open the trial first"
            )
        code, stands = latest[n]
        if supersedes(outcome, stands, code):
            latest[n] = (code, outcome)
            found.append((n, outcome))
    return found


def rows_of(
    connection: Connection, query: Select[Any], key: Digest | None = None
) -> Iterator[TrialRow]:
    """The rows of a query on `ROWS`, or of one trial, as records."""
    lines = select(trial_lineages)
    if key is not None:
        query = query.where(trials.c.key_digest == key)
        lines = lines.join(trials).where(trials.c.key_digest == key)
    also = _further(connection, lines)
    for row in connection.execute(query):
        yield TrialRow(
            n=row.n,
            start=TrialStart.model_validate_json(row.payload),
            outcome=TrialOutcome.model_validate_json(row.outcome) if row.outcome else OPEN,
            opened_at=row.opened_at,
            also=also.get(row.n, ()),
        )


def origins_of(connection: Connection) -> Iterator[TrialOrigin]:
    """Where every trial came from, in order."""
    also = _further(connection, select(trial_lineages))
    for row in connection.execute(select(trials.c.n, trials.c.payload).order_by(trials.c.n)):
        start = TrialStart.model_validate_json(row.payload)
        yield TrialOrigin(n=row.n, start=start, also=also.get(row.n, ()))


def _next(connection: Connection, number: Column[int]) -> int:
    return int(connection.scalar(select(func.max(number))) or 0) + 1


def _parts(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """The values without repetition, in parts that fit into one statement."""
    left = iter(dict.fromkeys(values))
    while part := list(islice(left, _AT_ONCE)):
        yield part


def _kept(connection: Connection, digests: Iterable[Digest]) -> set[Digest]:
    """Those of the specs whose text is kept."""
    found: set[Digest] = set()
    for part in _parts(digests):
        query = select(trial_specs.c.digest).where(trial_specs.c.digest.in_(part))
        found |= set(connection.scalars(query))
    return found


def _lineages(connection: Connection, known: Iterable[int]) -> dict[int, list[Lineage]]:
    """All lineages under which these trials were asked for."""
    found: dict[int, list[Lineage]] = defaultdict(list)
    for part in _parts(known):
        first = select(trials.c.n, trials.c.payload).where(trials.c.n.in_(part))
        for row in connection.execute(first):
            found[row.n].append(TrialStart.model_validate_json(row.payload).lineage)
        further = trial_lineages.c.n.in_(part)
        for n, lines in _further(connection, select(trial_lineages).where(further)).items():
            found[n] += lines
    return found


def _further(connection: Connection, query: Select[Any]) -> dict[int, tuple[Lineage, ...]]:
    """Further lineages by trial, in the order in which they came."""
    found: dict[int, tuple[Lineage, ...]] = {}
    for row in connection.execute(query.order_by(trial_lineages.c.row)):
        line = Lineage.model_validate_json(row.payload)
        found[row.n] = (*found.get(row.n, ()), line)
    return found


def _insert(work: UnitOfWork, table: Any, rows: Sequence[Mapping[str, object]]) -> None:  # noqa: ANN401 - a table
    if rows:
        work.connection.execute(insert(table), rows)


def _insert_starts(work: UnitOfWork, new: Mapping[Digest, TrialStart]) -> list[dict[str, Any]]:
    first = _next(work.connection, trials.c.n)
    rows = [
        {"n": n, "key_digest": key, "payload": canonical(start).decode(), "opened_at": work.now}
        for n, (key, start) in enumerate(new.items(), start=first)
    ]
    families = [
        {"n": row["n"], "family": family}
        for row, start in zip(rows, new.values(), strict=True)
        for family in sorted(set(start.families))
    ]
    _insert(work, trials, rows)
    _insert(work, trial_families, families)
    return rows


def _standing(
    connection: Connection, asked: Sequence[int]
) -> dict[int, tuple[Digest, TrialOutcome]]:
    """The code each trial was opened with, and what `supersedes` reads of its latest outcome."""
    found: dict[int, tuple[Digest, TrialOutcome]] = {}
    opened_with = json_text(trials.c.payload, "code_digest").label("opened_with")
    latest = [
        json_text(trial_outcomes.c.payload, name).label(name)
        for name in ("status", "code_digest", "days")
    ]
    query = select(trials.c.n, opened_with, *latest).select_from(_JOINED)
    for part in _parts(asked):
        for row in connection.execute(query.where(trials.c.n.in_(part))):
            stands = OPEN if row.status is None else TrialOutcome(
                status=row.status, code_digest=row.code_digest, days=row.days
            )  # fmt: skip
            found[row.n] = (row.opened_with, stands)
    return found
