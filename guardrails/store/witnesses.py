"""A chain against its anchors: what the rows must be, because somebody else signed them.

Every copy of the anchors is asked. The first contradiction is named: an anchor that nobody known
signed, two roots at one height, rows that are gone, rows that are not the signed ones, a copy of
the anchors that lacks some.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from guardrails.reasons import Reason
from guardrails.store.anchors import Anchor, Seen, forks
from guardrails.store.checkpoints import Keys, genuine
from guardrails.store.following import Follower
from guardrails.store.journal import GENESIS, BrokenChainError, ChainReport

SHORTER: Final = "shorter than what was anchored"
OTHER: Final = "not the rows that were anchored"
GONE: Final = "the file is gone, but its rows were anchored"
FORGED: Final = "an anchor that no known key signed"
FORK: Final = "two anchors at one height: one of two histories is false"
LOST: Final = "the folder of anchors lacks an anchor that the other journal keeps"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was kept about one chain elsewhere.

    Attributes:
        filed: anchors of the folder of anchors.
        noted: anchors of the other process's journal; each of them is in the folder too.
        copied: anchors of a further folder, which may have begun later.
        seen: heads that an older gateway noted without signing them.
        keys: public keys of those who may sign.
    """

    filed: tuple[Anchor, ...] = ()
    noted: tuple[Anchor, ...] = ()
    copied: tuple[Anchor, ...] = ()
    seen: tuple[Seen, ...] = ()
    keys: Keys = field(default_factory=dict)

    @property
    def every(self) -> tuple[Anchor, ...]:
        """All anchors of all copies."""
        return (*self.filed, *self.noted, *self.copied)

    @property
    def heights(self) -> frozenset[int]:
        """Every height at which something is known."""
        return frozenset([*(one.size for one in self.every), *(n for n, _ in self.seen)])


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where rows and anchors disagree: first row in question, why, and the code."""

    row: int
    reason: str
    code: str


def compared(connection: Connection | None, chain: str, known: Evidence) -> ChainReport:
    """Verify a whole chain and hold it against its anchors; without a connection it is gone."""
    follower = Follower(chain)
    broken: BrokenChainError | None = None
    if connection is not None:
        try:
            follower.take(connection, known.heights)
        except BrokenChainError as error:
            broken = error
    count = len({one.checkpoint.note for one in known.every}) + len(known.seen)
    report = ChainReport(
        chain, ok=True, rows=follower.head.n, first_bad=0, head=follower.head.h, anchors=count
    )
    if broken is not None:
        bad = broken.before.n + 1
        return replace(report, ok=False, rows=bad, first_bad=bad, head=broken.before.h,
                       code=Reason.AUDIT_BROKEN.value)  # fmt: skip
    found = contradiction(follower, known, gone=connection is None)
    if found is None:
        return report
    return replace(report, ok=False, first_bad=found.row, reason=found.reason, code=found.code)


def contradiction(follower: Follower, known: Evidence, *, gone: bool) -> Contradiction | None:
    """The first thing that does not fit, None when everything does."""
    mismatch, missing = Reason.AUDIT_ANCHOR_MISMATCH.value, Reason.AUDIT_ANCHOR_MISSING.value
    forged = [
        one.size for one in _once(known.every)
        if one.checkpoint.chain != follower.chain or not genuine(one.checkpoint, known.keys)
    ]  # fmt: skip
    if forged:
        return Contradiction(min(forged), FORGED, mismatch)
    split = sorted(forks(known.every))
    if split:
        return Contradiction(split[0], FORK, mismatch)
    wrong = sorted(_unlike(follower, known))
    if wrong:
        size = follower.head.n
        if wrong[0] > size:
            return Contradiction(size + 1, GONE if gone else SHORTER, mismatch)
        return Contradiction(wrong[0], OTHER, mismatch)
    lost = {one.checkpoint.note for one in known.filed}
    absent = [one.size for one in known.noted if one.checkpoint.note not in lost]
    return Contradiction(min(absent), LOST, missing) if absent else None


def _once(anchors: Sequence[Anchor]) -> Iterator[Anchor]:
    """Each anchor once: its copies need no second check of the signature."""
    yield from {one.checkpoint.note: one for one in anchors}.values()


def _unlike(follower: Follower, known: Evidence) -> Iterator[int]:
    """Heights at which the chain does not stand as it was signed or seen."""
    for one in known.every:
        stands = follower.at.get(one.size)
        if one.size and (stands is None or stands.root != one.checkpoint.root):
            yield one.size
    for n, h in known.seen:
        stands = follower.at.get(n)
        if stands is None or stands.head != h:
            yield n


def nothing_left(chain: str) -> ChainReport:
    """The report of a chain without a file and without an anchor: there never was one."""
    return ChainReport(chain, ok=True, rows=0, first_bad=0, head=GENESIS)
