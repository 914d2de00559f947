"""The one who anchors: verifies the new rows of a journal, then signs its head, once per height.

After a critical row the head is signed at once, else at most every minute. A journal that lost
what was signed, or that has other rows there, is never signed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.clock import Clock
from engine.errors import IntegrityError, UnavailableError
from engine.records import utc_text
from guardrails.reasons import Reason
from guardrails.signing import Signer
from guardrails.store.anchors import (
    EVERY_SECONDS,
    Anchor,
    AnchorFile,
    critical,
    is_anchor,
)
from guardrails.store.checkpoints import sign
from guardrails.store.database import Database
from guardrails.store.following import Follower
from guardrails.store.witnesses import Evidence, contradiction

Keep = Callable[[Anchor], None]
"""Writes an anchor into the signer's own journal."""


@dataclass(slots=True)
class Anchorer:
    """Anchors one chain for one signer; not for several threads at once.

    Attributes:
        target: the store whose journal is anchored; only read.
        files: where anchors are appended; the first is the folder of anchors.
        keep: called after the files, with every new anchor.
        known: reads what was anchored before, once, before anything is signed.
    """

    target: Database
    signer: str
    key: Signer
    clock: Clock
    files: tuple[AnchorFile, ...]
    known: Callable[[], Evidence]
    keep: Keep | None = None
    _follower: Follower | None = None
    _last: int = 0
    _waiting: set[str] = field(default_factory=set)
    _at: float = float("-inf")

    def look(self, *, at_once: bool = False) -> Anchor | None:
        """Verify what is new and anchor it if it is time; None when nothing was signed.

        Raises:
            IntegrityError: AUDIT_BROKEN or AUDIT_ANCHOR_MISMATCH; it will not sign again.
            UnavailableError: STORE_UNAVAILABLE while the journal does not answer,
                AUDIT_ANCHOR_MISSING while the anchor cannot be written.
        """
        follower = self._read()
        if not self._due(at_once=at_once) or follower.head.n == self._last:
            return None
        now = self.clock.now()
        point = sign(follower.chain, follower.head.n, follower.root, self.signer, self.key)
        anchor = Anchor(point, follower.head.h, utc_text(now))
        self._append(anchor)
        self._last, self._at = anchor.size, self.clock.monotonic()
        self._waiting.clear()
        if self.keep is not None:
            self.keep(anchor)
        return anchor

    def _append(self, anchor: Anchor) -> None:
        try:
            for file in self.files:
                file.append(anchor)
        except OSError as error:
            raise UnavailableError(
                Reason.AUDIT_ANCHOR_MISSING, f"an anchor cannot be written: {error.strerror}",
                value=error.filename, hint="make room, or bring the folder of anchors back",
            ) from error  # fmt: skip

    def _due(self, *, at_once: bool) -> bool:
        plain = {kind for kind in self._waiting if not is_anchor(kind)}
        if at_once or any(critical(kind) for kind in plain):
            return True
        return bool(plain) and self.clock.monotonic() - self._at >= EVERY_SECONDS

    def _read(self) -> Follower:
        if self._follower is not None:
            with self.target.read() as connection:
                self._waiting |= self._follower.take(connection)
            return self._follower
        known = self.known()
        follower = Follower(self.target.chain)
        with self.target.read() as connection:
            self._waiting |= follower.take(connection, known.heights)
        found = contradiction(follower, known, gone=False)
        if found is not None:
            raise refused(self.target.chain, found.row, found.reason, found.code)
        ours = (one.size for one in known.every if one.checkpoint.signer == self.signer)
        self._last = max(ours, default=0)
        follower.at.clear()
        self._follower = follower
        return follower


def refused(chain: str, row: int, reason: str, code: str) -> IntegrityError:
    """The fault of a journal that does not agree with its anchors."""
    return IntegrityError(
        code or Reason.AUDIT_BROKEN, f"the {chain} journal does not verify: {reason or 'a row'}",
        value=f"{chain}:{row}",
        hint="stop; leave everything as it is and follow the runbook of a broken journal",
    )  # fmt: skip


def newest(anchors: Iterable[Anchor]) -> Anchor | None:
    """The anchor that vouches for most rows."""
    return max(anchors, key=lambda one: one.size, default=None)
