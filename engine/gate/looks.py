"""Looks: one shot at the holdout for each idea, written before it is read, 24 a year and market.

The look book is a port: `open_look` commits a row and only then hands out the permit. A crash in
between spends the look; asking again for the same rule, data and costs answers the same permit,
because recomputing tells nothing new. Ideas that move alike on train share a look: each look also
answers whether what moves like it is worth anything. `ruling` is the one place that decides; every
look book calls it inside its own write lock.

Everything but the yearly number belongs to one window of one market: when a window is closed, its
looks count no more. A candidate on several markets is charged to each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pydantic import AwareDatetime

from engine.data.dataset import Window
from engine.data.partitions import LookPermit
from engine.errors import InputError, IntegrityError
from engine.gate.findings import GateCode
from engine.gate.likeness import MAX_ALIKE, MAX_EXPLAINED, TrainReturns
from engine.gate.look_records import (
    LookOutcome,
    LookRefusal,
    LookRequest,
    LookRow,
    RefusalCode,
    Reveal,
)
from engine.ledger import Family
from engine.market import Name
from engine.records import Digest

__all__ = [
    "LOOKS_PER_YEAR", "InMemoryLooks", "LookBook", "LookOutcome", "LookRefusal", "LookRequest",
    "LookRow", "RefusalCode", "Reveal", "Sign", "TrainReturns", "look_number", "look_unknown",
    "looks_left", "on_window", "reveal_of", "ruling", "unsigned",
]  # fmt: skip

Sign = Callable[[Digest], str]
"""Signs a digest for the installation; answers the signature as text."""


def unsigned(_statement: Digest) -> str:
    """No signature: for callers that sign and journal the act themselves."""
    return ""


LOOKS_PER_YEAR: Final = 24
"""Looks of one family in one calendar year (UTC), over all its windows."""


class LookBook(Protocol):
    """Append-only list of looks."""

    def open_look(self, request: LookRequest) -> LookPermit | LookRefusal:
        """Commit a look and answer its permit, or say why there is none."""
        ...

    def record(self, look_id: str, outcome: LookOutcome) -> None:
        """Commit what a look ended with; a later result of the same look replaces it."""
        ...

    def reveal(
        self, look_id: str, person: Name, at: AwareDatetime, sign: Sign = unsigned
    ) -> Reveal:
        """Commit that a person is shown sealed figures; asking again answers the first statement.

        It raises the number of the next look of every window of that look by one, once.
        """
        ...

    def rows(self, *families: Family) -> tuple[LookRow, ...]:
        """All looks of any of these families in order, each once."""
        ...


def on_window(rows: Sequence[LookRow], window: Window) -> tuple[LookRow, ...]:
    """The looks that were taken on one window."""
    return tuple(row for row in rows if window in row.request.windows)


def look_number(rows: Sequence[LookRow], window: Window, *more: Window) -> int:
    """Number k of the next look on these windows: the largest of them.

    For each: 1 + looks taken on it + those of them whose figures people were shown.
    """
    taken = [on_window(rows, each) for each in (window, *more)]
    return max(1 + len(each) + sum(row.seen for row in each) for each in taken)


def looks_left(rows: Sequence[LookRow], year: int, family: Family, *more: Family) -> int:
    """Looks that these families still have in a calendar year: of the one that has the fewest."""
    used = [row.request.families for row in rows if row.request.at.year == year]
    return min(
        max(0, LOOKS_PER_YEAR - sum(each in families for families in used))
        for each in (family, *more)
    )


def ruling(request: LookRequest, rows: Sequence[LookRow]) -> LookRow | LookRefusal | None:
    """The earlier look to answer with, a refusal, or None: a new look may be opened.

    `rows` are all looks of the request's families; those of windows that are closed count for the
    year alone. One look per idea and window (LOOK_SPENT). What moves on train like a candidate
    that has looked, |r| > 0.7, or is explained by all of them together, R^2 > 0.5, shares their
    looks (LOOK_SHARED, the one most alike). Then the year's number (LOOK_BUDGET).
    """
    open_windows = set(request.windows)
    known = [row for row in rows if open_windows & set(row.request.windows)]
    for row in known:
        if row.request.same_run == request.same_run:
            return row
    for row in known:
        if row.request.idea & request.idea:
            return LookRefusal(GateCode.LOOK_SPENT, row.request.candidate_digest)
    alike = _alike(request, known)
    if alike is not None:
        return LookRefusal(GateCode.LOOK_SHARED, alike.request.candidate_digest)
    if looks_left(rows, request.at.year, *request.families) == 0:
        return LookRefusal(GateCode.LOOK_BUDGET)
    return None


def _alike(request: LookRequest, rows: Sequence[LookRow]) -> LookRow | None:
    """The look that stands for the candidate: of the one most alike, the earliest of equals."""
    if not rows:
        return None
    near = [row.request.train.likeness(request.train) for row in rows]
    explained = request.train.explained_by([row.request.train for row in rows])
    nearest = max(near)
    if nearest > MAX_ALIKE or explained > MAX_EXPLAINED:
        return rows[near.index(nearest)]
    return None


def reveal_of(row: LookRow, rows: Sequence[LookRow], person: Name, at: AwareDatetime) -> Reveal:
    """The statement that a person signs before the figures of a look are shown.

    Raises:
        InputError: LOOK_NOT_ENDED before there are figures, LOOK_NOT_SEALED when the look passed
            and its figures are shown anyway.
    """
    if row.outcome is None:
        raise InputError(
            "LOOK_NOT_ENDED", "this look has no figures yet", value=row.look_id,
            hint="wait for the verdict, or submit the same candidate again",
        )  # fmt: skip
    if row.shown:
        raise InputError(
            "LOOK_NOT_SEALED", "the figures of this look are shown already", value=row.look_id,
            hint="open its report",
        )  # fmt: skip
    windows = row.request.windows
    after = [
        one.model_copy(update={"shown": True}) if one.look_id == row.look_id else one
        for one in rows
    ]
    return Reveal(
        look_id=row.look_id,
        person=person,
        at=at,
        k_before=look_number(rows, *windows),
        k_after=look_number(after, *windows),
    )


def look_unknown(look_id: str) -> IntegrityError:
    """The fault for a result or a statement without its look."""
    return IntegrityError("LOOK_UNKNOWN", "a result came without its look", value=look_id)


@dataclass(slots=True)
class InMemoryLooks:
    """A look book for tests and one-off runs; nothing survives the process."""

    _rows: list[LookRow] = field(default_factory=list)

    def open_look(self, request: LookRequest) -> LookPermit | LookRefusal:
        """See `LookBook`."""
        known = self.rows(*request.families)
        found = ruling(request, known)
        if isinstance(found, LookRefusal):
            return found
        if found is None:
            k = look_number(known, *request.windows)
            found = LookRow(look_id=f"look-{len(self._rows) + 1}", k=k, request=request)
            self._rows.append(found)
        return found.permit

    def record(self, look_id: str, outcome: LookOutcome) -> None:
        """See `LookBook`.

        Raises:
            IntegrityError: LOOK_UNKNOWN when no such look was opened.
        """
        index = self._place(look_id)
        self._rows[index] = self._rows[index].ended(outcome)

    def reveal(
        self, look_id: str, person: Name, at: AwareDatetime, sign: Sign = unsigned
    ) -> Reveal:
        """See `LookBook`.

        Raises:
            IntegrityError: LOOK_UNKNOWN. InputError: LOOK_NOT_ENDED, LOOK_NOT_SEALED.
        """
        index = self._place(look_id)
        row = self._rows[index]
        if row.revealed is not None:
            return row.revealed
        found = reveal_of(row, self._rows, person, at)
        signed = found.model_copy(update={"signature": sign(found.digest)})
        self._rows[index] = row.model_copy(update={"revealed": signed})
        return signed

    def rows(self, *families: Family) -> tuple[LookRow, ...]:
        """See `LookBook`."""
        asked = set(families)
        return tuple(row for row in self._rows if asked & set(row.request.families))

    def _place(self, look_id: str) -> int:
        for index, row in enumerate(self._rows):
            if row.look_id == look_id:
                return index
        raise look_unknown(look_id)
