"""A whole gateway on a temporary folder: real files, a fixed clock, a market of a few bars.

The desk's side is a real desk.db into which releases are put as the desk does: outbox row and
journal row in one commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from config.modes import Mode
from config.secrets import GatewaySecrets, create_secrets, new_private_key
from config.settings import DeploymentSettings, GatewaySettings, LimitSettings, Settings
from engine.backtest.costs import CostModel
from engine.clock import FixedClock
from engine.data.bars import Bars, bars_of
from engine.gate.report import Certificate
from engine.market import Instrument, Side, Timeframe
from engine.records import utc_text
from guardrails.execution.app import Gateway, open_gateway
from guardrails.execution.boot import Boot
from guardrails.execution.sources import FixedSource
from guardrails.latch import Halt, Latch
from guardrails.limits import effective
from guardrails.signing import Signer
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.outbox import enqueue
from guardrails.tickets import (
    Approval,
    OrderTicket,
    Release,
    SignedApproval,
    SignedCertificate,
)
from guardrails.trading_state import TradingState

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
DESK_KEY = "11" * 32
FIRST_BAR = datetime(2024, 3, 4, tzinfo=UTC)
ACME = Instrument(
    symbol="ACME",
    kind="equity",
    base="ACME",
    quote="USD",
    quantity_step=Decimal("0.01"),
    min_quantity=Decimal("0.01"),
    calendar="XNYS",
)
COSTS = CostModel()
Row = tuple[float, float, float, float]
Opener = Callable[..., Gateway]
"""Opens the world's gateway, with these parts of its context changed."""

QUIET: tuple[Row, ...] = (
    (100.0, 101.0, 99.0, 100.0),
    (100.1, 101.0, 99.5, 100.5),
    (100.5, 101.5, 100.0, 101.0),
)
"""Three bars on which an order of `ticket()` fills at the second one's open and stays open."""


def market(rows: Sequence[Row], volume: Sequence[float] | None = None) -> Bars:
    """Daily bars of ACME from open, high, low, close."""
    day = 86_400_000
    start = int(FIRST_BAR.timestamp() * 1000)
    columns = list(zip(*rows, strict=True))
    return bars_of(
        ACME,
        Timeframe.D1,
        [start + day * index for index in range(len(rows))],
        *columns,
        volume if volume is not None else [1_000.0] * len(rows),
    )


def close_of(bars: Bars, index: int) -> datetime:
    """Close time of a bar."""
    return datetime.fromtimestamp(int(bars.close_time[index]) / 1000, UTC)


CERTIFICATE = Certificate(
    serial="a0" * 32,
    candidate_digest="a1" * 32,
    spec_digest="a2" * 32,
    rule_digest="a3" * 32,
    dataset_id="a4" * 32,
    cost_digest="a5" * 32,
    code_digest="a6" * 32,
    criteria_digest="a7" * 32,
    report_digest="a8" * 32,
    trial_number=1,
    tier="paper",
    modes=("paper",),
    issued_at=NOW - timedelta(days=1),
    expires_at=NOW + timedelta(days=30),
)


def ticket(**changes: object) -> OrderTicket:
    """A small buy of ACME at 100 that breaks no limit, with these fields changed."""
    fields: dict[str, object] = {
        "deployment_id": "test",
        "mode": Mode.PAPER,
        "account_id": "paper-1",
        "venue": "paper",
        "symbol": "ACME",
        "instrument_kind": "equity",
        "instrument_filters_digest": ACME.filters_digest,
        "side": Side.BUY,
        "order_type": "limit",
        "quantity": Decimal(5),
        "limit_price": Decimal("100.50"),
        "time_in_force": "ioc",
        "reduce_only": False,
        "stop_price": Decimal(97),
        "target_price": Decimal(110),
        "max_slippage_bps": 50,
        "notional_quote": Decimal(600),
        "worst_loss_quote": Decimal(30),
        "reference_price": Decimal(100),
        "reference_time": FIRST_BAR + timedelta(days=1),
        "spec_digest": CERTIFICATE.spec_digest,
        "candidate_id": CERTIFICATE.candidate_digest,
        "certificate_digest": CERTIFICATE.digest,
        "report_digest": CERTIFICATE.report_digest,
        "signal_digest": "b0" * 32,
        "limits_version": effective(LimitSettings()).version,
        "book_digest": "b1" * 32,
        "proposer_id": "operator",
        "lineage_id": "lineage-1",
        "created_at": NOW,
        "valid_until": NOW + timedelta(seconds=120),
        "expires_at": NOW + timedelta(seconds=120),
        "nonce": "0" * 32,
    }
    return OrderTicket.model_validate({**fields, **changes})


def exit_ticket(quantity: str = "5", **changes: object) -> OrderTicket:
    """A reduce-only sale of what `ticket()` bought."""
    sale: dict[str, object] = {
        "side": Side.SELL,
        "reduce_only": True,
        "quantity": Decimal(quantity),
        "limit_price": Decimal(99),
        "stop_price": None,
        "target_price": None,
        "worst_loss_quote": Decimal(0),
        "nonce": "e" * 32,
    }
    return ticket(**{**sale, **changes})


def approval(of: OrderTicket, **changes: object) -> Approval:
    """One person's decision on a ticket."""
    fields: dict[str, object] = {
        "ticket_digest": of.digest,
        "decision": "approve",
        "person_id": "operator",
        "credential": "password",
        "credential_id": "password-1",
        "auth_session_id": "c0" * 32,
        "nonce": "1" * 32,
        "limits_version": of.limits_version,
        "decided_at": NOW,
        "expires_at": NOW + timedelta(seconds=120),
    }
    return Approval.model_validate({**fields, **changes})


def signed(what: Approval, key: str = DESK_KEY) -> SignedApproval:
    """An approval with the desk's signature, or with a stranger's."""
    return SignedApproval(approval=what, signature=Signer(key).sign(what.digest))


def certified(certificate: Certificate = CERTIFICATE, key: str = DESK_KEY) -> SignedCertificate:
    """A certificate with the desk's signature, or with a stranger's."""
    return SignedCertificate(
        certificate=certificate, signature=Signer(key).sign(certificate.digest)
    )


def release(of: OrderTicket, **changes: object) -> Release:
    """What the desk would hand over for this ticket."""
    fields: dict[str, object] = {
        "ticket": of,
        "ticket_digest": of.digest,
        "approvals": (signed(approval(of)),),
        "certificate": certified(),
        "released_at": NOW,
    }
    return Release.model_validate({**fields, **changes})


class World:
    """One installation in a folder; made anew on the same folder it finds what is there."""

    def __init__(self, root: Path, bars: Bars | None = None, costs: CostModel = COSTS) -> None:
        """Prepare folders, the gateway's secrets and an empty desk.db."""
        self.root = root
        self.bars = bars if bars is not None else market(QUIET)
        self.clock = FixedClock(NOW)
        self.latch = Latch(root / "halt")
        self.latch.prepare()
        self.boot = Boot(
            settings=Settings(deployment=DeploymentSettings(id="test"), gateway=GatewaySettings()),
            secrets=root / "secrets",
            state_dir=root,
            costs=costs,
        )
        if not (root / "secrets" / GatewaySecrets.FILE).exists():
            keys = GatewaySecrets(
                desk_public_key_hex=Signer(DESK_KEY).public_hex, signing_key_hex=new_private_key()
            )
            create_secrets(root / "secrets", keys)
        self._desk: Database | None = None

    @property
    def desk(self) -> Database:
        """The desk's own handle on desk.db."""
        if self._desk is None:
            self._desk = open_database(self.root / "desk.db", desk_metadata, "desk", self.clock)
        return self._desk

    def put(self, what: Release, *, journalled: bool = True) -> int:
        """Release as the desk does; without the journal row it is a forged outbox row."""
        with self.desk.write() as work:
            number = enqueue(work, "release", what)
            kind = "ticket.released" if journalled else "nothing.released"
            work.journal("operator", kind, {"ticket_digest": what.ticket.digest})
        return number

    def replay(self, index: int) -> int:
        """Ask for the bars up to and with this one."""
        asked = {
            "dataset_id": self.bars.digest,
            "symbol": self.bars.instrument.symbol,
            "until": utc_text(close_of(self.bars, index)),
        }
        with self.desk.write() as work:
            number = enqueue(work, "replay", asked)
            work.journal("operator", "replay.asked", asked)
        return number

    def gateway(self, **changes: object) -> Gateway:
        """Open the gateway with this world's bars, and with these parts of its context changed."""
        opened = open_gateway(self.boot, self.clock)
        parts = {"source": FixedSource(self.bars), **changes}
        opened.context = replace(opened.context, **parts)  # type: ignore[arg-type]  # named parts
        return opened

    @staticmethod
    def run(gateway: Gateway) -> None:
        """Turn until the desk has nothing more."""
        while gateway.turn():
            pass

    def halt(self, state: TradingState = TradingState.HALTED) -> None:
        """Trip the latch as a person would."""
        self.latch.trip(Halt(state=state, actor="operator", reason="drill", at=NOW))

    def journal(self, gateway: Gateway, kind: str) -> list[dict[str, object]]:
        """Payloads of the gateway's journal rows of one kind, oldest first."""
        with gateway.context.view._database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT payload FROM journal WHERE kind = ? ORDER BY n", (kind,)
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def close(self) -> None:
        """Give the desk's file back."""
        if self._desk is not None:
            self._desk.close()
