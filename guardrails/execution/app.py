"""The gateway's composition root: opens the files, makes the context, turns the loop.

One gateway per account: a file lock that falls with the process. A store that does not verify
stops the start and halts trading.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import Event

from config.modes import RIGHTS
from config.secrets import GatewaySecrets, load_secrets
from engine.clock import Clock
from engine.data.store import DatasetStore
from engine.errors import ConfigError, IntegrityError, UnavailableError
from guardrails import limits
from guardrails.execution.anchoring import Witness
from guardrails.execution.boot import Boot
from guardrails.execution.capabilities import Capability, capability
from guardrails.execution.context import Context
from guardrails.execution.dispatcher import recover, step
from guardrails.execution.paper import PaperVenue
from guardrails.execution.sources import ForwardSource
from guardrails.latch import Halt, Latch
from guardrails.reasons import Reason
from guardrails.signing import Signer
from guardrails.store.closes import DatasetCloses
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.evidence import AnchorPlace
from guardrails.store.gateway import ACTOR, GatewayStore
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.gateway_view import GatewayView
from guardrails.store.lock import gateway_lock
from guardrails.store.paper_venue import PaperFile
from guardrails.trading_state import TradingState
from guardrails.wire import GatewayIdentity

CHAIN = "gateway"
_LOG = logging.getLogger("peak.gateway")


@dataclass(slots=True)
class Gateway:
    """A running gateway: its context, what it holds open, when it last gave a sign of life."""

    context: Context
    held: ExitStack
    poll_s: float
    heartbeat_s: float
    recovered: bool = False
    silent: bool = False
    beat_at: float = field(default=float("-inf"))

    def turn(self) -> bool:
        """One round: a sign of life when it is due, then the desk's next row; False when idle.

        A peer that does not answer is waited for. Everything else that goes wrong halts trading
        and ends the process.
        """
        try:
            self._beat()
            if not self.recovered:
                recover(self.context)
                self.recovered = True
            taken = step(self.context)
            self._witness()
        except UnavailableError as error:
            if not self.silent:
                _LOG.warning("%s: %s", error.code, error.message)
            self.silent = True
            # what was under way is looked up again: it may have been sent and not recorded
            self.recovered = False
            return False
        self.silent = False
        return taken

    def _beat(self) -> None:
        now = self.context.clock.monotonic()
        if now - self.beat_at >= self.heartbeat_s:
            self.context.store.beat(self.context.clock.now())
            self.beat_at = now

    def _witness(self) -> None:
        """Sign what the desk wrote; a journal that is not what it was halts trading."""
        try:
            self.context.desk.witness()
        except IntegrityError as error:
            self.context.tighten(TradingState.HALTED, error.code, str(error.value or ""))

    def run(self, stop: Event) -> None:
        """Turn until `stop` is set; the step that is under way is finished first."""
        while not stop.is_set():
            try:
                taken = self.turn()
            except Exception as error:
                _halt(self.context.latch, self.context.clock, f"{type(error).__name__}: {error}")
                raise
            if not taken:
                stop.wait(self.poll_s)

    def close(self) -> None:
        """Give files and lock back."""
        self.held.close()


def open_gateway(boot: Boot, clock: Clock) -> Gateway:
    """Open everything a gateway needs; nothing is sent yet.

    Raises:
        ConfigError: MODE_FORBIDDEN, SECRETS_* or a limits code.
        UnavailableError: GATEWAY_RUNNING, STORE_UNAVAILABLE or PAPER_VENUE_SILENT.
        IntegrityError: AUDIT_*, GATEWAY_STORE_FOREIGN, PAPER_ACCOUNT_FOREIGN, STORE_PRAGMA.
    """
    can = _usable(boot.identity)
    secrets = load_secrets(GatewaySecrets, boot.secrets)
    lock = gateway_lock(boot.state_dir / "run", boot.identity.account_id)
    with ExitStack() as undo:
        lock.take()
        undo.callback(lock.free)
        own = open_database(boot.state_dir / "gateway.db", gateway_metadata, CHAIN, clock)
        undo.callback(own.close)
        desk = open_database(
            boot.state_dir / "desk.db", desk_metadata, "desk", clock, read_only=True
        )
        undo.callback(desk.close)
        file = PaperFile(boot.state_dir / "paper" / "venue.db")
        undo.callback(file.close)
        context = _context(boot, (own, desk), file, clock, can, secrets)
        pace = boot.settings.gateway
        return Gateway(context, undo.pop_all(), pace.poll_ms / 1000, pace.heartbeat_s)


def _context(  # noqa: PLR0913, PLR0917 - the parts of a gateway, named once
    boot: Boot,
    databases: tuple[Database, Database],
    file: PaperFile,
    clock: Clock,
    can: Capability,
    secrets: GatewaySecrets,
) -> Context:
    own, desk = databases
    who, latch = boot.identity, Latch(boot.state_dir / "halt")
    cash = Decimal(boot.settings.gateway.paper_cash_quote)
    key = Signer(secrets.signing_key_hex.get_secret_value())
    place = AnchorPlace.of(boot.state_dir, boot.settings.deployment.anchor_copy_dir)
    witness = Witness.of(place, key, secrets.desk_public_key_hex, clock)
    _require_whole(witness, own, (boot.state_dir / "desk.db", desk), latch)
    store = GatewayStore(own)
    store.bind(who)
    own_anchors = witness.of_own(own)
    file.open_account(who.account_id, cash)
    venue = PaperVenue(file, boot.costs)
    return Context(
        identity=who,
        desk_public_key=secrets.desk_public_key_hex,
        store=store,
        view=GatewayView(own),
        venue=venue,
        market=venue,
        source=ForwardSource(DatasetStore(boot.state_dir / "datasets")),
        desk=witness.of_desk(desk, own, store),
        latch=latch,
        clock=clock,
        capability=can,
        costs=boot.costs,
        limits=limits.effective(boot.settings.limits),
        cash=cash,
        before_send=lambda: own_anchors.look(at_once=True),
        closes=DatasetCloses(DatasetStore(boot.state_dir / "datasets")),
    )


def _usable(who: GatewayIdentity) -> Capability:
    """The venue's record for this mode; a mode without a gateway does not start."""
    rights = RIGHTS[who.mode]
    found = capability(PaperVenue.name, who.mode)
    if not (rights.gateway and rights.available) or found is None:
        raise ConfigError(
            Reason.MODE_FORBIDDEN,
            f"there is no gateway for the mode {who.mode.value} yet",
            value=who.mode.value,
            hint="set deployment.mode to paper",
        )
    return found


def _require_whole(
    witness: Witness, own: Database, desk: tuple[Path, Database], latch: Latch
) -> None:
    """Halt and refuse to start when the gateway's own journal is not what it was."""
    try:
        witness.require_whole(own, *desk)
    except IntegrityError as error:
        _halt(latch, witness.clock, f"{error.code}: {error.message}, {error.value}")
        raise


def _halt(latch: Latch, clock: Clock, reason: str) -> None:
    at = clock.now()
    latch.trip(Halt(state=TradingState.HALTED, actor=ACTOR, reason=reason[:300], at=at))
