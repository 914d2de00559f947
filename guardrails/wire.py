"""What crosses the wire to a venue and back: order, acknowledgement, snapshot, trade, bar.

One shape for every venue, the paper venue included, so that the gateway knows no difference.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from config.modes import Mode
from engine.market import Name, Side, Symbol
from engine.quantities import Amount, Money, Price, Quantity, Ratio
from engine.records import Record
from guardrails.tickets import ClientOrderId

VenueStatus = Literal["open", "partial", "filled", "canceled", "expired", "rejected"]
Phase = Literal["open", "inside"]

PHASES: tuple[Phase, ...] = ("open", "inside")
"""A bar in bar mode: marketable orders at its open, then resting ones inside it."""


class GatewayIdentity(Record):
    """Which gateway this is; part of every client order id and of its database."""

    deployment_id: Name
    mode: Mode
    account_id: Name


class WireOrder(Record):
    """One order as the venue gets it; prices in quote currency, quantity in base units.

    A `limit` with `ioc` is marketable: it fills at once up to its limit and the rest expires. A
    `limit` with `gtc` rests (a target). A `stop` rests and becomes a market order at its trigger.
    Orders of one `oco_group` exclude each other: a fill of one withdraws the others.
    """

    client_order_id: ClientOrderId
    symbol: Symbol
    side: Side
    kind: Literal["limit", "stop"]
    quantity: Quantity
    limit_price: Price | None = None
    trigger_price: Price | None = None
    time_in_force: Literal["ioc", "gtc"]
    reduce_only: bool = False
    oco_group: Annotated[str, Field(max_length=80)] | None = None


class Ack(Record):
    """The venue's answer to a send; `venue_order_id` None means it told us nothing."""

    client_order_id: ClientOrderId
    venue_order_id: Annotated[str, Field(min_length=1, max_length=80)] | None
    duplicate: bool = False


class VenueSnapshot(Record):
    """How the venue sees one order now; `filled` in base units."""

    client_order_id: ClientOrderId
    venue_order_id: Annotated[str, Field(min_length=1, max_length=80)]
    symbol: Symbol
    side: Side
    status: VenueStatus
    quantity: Quantity
    filled: Amount
    limit_price: Price | None
    reduce_only: bool
    oco_group: str | None
    reason: Annotated[str, Field(max_length=80)] = ""


class VenueTrade(Record):
    """One execution at the venue; `sequence` rises with each one and is the reader's cursor."""

    sequence: Annotated[int, Field(ge=1)]
    venue_trade_id: Annotated[str, Field(min_length=1, max_length=80)]
    client_order_id: ClientOrderId
    symbol: Symbol
    side: Side
    quantity: Quantity
    price: Price
    fee: Money
    fee_asset: Annotated[str, Field(max_length=12)]
    time: AwareDatetime


class MarketBar(Record):
    """One bar of a replayed market; in an `absent` bar nothing was traded, nothing is filled."""

    symbol: Symbol
    opened_at: AwareDatetime
    closed_at: AwareDatetime
    open: Annotated[Ratio, Field(gt=0)]
    high: Annotated[Ratio, Field(gt=0)]
    low: Annotated[Ratio, Field(gt=0)]
    close: Annotated[Ratio, Field(gt=0)]
    absent: bool = False
