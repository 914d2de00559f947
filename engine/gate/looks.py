"""Looks: one shot at the holdout for each idea, written before it is read, 24 a year and market.

The look book is a port: `open_look` commits a row and only then hands out the permit. A crash in
between spends the look; asking again for the same rule, data and costs answers the same permit,
because recomputing tells nothing new. Ideas that move alike on train share a look: each look also
answers whether what moves like it is worth anything. `ruling` is the one place that decides; every
look book calls it inside its own write lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, Protocol, Self

import numpy as np
from pydantic import AwareDatetime, Field, model_validator

from engine.data.families import DayLevels, correlation
from engine.data.partitions import LookPermit
from engine.errors import IntegrityError
from engine.gate.findings import GateCode
from engine.ledger import Family
from engine.records import Digest, Record

RefusalCode = Literal[GateCode.LOOK_SPENT, GateCode.LOOK_SHARED, GateCode.LOOK_BUDGET]
LOOKS_PER_YEAR: Final = 24
"""Looks of one family in one calendar year (UTC)."""
MAX_ALIKE: Final = 0.7
"""Above this |r| of raw train returns two candidates share a look."""


class TrainReturns(Record):
    """Raw daily net returns of a candidate's trial, units of 1e-8, and their day numbers."""

    days: tuple[int, ...]
    raw: tuple[int, ...]

    @model_validator(mode="after")
    def _one_for_each_day(self) -> Self:
        if len(self.days) != len(self.raw):
            message = f"{len(self.raw)} returns for {len(self.days)} days"
            raise ValueError(message)
        return self

    @property
    def path(self) -> DayLevels:
        """The sum of returns at the end of each day."""
        return np.array(self.days, dtype=np.int64), np.cumsum(self.raw, dtype=np.float64)

    def likeness(self, other: TrainReturns) -> float:
        """|r| of both on what their days have in common, whatever their timeframe."""
        return correlation(self.path, other.path)


class LookRequest(Record):
    """Who wants to look at which window; `at` comes from the desk's clock.

    `train` are the returns of the candidate's own ledger row: what later requests are held against.
    """

    family: Family
    dataset_id: Digest
    lineage_id: Annotated[str, Field(min_length=1, max_length=80)]
    candidate_digest: Digest
    rule_digest: Digest
    shape_digest: Digest
    cost_digest: Digest
    train: TrainReturns
    at: AwareDatetime

    @property
    def same_run(self) -> tuple[Digest, Digest, Digest]:
        """What makes two looks the same computation."""
        return (self.rule_digest, self.dataset_id, self.cost_digest)


class LookOutcome(Record):
    """What a look ended with; `shown` is True when people may see its figures."""

    verdict: Literal["PASS", "FAIL", "INELIGIBLE"]
    report_digest: Digest
    shown: bool = False


class LookRow(Record):
    """One committed look; `outcome` is None until it is recorded, the look counts anyway.

    `k` is 1 + looks taken on the window before + those of them whose figures people were shown.
    """

    look_id: Annotated[str, Field(min_length=1, max_length=80)]
    k: Annotated[int, Field(ge=1)]
    request: LookRequest
    outcome: LookOutcome | None = None

    @property
    def permit(self) -> LookPermit:
        """Leave to read the holdout; only look books and the desk's judging may call this."""
        return LookPermit(
            self.look_id, self.request.dataset_id, self.request.candidate_digest, self.k
        )


@dataclass(frozen=True, slots=True)
class LookRefusal:
    """No look, and why; `earlier` is the candidate that had the look (None: LOOK_BUDGET)."""

    code: RefusalCode
    earlier: Digest | None = None


class LookBook(Protocol):
    """Append-only list of looks."""

    def open_look(self, request: LookRequest) -> LookPermit | LookRefusal:
        """Commit a look and answer its permit, or say why there is none."""
        ...

    def record(self, look_id: str, outcome: LookOutcome) -> None:
        """Commit what a look ended with; a later result of the same look replaces it."""
        ...

    def rows(self, family: Family) -> Sequence[LookRow]:
        """All looks of a family in order."""
        ...


def look_number(rows: Sequence[LookRow]) -> int:
    """Number k of the next look on a window with these rows."""
    shown = sum(row.outcome is not None and row.outcome.shown for row in rows)
    return 1 + len(rows) + shown


def looks_left(rows: Sequence[LookRow], year: int) -> int:
    """Looks that a family still has in a calendar year."""
    return max(0, LOOKS_PER_YEAR - sum(row.request.at.year == year for row in rows))


def ruling(request: LookRequest, rows: Sequence[LookRow]) -> LookRow | LookRefusal | None:
    """The earlier look to answer with, a refusal, or None: a new look may be opened.

    `rows` are all looks of the request's family. One look per lineage and window; the same shape
    in one family is the same idea, whatever chat it comes from (LOOK_SPENT). What moves on train
    like a candidate that has looked, |r| > 0.7, shares that look (LOOK_SHARED, the most alike).
    """
    for row in rows:
        if row.request.same_run == request.same_run:
            return row
    for row in rows:
        same_lineage = row.request.lineage_id == request.lineage_id
        if same_lineage or row.request.shape_digest == request.shape_digest:
            return LookRefusal(GateCode.LOOK_SPENT, row.request.candidate_digest)
    alike = _most_alike(request, rows)
    if alike is not None:
        return LookRefusal(GateCode.LOOK_SHARED, alike.request.candidate_digest)
    if looks_left(rows, request.at.year) == 0:
        return LookRefusal(GateCode.LOOK_BUDGET)
    return None


def _most_alike(request: LookRequest, rows: Sequence[LookRow]) -> LookRow | None:
    """The look whose candidate moves most like this one, the earliest of equals."""
    found: LookRow | None = None
    nearest = MAX_ALIKE
    for row in rows:
        likeness = row.request.train.likeness(request.train)
        if likeness > nearest:
            nearest, found = likeness, row
    return found


@dataclass(slots=True)
class InMemoryLooks:
    """A look book for tests and one-off runs; nothing survives the process."""

    _rows: list[LookRow] = field(default_factory=list)

    def open_look(self, request: LookRequest) -> LookPermit | LookRefusal:
        """See `LookBook`."""
        known = self.rows(request.family)
        found = ruling(request, known)
        if isinstance(found, LookRefusal):
            return found
        if found is None:
            found = LookRow(
                look_id=f"look-{len(self._rows) + 1}", k=look_number(known), request=request
            )
            self._rows.append(found)
        return found.permit

    def record(self, look_id: str, outcome: LookOutcome) -> None:
        """See `LookBook`.

        Raises:
            IntegrityError: LOOK_UNKNOWN when no such look was opened.
        """
        for index, row in enumerate(self._rows):
            if row.look_id == look_id:
                self._rows[index] = LookRow(
                    look_id=row.look_id, k=row.k, request=row.request, outcome=outcome
                )
                return
        raise IntegrityError("LOOK_UNKNOWN", "a result came without its look", value=look_id)

    def rows(self, family: Family) -> Sequence[LookRow]:
        """See `LookBook`."""
        return tuple(row for row in self._rows if row.request.family == family)
