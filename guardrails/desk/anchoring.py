"""The desk as witness: it anchors the gateway's journal, and misses anchors of its own.

Looked at once a second by the desk's watch. A gateway's journal that is not what was signed halts
trading; a critical row of our own that the gateway has not signed for a minute reduces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.modes import RIGHTS
from engine.errors import IntegrityError
from guardrails.desk import halting
from guardrails.desk.auditing import known_keys, place_of
from guardrails.desk.context import DeskContext
from guardrails.desk.folders import Folders
from guardrails.desk.run_log import FOLDER as RUN_LOG
from guardrails.desk.run_log import RunLog
from guardrails.reasons import Reason
from guardrails.store.anchoring import Anchorer
from guardrails.store.anchors import EVERY_SECONDS, Anchor, AnchorFile, anchored, critical
from guardrails.store.database import Database
from guardrails.store.evidence import has_journal
from guardrails.store.journal import after
from guardrails.trading_state import TradingState, tightens

SIGNER: Final = "desk"


@dataclass(slots=True)
class GatewayWitness:
    """Anchors the gateway's journal for the desk and waits for the gateway's anchors of ours."""

    context: DeskContext
    gateway: Database
    anchorer: Anchorer
    ours: AnchorFile
    log: RunLog
    _read_to: int = 0
    _unsigned: int = 0
    _since: float = 0.0

    def look(self) -> None:
        """Anchor what is due, see that we are anchored, bring the run log up to date."""
        with self.gateway.read() as connection:
            if not has_journal(connection):
                return  # the gateway has only begun to make its file
        try:
            self.anchorer.look()
        except IntegrityError as error:
            self._tighten(TradingState.HALTED, f"{error.code}: {error.value}")
        self.miss()
        self.log.update((self.context.db, self.gateway))

    def miss(self) -> None:
        """Reduce trading when a critical row of ours stays without the gateway's signature."""
        if not RIGHTS[self.context.settings.deployment.mode].gateway:
            return
        newest = self.ours.last()
        row = self._first_unsigned(0 if newest is None else newest.size)
        now = self.context.clock.monotonic()
        if row != self._unsigned:
            self._unsigned, self._since = row, now
        if row and now - self._since > EVERY_SECONDS:
            reason = f"{Reason.AUDIT_ANCHOR_MISSING}: desk row {row} is not signed"
            self._tighten(TradingState.REDUCING, reason)

    def _first_unsigned(self, signed: int) -> int:
        """Number of the first critical row above what is signed, 0 for none."""
        if self._unsigned > signed:
            return self._unsigned
        self._read_to = max(self._read_to, signed)
        with self.context.db.read() as connection:
            rows = after(connection, self._read_to)
        for row in rows:
            if critical(row.kind):
                return row.n
            self._read_to = row.n
        return 0

    def _tighten(self, state: TradingState, reason: str) -> None:
        if tightens(self.context.latch.state(), state):
            halting.tighten(self.context, SIGNER, reason, state)


def gateway_witness(context: DeskContext, folders: Folders, gateway: Database) -> GatewayWitness:
    """The desk's eyes on this gateway's store; leaves the desk's public key beside the anchors."""
    place = place_of(folders, context.settings.deployment.anchor_copy_dir)
    place.publish(SIGNER, context.signer)

    def keep(anchor: Anchor) -> None:
        """A row of the desk's journal."""
        with context.db.write() as work:
            work.journal(SIGNER, anchored(gateway.chain), anchor.as_line())

    anchorer = Anchorer(
        target=gateway, signer=SIGNER, key=context.signer, clock=context.clock,
        files=place.files(gateway.chain, SIGNER),
        known=lambda: place.evidence(gateway.chain, known_keys(folders), context.db), keep=keep,
    )  # fmt: skip
    return GatewayWitness(
        context=context,
        gateway=gateway,
        anchorer=anchorer,
        ours=AnchorFile(place.folder, context.db.chain, "gateway"),
        log=RunLog(folders.root / RUN_LOG),
    )
