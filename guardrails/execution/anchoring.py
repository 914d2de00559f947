"""The gateway as witness: it anchors the desk's journal before it acts on a release.

What the desk wrote is verified and signed before anything is sent, so that a release, its
approvals, limits and roles can never be taken back unseen. The gateway's own journal is signed
before a send as well; the desk signs it too, a moment later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.clock import Clock
from engine.errors import IntegrityError
from guardrails.signing import Signer
from guardrails.store.anchoring import Anchorer, refused
from guardrails.store.anchors import Anchor, anchored
from guardrails.store.checkpoints import Keys
from guardrails.store.database import Database
from guardrails.store.desk_view import DeskView
from guardrails.store.evidence import AnchorPlace
from guardrails.store.gateway import GatewayStore
from guardrails.store.witnesses import compared

SIGNER: Final = "gateway"
_SHARE: Final = 20.0
"""Reading the whole chain again takes at most one part in so many of the gateway's time."""


class AnchoredDesk(DeskView):
    """The desk's store, whose journal is verified and anchored as it grows."""

    def __init__(self, database: Database, anchorer: Anchorer, clock: Clock) -> None:
        """Read this store and anchor its journal."""
        super().__init__(database)
        self._anchorer = anchorer
        self._clock = clock
        self._again_at = float("-inf")

    def witness(self) -> None:
        """Anchor what is due; IntegrityError AUDIT_* when the journal is not what it was."""
        self._anchorer.look()

    def intact(self) -> bool:
        """True when the journal verifies and is anchored up to its last row."""
        try:
            self._anchorer.look(at_once=True)
        except IntegrityError:
            return False
        return self._whole()

    def _whole(self) -> bool:
        """The old rows once more, as often as their number allows."""
        start = self._clock.monotonic()
        if start < self._again_at:
            return True
        found = super().intact()
        end = self._clock.monotonic()
        if found:
            self._again_at = end + _SHARE * (end - start)
        return found


@dataclass(frozen=True, slots=True)
class Witness:
    """What the gateway anchors with: the place of the anchors, its key, everybody's public keys."""

    place: AnchorPlace
    key: Signer
    clock: Clock
    keys: Keys = field(default_factory=dict)

    @classmethod
    def of(cls, place: AnchorPlace, key: Signer, desk_public_key: str, clock: Clock) -> Witness:
        """The witness of one installation; leaves its public key beside the anchors."""
        place.publish(SIGNER, key)
        return cls(place, key, clock, {SIGNER: (key.public_hex,), "desk": (desk_public_key,)})

    def require_whole(self, own: Database, desk_path: Path, desk: Database) -> None:
        """Start only with a journal of our own that agrees with every anchor of it.

        Raises:
            IntegrityError: AUDIT_BROKEN, AUDIT_ANCHOR_MISSING or AUDIT_ANCHOR_MISMATCH.
        """
        known = self.place.evidence(own.chain, self.keys, desk if desk_path.exists() else None)
        with own.read() as connection:
            found = compared(connection, own.chain, known)
        if not found.ok:
            raise refused(own.chain, found.first_bad, found.reason, found.code)

    def of_desk(self, desk: Database, own: Database, store: GatewayStore) -> AnchoredDesk:
        """The desk's store under our eyes; every anchor is also a row of our own journal."""

        def keep(anchor: Anchor) -> None:
            """A row of the gateway's journal."""
            store.note(anchored("desk"), dict(anchor.as_line()))

        anchorer = Anchorer(
            target=desk, signer=SIGNER, key=self.key, clock=self.clock,
            files=self.place.files("desk", SIGNER),
            known=lambda: self.place.evidence("desk", self.keys, own), keep=keep,
        )  # fmt: skip
        return AnchoredDesk(desk, anchorer, self.clock)

    def of_own(self, own: Database) -> Anchorer:
        """The gateway's own journal, signed by itself before it sends."""
        return Anchorer(
            target=own, signer=SIGNER, key=self.key, clock=self.clock,
            files=self.place.files(own.chain, SIGNER),
            known=lambda: self.place.evidence(own.chain, self.keys),
        )  # fmt: skip
