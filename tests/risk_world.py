"""Cases of refused orders with their twins, and the small worlds that they live in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from config.modes import Mode
from engine.market import Instrument, Side
from guardrails.book import fold
from guardrails.limits import Limits
from guardrails.positions import Working
from guardrails.reasons import Reason
from guardrails.risk import assess
from guardrails.rules.facts import Act, History, MarketFacts
from guardrails.sizing import Frame
from guardrails.tickets import OrderTicket, RiskVerdict
from tests.desk_world import BTC, CERTIFICATE, LIMITS, NOW, context, fill, sale, ticket

Changes = Mapping[str, object]
FRAME = Frame(
    deployment_id="local",
    mode=Mode.PAPER,
    account_id="paper-1",
    proposer_id="trader-1",
    lineage_id="lineage-1",
    candidate_id=CERTIFICATE.candidate_digest,
    report_digest=CERTIFICATE.report_digest,
    nonce="0" * 32,
    created_at=NOW,
)
"""Where the tickets of `signal()` come from."""

HELD = fold([fill()], Decimal(10_000), {ticket().digest: Decimal(58_800)})
"""A book that holds what `ticket()` bought: 0.005 BTC."""


@dataclass(frozen=True)
class Case:
    """What is refused with which code, and the twin that passes."""

    code: Reason
    order: Changes = field(default_factory=dict)
    world: Changes = field(default_factory=dict)
    twin_order: Changes = field(default_factory=dict)
    twin_world: Changes = field(default_factory=dict)
    selling: str = ""

    def refused(self) -> RiskVerdict:
        """The verdict on the case."""
        return assess(self._order(self.order), context(**self.world))

    def passed(self) -> RiskVerdict:
        """The verdict on the twin."""
        return assess(self._order(self.twin_order), context(**self.twin_world))

    def _order(self, changes: Changes) -> OrderTicket:
        """The order; it names the limits of its own world unless it says otherwise."""
        if self.selling:
            return sale(**{"quantity": self.selling, **changes})
        return ticket(**changes)


def working(**changes: object) -> Working:
    """A released buy of 0.005 BTC that has not filled."""
    fields: dict[str, object] = {
        "ticket_digest": "e0" * 32,
        "symbol": "BTC/USDT",
        "side": Side.BUY,
        "quantity": Decimal("0.005"),
        "price": Decimal(60_000),
        "stop_price": Decimal(58_800),
        "reduce_only": False,
    }
    return Working.model_validate({**fields, **changes})


def other(symbol: str, quantity: str = "1", stop: str = "99") -> Working:
    """A released buy of something else at 100."""
    return working(
        ticket_digest=symbol[0].lower().encode().hex() * 32,
        symbol=symbol,
        quantity=Decimal(quantity),
        price=Decimal(100),
        stop_price=Decimal(stop),
    )


def instrument(**changes: object) -> Instrument:
    """The allow-list's record with these fields changed."""
    return Instrument.model_validate({**dict(BTC), **changes})


def limits(**changes: int) -> Limits:
    """The conservative limits with these keys changed."""
    return Limits.model_validate({**dict(LIMITS), **changes})


def act(number: int = 1, **changes: object) -> Act:
    """Something small and done long ago today, by another strategy."""
    fields: dict[str, object] = {
        "digest": f"{number:064x}",
        "lineage_id": "lineage-2",
        "symbol": "BTC/USDT",
        "side": Side.BUY,
        "quantity": Decimal("0.0001"),
        "notional": Decimal(6),
        "reduce_only": False,
        "refused": False,
        "at": NOW - timedelta(hours=2),
    }
    return Act(**{**fields, **changes})  # type: ignore[arg-type]  # a test names the fields


def history(*acts: Act, **changes: object) -> dict[str, object]:
    """A world with these acts, and these fields of the history changed."""
    base = History(capital=Decimal(10_000), peak=Decimal(10_000), acts=acts)
    return {"history": replace(base, **changes)}  # type: ignore[arg-type]  # as above


def market(**changes: object) -> dict[str, object]:
    """A world with these facts about the market."""
    return {"market": MarketFacts(**changes)}  # type: ignore[arg-type]  # as above


def limited(**changes: int) -> dict[str, object]:
    """An order that names the limits with these keys changed; see `under`."""
    return {"limits_version": limits(**changes).version}


def under(**changes: int) -> dict[str, object]:
    """A world in which these limits are in force."""
    return {"limits": limits(**changes)}


FRESH = {"lineage_id": "lineage-1", "at": NOW - timedelta(minutes=30)}
"""An act of the ticket's own strategy, inside the repeat window."""
