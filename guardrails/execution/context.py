"""What the gateway's verbs work on: its store, the venue, the desk's store, latch, clock, limits.

Made once by the composition root and handed to every function; there are no globals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from engine.backtest.costs import CostModel
from engine.clock import Clock
from engine.data.bars import Bars
from engine.errors import UnavailableError
from engine.records import Digest
from guardrails.execution.capabilities import Capability
from guardrails.execution.client_ids import client_order_id, gateway_tag
from guardrails.execution.venue import BarDriven, Venue
from guardrails.latch import Halt, Latch
from guardrails.lifecycle import HaltCode
from guardrails.limits import Limits
from guardrails.ports import ClosesBook, FixedCloses
from guardrails.store.gateway import ACTOR, GatewayStore
from guardrails.store.gateway_view import GatewayView
from guardrails.store.outbox import OutboxRow
from guardrails.trading_state import TradingState, strictest, tightens
from guardrails.wire import GatewayIdentity


class DeskRecords(Protocol):
    """What the gateway reads from the desk."""

    def after(self, n: int) -> tuple[OutboxRow, ...]:
        """Outbox rows after the cursor, in order."""
        ...

    def released(self, ticket_digest: Digest) -> bool:
        """True when the desk's journal says that this very ticket was released."""
        ...

    def revoked(self, certificate_digest: Digest) -> bool:
        """True when the certificate was withdrawn."""
        ...

    def trading_state(self) -> TradingState:
        """The desk's half of the trading state."""
        ...

    def intact(self) -> bool:
        """True when the desk's journal verifies and is anchored up to its last row."""
        ...

    def witness(self) -> None:
        """Anchor what the desk's journal has grown by; IntegrityError AUDIT_* when it is broken."""
        ...


class BarSource(Protocol):
    """Where a replayed market comes from."""

    def bars(self, dataset_id: Digest) -> Bars:
        """Bars of a dataset that may be replayed; InputError when there are none."""
        ...


def _nothing() -> None:
    """For a gateway without anchors of its own."""


@dataclass(slots=True)
class Lookups:
    """Not-found answers in a row by client order id: monotonic seconds of each; memory only."""

    absent: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """The gateway's parts.

    Attributes:
        market: the venue's bar-driven side.
        costs: cost model that fills are made and losses reckoned with.
        cash: what the account started with, quote currency.
        closes: daily closes that the tails of the book are reckoned from.
        before_send: anchors our own journal, in which the send is already committed.
        lookups: not-found answers of unknown orders; the only thing here that changes.
    """

    identity: GatewayIdentity
    desk_public_key: str
    store: GatewayStore
    view: GatewayView
    venue: Venue
    market: BarDriven
    source: BarSource
    desk: DeskRecords
    latch: Latch
    clock: Clock
    capability: Capability
    costs: CostModel
    limits: Limits
    cash: Decimal
    lookups: Lookups = field(default_factory=Lookups)
    closes: ClosesBook = field(default_factory=FixedCloses)
    before_send: Callable[[], object] = _nothing

    def client_id(self, ticket_digest: Digest, leg: str) -> str:
        """The one client order id of a leg at this gateway."""
        return client_order_id(gateway_tag(self.identity), ticket_digest, leg)

    def trading_state(self) -> TradingState:
        """The strictest of latch and desk; one that cannot be read is HALTED."""
        try:
            told = self.desk.trading_state()
        except UnavailableError:
            return TradingState.HALTED
        return strictest([self.latch.state(), told])

    def tighten(self, state: TradingState, code: str, detail: str) -> None:
        """Trip the latch, unless it stands at least that strict already; then journal it."""
        if not tightens(self.latch.state(), state):
            return
        reason = f"{code}: {detail}"[:300]
        self.latch.trip(Halt(state=state, actor=ACTOR, reason=reason, at=self.clock.now()))
        self.store.note("gateway.tightened", {"state": state.value, "code": code, "detail": detail})

    def halt(self, code: HaltCode, detail: str) -> None:
        """Stop all trading because something happened that must not happen."""
        self.tighten(TradingState.HALTED, code.value, detail)
