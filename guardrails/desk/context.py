"""What the desk's use cases are handed: ports, settings, limits; made once, never global."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.settings import Settings
from engine.backtest.costs import CostModel
from engine.clock import Clock
from guardrails.latch import Latch
from guardrails.limits import Limits
from guardrails.ports import (
    CertificateBook,
    ClosesBook,
    FixedCloses,
    GatewayFacts,
    InstrumentBook,
)
from guardrails.rules.faults import Faults
from guardrails.signing import Signer
from guardrails.store.database import Database


@dataclass(frozen=True, slots=True)
class DeskContext:
    """The desk's parts: its own store, the gateway's facts, time, keys, latch, limits, lists.

    `faults` counts failing rules and denied tickets; without it nobody counts.
    """

    db: Database
    gateway: GatewayFacts
    clock: Clock
    signer: Signer
    latch: Latch
    limits: Limits
    instruments: InstrumentBook
    certificates: CertificateBook
    settings: Settings
    closes: ClosesBook = field(default_factory=FixedCloses)
    faults: Faults | None = None

    @property
    def costs(self) -> CostModel:
        """The cost model that losses are reckoned with; the gateway takes the same settings."""
        costs = self.settings.costs
        return CostModel(
            taker_fee_bps=costs.taker_fee_bps,
            maker_fee_bps=costs.maker_fee_bps,
            spread_bps=costs.spread_bps,
            slippage_bps=costs.slippage_bps,
        )

    @property
    def alone(self) -> bool:
        """True for a one-person installation."""
        return self.settings.deployment.persons == "solo"
