"""Signal: what a certified spec wants now, and the rule values that caused it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.market import Name, Symbol, Timeframe
from engine.quantities import Amount, Price, Ratio
from engine.records import Digest, Record, digest


class RuleValue(Record):
    """One comparison of the rule with its values at the signal's bar."""

    text: Annotated[str, Field(max_length=600)]
    left: Ratio | None = None
    right: Ratio | None = None
    holds: bool | None = None


class Signal(Record):
    """An entry or exit decided at the close of one bar; acts from the next bar on.

    `target_exposure` is signed: +1 the spec's full size long, 0 flat. Prices are quote currency
    per unit; `stop_price` is None only for exits. `bar_close` is the bar's close time, UTC.
    """

    certificate_digest: Digest
    spec_digest: Digest
    dataset_id: Digest
    symbol: Symbol
    venue: Name
    timeframe: Timeframe
    action: Literal["enter_long", "exit_long"]
    target_exposure: Annotated[Ratio, Field(ge=-1, le=1)]
    bar_close: AwareDatetime
    reference_price: Price
    stop_price: Price | None = None
    target_price: Price | None = None
    trail_fraction: Amount | None = None
    risk_fraction: Ratio
    max_position_fraction: Ratio
    trace: tuple[RuleValue, ...] = ()

    @property
    def digest(self) -> Digest:
        """Digest of the signal: what a ticket names."""
        return digest("peak/signal/v1", self)
