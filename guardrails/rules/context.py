"""What the rules look at besides the ticket: read fresh, handed in whole, never fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.modes import Mode
from engine.backtest.costs import CostModel
from engine.market import Instrument
from guardrails.limits import Limits
from guardrails.ports import Quote
from guardrails.positions import BookValue, Working
from guardrails.rules.facts import History, MarketFacts, Tails
from guardrails.tickets import SignedCertificate
from guardrails.trading_state import TradingState


@dataclass(frozen=True, slots=True)
class RiskContext:
    """The world at the moment of a decision; what is None is unknown and denies.

    Attributes:
        now: wall time, never earlier than the newest time in the journal.
        market_now: the market's present (the replay clock in replay).
        deployment_id, mode, account_id: who is asking; a ticket of another one is denied.
        state: the strictest trading state in force.
        limits: the limits in force.
        instrument: the allow-list's record of the ticket's symbol, None when not allowed.
        quote: the last quote of the ticket's symbol.
        value: the book at its quotes.
        working: released orders that may still fill.
        costs: cost model that losses are reckoned with.
        certificate: what the ticket's certificate digest names, None when there is none.
        certificate_revoked: True when it was revoked.
        desk_key: public key that certificates must be signed with, 64 hex digits.
        history: what was released before, peak and capital of the account.
        market: the market beside its quote.
        tails: kinds and daily closes of what is held and of the ticket's symbol.
    """

    now: datetime
    market_now: datetime | None
    deployment_id: str
    mode: Mode
    account_id: str
    state: TradingState
    limits: Limits
    instrument: Instrument | None
    quote: Quote | None
    value: BookValue | None
    working: tuple[Working, ...]
    costs: CostModel
    certificate: SignedCertificate | None
    certificate_revoked: bool
    desk_key: str
    history: History | None
    market: MarketFacts | None
    tails: Tails | None
