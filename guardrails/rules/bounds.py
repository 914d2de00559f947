"""The numeric core: one predicate with operators only, over plain integers.

Production hands it Python's and / or / not / if; a prover hands its own, so that what is proved
is what runs. No loop, no division, no `if`, no call except the four that are handed in (and
`lowers`, which is made the same way). Prices and quantities are integers at 1e-8, money at 1e-16
(so that quantity x price is money), `twice_*` prices are doubled (so that a mid price is an
integer). Decimals are converted in `figures.py`; floats never come here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guardrails.reasons import Reason

Row = tuple[Reason, str, bool]
"""Code, the limit's key, and whether the limit is kept."""

Join = Callable[..., bool]
Choice = Callable[[bool, int, int], int]


@dataclass(frozen=True, slots=True)
class OrderInts:
    """An order: `price` is the worst price that it can fill at, `stop` 0 when it names none.

    `cost` is all it costs to enter and to be stopped out, `fee` the entry's part of it.
    """

    buy: bool
    reduce_only: bool
    qty: int
    price: int
    stop: int
    cost: int
    fee: int
    twice_reference: int


@dataclass(frozen=True, slots=True)
class StateInts:
    """The account: working orders count as filled on their worst side.

    `pos` is the signed holding of the order's symbol, `open_buy` and `open_sell` what still works
    on it; `symbol` and `gross` are exposures, `count` the symbols held or being entered, `holds`
    whether the order's symbol is one of them; `cash` is free of reservations.
    """

    reducing: bool
    shorts: bool
    holds: bool
    qty_max: int
    equity: int
    cash: int
    pos: int
    open_buy: int
    open_sell: int
    symbol: int
    gross: int
    count: int
    stopped_pnl: int


@dataclass(frozen=True, slots=True)
class MarketInts:
    """The price now: twice the mid price, and the quote's age in milliseconds."""

    twice_mid: int
    age_ms: int


@dataclass(frozen=True, slots=True)
class LimitInts:
    """The limits: basis points and counts as they are, quote amounts as money at 1e-16."""

    risk_bps: int
    order_bps: int
    order_quote: int
    stop_bps: int
    symbol_bps: int
    symbol_quote: int
    total_bps: int
    total_quote: int
    open_count: int
    day_loss_bps: int
    day_loss_quote: int
    collar_bps: int
    passive_bps: int
    exit_bps: int
    age_ms: int
    drift_bps: int


def lowers(And: Join, Or: Join, Not: Join, o: OrderInts, s: StateInts) -> bool:  # noqa: N803 - the prover's names
    """True when the order only takes from the position, whatever else fills: it cannot flip."""
    return Or(
        And(Not(o.buy), s.pos - s.open_sell - o.qty >= 0),
        And(o.buy, s.pos + s.open_buy + o.qty <= 0),
    )


def bounds(  # noqa: PLR0913, PLR0917 - four connectives and three groups of numbers
    And: Join,  # noqa: N803 - the prover's names
    Or: Join,  # noqa: N803
    Not: Join,  # noqa: N803
    If: Choice,  # noqa: N803
    o: OrderInts,
    s: StateInts,
    L: LimitInts,  # noqa: N803
) -> tuple[Row, ...]:
    """One row per numeric limit on size, exposure and loss; allowed = every row holds.

    An order that only lowers a position keeps every limit on new risk: an exit is never too big
    to be allowed, it is bounded by what is held.
    """
    out = lowers(And, Or, Not, o, s)
    value = o.qty * o.price
    distance = If(o.buy, o.price - o.stop, o.stop - o.price)
    risk = o.qty * distance + o.cost
    owned = s.pos - s.open_sell - o.qty >= 0
    return (
        (Reason.ORDER_QTY_MAX, "max_quantity", o.qty <= s.qty_max),
        (Reason.ORDER_NOT_REDUCING, "", Or(Not(o.reduce_only), out)),
        (Reason.STATE_REDUCING, "", Or(Not(s.reducing), out)),
        (Reason.STOP_MISSING, "", Or(out, And(o.stop > 0, distance > 0))),
        (
            Reason.STOP_TOO_FAR,
            "max_stop_distance_bps",
            Or(out, distance * 10_000 <= o.price * L.stop_bps),
        ),
        (
            Reason.ORDER_NOTIONAL_MAX,
            "max_order_notional_bps",
            Or(out, value * 10_000 <= s.equity * L.order_bps),
        ),
        (Reason.ORDER_NOTIONAL_MAX, "max_order_notional_quote", Or(out, value <= L.order_quote)),
        (
            Reason.RISK_PER_TRADE,
            "max_risk_per_trade_bps",
            Or(out, risk * 10_000 <= s.equity * L.risk_bps),
        ),
        (
            Reason.LIMIT_SYMBOL_EXPOSURE,
            "max_symbol_exposure_bps",
            Or(out, (s.symbol + value) * 10_000 <= s.equity * L.symbol_bps),
        ),
        (
            Reason.LIMIT_SYMBOL_EXPOSURE,
            "max_symbol_exposure_quote",
            Or(out, s.symbol + value <= L.symbol_quote),
        ),
        (
            Reason.LIMIT_TOTAL_EXPOSURE,
            "max_total_exposure_bps",
            Or(out, (s.gross + value) * 10_000 <= s.equity * L.total_bps),
        ),
        (
            Reason.LIMIT_TOTAL_EXPOSURE,
            "max_total_exposure_quote",
            Or(out, s.gross + value <= L.total_quote),
        ),
        (
            Reason.LIMIT_OPEN_POSITIONS,
            "max_open_positions_count",
            Or(out, If(s.holds, s.count, s.count + 1) <= L.open_count),
        ),
        (
            Reason.LOSS_DAY,
            "max_daily_loss_bps",
            Or(out, (s.stopped_pnl - risk) * 10_000 + s.equity * L.day_loss_bps > 0),
        ),
        (
            Reason.LOSS_DAY,
            "max_daily_loss_quote",
            Or(out, s.stopped_pnl - risk + L.day_loss_quote > 0),
        ),
        (Reason.LIMIT_BALANCE, "free_cash", Or(Not(o.buy), value + o.fee <= s.cash)),
        (Reason.LIMIT_BALANCE, "free_units", Or(o.buy, s.shorts, owned)),
    )


def price_bounds(  # noqa: PLR0913, PLR0917 - as above
    And: Join,  # noqa: N803 - the prover's names
    If: Choice,  # noqa: N803
    o: OrderInts,
    m: MarketInts,
    L: LimitInts,  # noqa: N803
    out: bool,
) -> tuple[Row, ...]:
    """One row per numeric limit on prices; `out` says that the order only lowers a position."""
    through = If(o.buy, 2 * o.price - m.twice_mid, m.twice_mid - 2 * o.price)
    drift = m.twice_mid - o.twice_reference
    return (
        (
            Reason.PRICE_OUTSIDE_COLLAR,
            "price_collar_bps",
            through * 10_000 <= m.twice_mid * If(out, L.exit_bps, L.collar_bps),
        ),
        (
            Reason.PRICE_OUTSIDE_COLLAR,
            "passive_collar_bps",
            -through * 10_000 <= m.twice_mid * L.passive_bps,
        ),
        (Reason.PRICE_STALE, "max_quote_age_ms", And(m.age_ms >= 0, m.age_ms <= L.age_ms)),
        (
            Reason.PRICE_DRIFT,
            "max_drift_bps",
            And(
                drift * 10_000 <= o.twice_reference * L.drift_bps,
                -drift * 10_000 <= o.twice_reference * L.drift_bps,
            ),
        ),
    )
