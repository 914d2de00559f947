"""A whole desk on a temporary folder: a real file, a fixed clock, a gateway that reports facts.

The market is one symbol at 60,000 with a spread of one basis point; equity is 10,000 in cash, the
profile conservative, the trading state active.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Literal

from config.modes import Mode
from config.settings import DeploymentSettings, LimitSettings, Settings
from engine.backtest.costs import CostModel
from engine.clock import FixedClock
from engine.gate.report import Certificate
from engine.market import Instrument, Side, Timeframe
from engine.signals import Signal
from guardrails.approvals import Asked
from guardrails.book import at_quotes
from guardrails.desk.context import DeskContext
from guardrails.desk.sign_off import Decided, Shown, decide, show
from guardrails.desk.ticketing import Proposal, Proposed, propose
from guardrails.latch import Latch
from guardrails.limits import Limits, effective
from guardrails.people import Caller, Passwords, Role
from guardrails.ports import (
    FixedCertificates,
    FixedCloses,
    FixedGateway,
    FixedInstruments,
    FixedMarket,
    Quote,
)
from guardrails.positions import Book
from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.rules.facts import History, MarketFacts, Tails
from guardrails.signing import Signer
from guardrails.store import people
from guardrails.store.database import Database, open_database
from guardrails.store.desk_schema import desk_metadata
from guardrails.store.journal import JournalEntry, tail
from guardrails.tickets import Fill, OrderTicket, SignedCertificate
from guardrails.trading_state import TradingState

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
BTC = Instrument(
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    price_step=Decimal("0.01"),
    quantity_step=Decimal("0.00001"),
    min_quantity=Decimal("0.00001"),
    max_quantity=Decimal("0.05"),
    min_notional=Decimal(10),
)
COSTS = CostModel()
LIMITS: Limits = effective(LimitSettings())
SIGNER = Signer("22" * 32)
CERTIFICATE = Certificate(
    serial="c0" * 32,
    candidate_digest="c1" * 32,
    spec_digest="c2" * 32,
    rule_digest="c3" * 32,
    dataset_id="c4" * 32,
    cost_digest=COSTS.digest,
    code_digest="c6" * 32,
    criteria_digest="c7" * 32,
    report_digest="c8" * 32,
    trial_number=3,
    tier="paper",
    modes=("paper",),
    issued_at=NOW - timedelta(days=1),
    expires_at=NOW + timedelta(days=90),
)
SIGNED = SignedCertificate(certificate=CERTIFICATE, signature=SIGNER.sign(CERTIFICATE.digest))
ROLES = {
    "viewer-1": (Role.VIEWER,),
    "trader-1": (Role.TRADER,),
    "trader-2": (Role.TRADER,),
    "approver-1": (Role.APPROVER,),
    "approver-2": (Role.APPROVER,),
    "risk-1": (Role.RISK_OFFICER,),
    "admin-1": (Role.ADMIN,),
    "solo-1": (Role.TRADER, Role.APPROVER, Role.RISK_OFFICER),
}
PASSWORD = "a long enough sentence"
CHEAP = Passwords(time_cost=1, memory_kib=8, parallelism=1)


def calm(symbol: str, days: int = 600) -> tuple[tuple[str, Decimal], ...]:
    """Daily closes up to yesterday that move by half a percent, each symbol in its own way."""
    random = Random(symbol)  # noqa: S311 - made-up prices, the same in every run
    first, price, rows = NOW - timedelta(days=days), Decimal(100), []
    for day in range(days):
        price *= 1 + Decimal(random.choice((-50, 50))) / 10_000
        rows.append(((first + timedelta(days=day)).date().isoformat(), price))
    return tuple(rows)


TAILS = Tails(
    kinds={"BTC/USDT": "spot"},
    closes={symbol: calm(symbol) for symbol in ("BTC/USDT", "AAA", "BBB", "CCC")},
)


@cache
def password_hash() -> str:
    """The hash of everybody's password."""
    return CHEAP.hash(PASSWORD)


COPILOT = Caller(person_id="copilot", roles=(Role.COPILOT,), credential_id="token")


def quote(mid: str = "60000", time: datetime = NOW) -> Quote:
    """A quote with a spread of one basis point around `mid`."""
    middle = Decimal(mid)
    half = (middle / 20_000).quantize(Decimal("0.01"))
    return Quote(symbol="BTC/USDT", bid=middle - half, ask=middle + half, time=time)


def signal(**changes: object) -> Signal:
    """A long entry at 60,000 with a stop two percent below and a target."""
    fields: dict[str, object] = {
        "certificate_digest": CERTIFICATE.digest,
        "spec_digest": CERTIFICATE.spec_digest,
        "dataset_id": CERTIFICATE.dataset_id,
        "symbol": "BTC/USDT",
        "venue": "paper",
        "timeframe": Timeframe.H1,
        "action": "enter_long",
        "target_exposure": 1.0,
        "bar_close": NOW,
        "reference_price": Decimal(60_000),
        "stop_price": Decimal(58_800),
        "target_price": Decimal(63_000),
        "risk_fraction": 0.005,
        "max_position_fraction": 0.1,
    }
    return Signal.model_validate({**fields, **changes})


def exit_signal(**changes: object) -> Signal:
    """The exit of the same strategy."""
    return signal(**{"action": "exit_long", "target_exposure": 0.0, "stop_price": None, **changes})


def ticket(**changes: object) -> OrderTicket:
    """Buy 0.005 BTC at 60,000 with a stop at 58,800: notional 300, legal; with these changes."""
    fields: dict[str, object] = {
        "deployment_id": "local",
        "mode": Mode.PAPER,
        "account_id": "paper-1",
        "venue": "paper",
        "symbol": "BTC/USDT",
        "instrument_kind": "spot",
        "instrument_filters_digest": BTC.filters_digest,
        "side": Side.BUY,
        "order_type": "limit",
        "quantity": Decimal("0.005"),
        "limit_price": Decimal(60_000),
        "time_in_force": "ioc",
        "reduce_only": False,
        "stop_price": Decimal(58_800),
        "trail_kind": "percent",
        "trail_value": Decimal("0.02"),
        "max_slippage_bps": 50,
        "notional_quote": Decimal(300),
        "worst_loss_quote": Decimal("6.80"),
        "reference_price": Decimal(60_000),
        "reference_time": NOW,
        "spec_digest": CERTIFICATE.spec_digest,
        "candidate_id": CERTIFICATE.candidate_digest,
        "certificate_digest": CERTIFICATE.digest,
        "report_digest": CERTIFICATE.report_digest,
        "signal_digest": "d0" * 32,
        "limits_version": LIMITS.version,
        "book_digest": Book(cash=Decimal(10_000)).digest,
        "proposer_id": "trader-1",
        "lineage_id": "lineage-1",
        "created_at": NOW,
        "valid_until": NOW + timedelta(seconds=120),
        "expires_at": NOW + timedelta(seconds=120),
        "nonce": "0" * 32,
    }
    return OrderTicket.model_validate({**fields, **changes})


def sale(quantity: str, **changes: object) -> OrderTicket:
    """A reduce-only sale at 59,000."""
    amount = Decimal(quantity)
    fields: dict[str, object] = {
        "side": Side.SELL,
        "reduce_only": True,
        "quantity": amount,
        "limit_price": Decimal(59_000),
        "stop_price": None,
        "trail_kind": None,
        "trail_value": None,
        "max_slippage_bps": 200,
        "notional_quote": amount * 59_000,
        "worst_loss_quote": Decimal(0),
    }
    return ticket(**{**fields, **changes})


def context(**changes: object) -> RiskContext:
    """A world in which `ticket()` is allowed, with these fields changed."""
    market = FixedMarket([quote()])
    book = changes.pop("book", Book(cash=Decimal(10_000)))
    if not isinstance(book, Book):
        raise TypeError(book)
    base = RiskContext(
        now=NOW + timedelta(seconds=1),
        market_now=NOW + timedelta(milliseconds=200),
        deployment_id="local",
        mode=Mode.PAPER,
        account_id="paper-1",
        state=TradingState.ACTIVE,
        limits=LIMITS,
        instrument=BTC,
        quote=quote(),
        value=at_quotes(book, market, COSTS),
        working=(),
        costs=COSTS,
        certificate=SIGNED,
        certificate_revoked=False,
        desk_key=SIGNER.public_hex,
        history=History(capital=Decimal(10_000), peak=Decimal(10_000)),
        market=MarketFacts(),
        tails=TAILS,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a test names the fields


def fill(number: int = 1, **changes: object) -> Fill:
    """Bought 0.005 BTC at 60,000 for the ticket of `ticket()`, fee 0.30."""
    fields: dict[str, object] = {
        "venue": "paper",
        "account_id": "paper-1",
        "symbol": "BTC/USDT",
        "venue_trade_id": f"t{number}",
        "client_order_id": "00000000-0000-4000-8000-000000000000",
        "ticket_digest": ticket().digest,
        "side": Side.BUY,
        "quantity": Decimal("0.005"),
        "price": Decimal(60_000),
        "fee": Decimal("0.30"),
        "fee_asset": "USDT",
        "venue_time": NOW,
        "received_at": NOW,
    }
    return Fill.model_validate({**fields, **changes})


def codes(denials: tuple[Denial, ...]) -> set[Reason]:
    """The codes of some denials."""
    return {denial.code for denial in denials}


@dataclass
class DeskWorld:
    """The desk's context with the handles that a test turns."""

    folder: Path
    persons: Literal["solo", "team"] = "team"
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    gateway: FixedGateway = field(default_factory=lambda: FixedGateway([quote()]))
    certificates: FixedCertificates = field(default_factory=lambda: FixedCertificates([SIGNED]))

    def __post_init__(self) -> None:
        """Open the store and enrol everybody."""
        self.db: Database = open_database(
            self.folder / "desk.db", desk_metadata, "desk", self.clock
        )
        self.latch = Latch(self.folder / "halt")
        self.latch.prepare()
        self.gateway.alive_at = NOW
        self.ctx = DeskContext(
            db=self.db,
            gateway=self.gateway,
            clock=self.clock,
            signer=SIGNER,
            latch=self.latch,
            limits=LIMITS,
            instruments=FixedInstruments([BTC]),
            certificates=self.certificates,
            settings=Settings(deployment=DeploymentSettings(persons=self.persons)),
            closes=FixedCloses(TAILS.closes),
        )
        with self.db.write() as work:
            for name, roles in ROLES.items():
                people.add(work, name, roles, password_hash())
            work.journal("set-up", "people.enrolled", {"people": sorted(ROLES)})

    def close(self) -> None:
        """Give the file back."""
        self.db.close()

    def advance(self, seconds: float) -> None:
        """Let time pass for the desk and the gateway's heartbeat; the market stands still."""
        self.clock.advance(seconds)
        self.gateway.alive_at = self.clock.now()

    def caller(self, name: str, *, device: str = "laptop") -> Caller:
        """A signed-in person who gave the password just now."""
        session = sha256(f"{name} {device}".encode()).hexdigest()
        return Caller(
            person_id=name,
            roles=ROLES[name],
            credential_id="password-1",
            auth_session_id=session,
            proved_at=self.clock.now(),
        )

    def propose(self, by: str = "trader-1", **changes: object) -> Proposed:
        """Propose the signal with these changes."""
        return propose(self.ctx, self.caller(by), Proposal(signal(**changes), "lineage-1"))

    def pending(self, **changes: object) -> OrderTicket:
        """A ticket that waits for its decision."""
        proposed = self.propose(**changes)
        if proposed.ticket is None or proposed.denials:
            raise AssertionError(proposed.denials)
        return proposed.ticket

    def shown(self, digest: str, by: str = "approver-1") -> Shown:
        """The page of a ticket."""
        page = show(self.ctx, self.caller(by), digest)
        if isinstance(page, Denial):
            raise TypeError(page)
        return page

    def approve(self, page: Shown, by: str = "approver-1", **changes: object) -> Decided:
        """Approve what the page shows, after reading it; the request with these changes."""
        asked = replace(
            Asked(page.ticket.digest, page.nonce, "approve"),
            **changes,  # type: ignore[arg-type]  # a test names the fields
        )
        return decide(self.ctx, self.caller(by), page.ticket.digest, asked)

    def read_and_approve(self, digest: str, by: str = "approver-1") -> Decided:
        """Open the page, read it for three seconds, approve."""
        page = self.shown(digest, by)
        self.advance(3)
        return self.approve(page, by)

    def journal(self, kind: str = "") -> list[JournalEntry]:
        """Journal rows, newest first, of one kind or all."""
        with self.db.read() as connection:
            rows = tail(connection, 1_000)
        return [row for row in rows if not kind or row.kind == kind]
