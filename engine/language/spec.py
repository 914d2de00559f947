"""StrategySpec: a strategy as a closed document; nothing in it can run as code or look ahead.

Rates are fractions of one everywhere (0.01 is 1 %); only renderers write percent. Missing parts
are null or empty for hand-written files. Exactly one engine form per spec: rules, rules + pair,
cross_section or ensemble (checked by `checker.py`, not here).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.errors import InputError
from engine.market import Symbol, Timeframe
from engine.quantities import Ratio
from engine.records import Digest, Record, digest, parse_record

Family = Literal[
    "trend_following",
    "mean_reversion",
    "breakout",
    "momentum",
    "volatility",
    "regime_switching",
    "cross_sectional",
    "rotation",
    "pairs",
    "seasonal",
    "ensemble",
    "carry",
    "other",
]
Ident = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Expression = Annotated[str, Field(min_length=1, max_length=600)]
PositionSide = Literal["long", "short"]
SpecName = Annotated[str, Field(min_length=1, max_length=60)]


class Universe(Record):
    """Which instruments, by name or by a watch list of the desk."""

    symbols: tuple[Symbol, ...] = ()
    watchlist: Ident | None = None
    benchmark: Symbol | None = None
    max_symbols: Annotated[int, Field(ge=1, le=500)] | None = None


class Parameter(Record):
    """A number that a sweep may vary: default, and low, high, step when it is swept."""

    name: Ident
    type: Literal["int", "float"]
    default: Ratio
    low: Ratio | None = None
    high: Ratio | None = None
    step: Ratio | None = None


class Let(Record):
    """A named sub-expression; it may use earlier ones only."""

    name: Ident
    expr: Expression


class Regime(Record):
    """A state of the market by rule: entered when `when`, left when `until` after `min_bars`."""

    name: Ident
    when: Expression
    until: Expression | None = None
    min_bars: Annotated[int, Field(ge=1, le=2000)] = 1


class OrderPlan(Record):
    """How an entry is placed; `price` is an expression and needed for stop and limit."""

    type: Literal["market_next_open", "stop", "limit", "market_on_close"] = "market_next_open"
    price: Expression | None = None
    valid_bars: Annotated[int, Field(ge=1, le=500)] = 1


class Rule(Record):
    """One side's entry and exit conditions."""

    id: Ident
    side: PositionSide
    entry: Expression
    order: OrderPlan = OrderPlan()
    exit: Expression | None = None
    only_in_regimes: tuple[Ident, ...] = ()
    on_regime_end: Literal["hold", "exit"] = "hold"


StopKind = Literal[
    "pct",
    "atr",
    "price_expr",
    "trail_expr",
    "trailing_pct",
    "trailing_atr",
    "chandelier",
    "breakeven_after_r",
    "time_bars",
    "max_loss_equity",
]


class Stop(Record):
    """A protective exit; of several live ones the tightest counts (empty `rules` = all rules)."""

    rules: tuple[Ident, ...] = ()
    kind: StopKind
    value: Ratio | None = None
    period: Annotated[int, Field(ge=1, le=2000)] | None = None
    price: Expression | None = None


class Target(Record):
    """A profit exit for a fraction of the initial size; fractions sum to at most one."""

    rules: tuple[Ident, ...] = ()
    kind: Literal["pct", "atr", "r_multiple", "price_expr", "moving_expr"]
    value: Ratio | None = None
    period: Annotated[int, Field(ge=1, le=2000)] | None = None
    price: Expression | None = None
    close_fraction: Annotated[Ratio, Field(gt=0, le=1)] = 1.0


class Sizing(Record):
    """How much: fixed at the decision from equity and the expected entry price."""

    kind: Literal[
        "fixed_fraction",
        "fixed_notional",
        "risk_per_trade",
        "vol_target",
        "equal_weight",
        "inverse_vol",
        "risk_parity",
        "weight_expr",
    ] = "fixed_fraction"
    value: Ratio | None = 0.1
    lookback: Annotated[int, Field(ge=2, le=2000)] | None = None
    expr: Expression | None = None
    max_position_frac: Annotated[Ratio, Field(gt=0, le=1)] = 1.0
    resize: Literal["entry", "bar", "daily", "weekly", "monthly"] = "entry"
    band_frac: Annotated[Ratio, Field(ge=0, le=1)] = 0.0


class Pyramiding(Record):
    """Adding to a winner: at most `max_units`, when `add_when`."""

    max_units: Annotated[int, Field(ge=1, le=20)]
    add_when: Expression
    stop_on_add: Literal["keep", "latest"] = "keep"


class CrossSection(Record):
    """Ranking a universe at the close of each period."""

    score: Expression
    eligible: Expression | None = None
    long_top: Annotated[int, Field(ge=0, le=500)] = 0
    short_bottom: Annotated[int, Field(ge=0, le=500)] = 0
    weighting: Literal["equal", "score", "inverse_vol", "risk_parity"] = "equal"
    rebalance: Literal["bar", "daily", "weekly", "monthly", "quarterly"] = "monthly"
    cash_asset: Symbol | None = None


class Pair(Record):
    """Two legs held at a hedge ratio fitted on past bars."""

    y: Symbol
    x: Symbol
    hedge: Literal["one", "ratio", "ols", "log_ols"] = "one"
    lookback: Annotated[int, Field(ge=2, le=2000)] = 60


class Member(Record):
    """One strategy of an ensemble, by name, pinned by digest in the candidate."""

    strategy: SpecName
    weight: Annotated[Ratio, Field(gt=0, le=1)]
    only_in_regimes: tuple[Ident, ...] = ()


class Ensemble(Record):
    """Several strategies on one account."""

    members: tuple[Member, ...]
    combine: Literal["weighted", "vote", "regime_select"] = "weighted"


ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
SessionHours = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$")
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Share = Annotated[Ratio, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1000)]


class SpecLimits(Record):
    """The strategy's own limits; they can only tighten what the desk allows."""

    max_positions: Count | None = None
    max_leverage: Annotated[Ratio, Field(gt=0, le=10)] | None = None
    max_drawdown_frac: Share | None = None
    max_daily_loss_frac: Share | None = None
    max_trades_per_day: Count | None = None
    max_trades_per_week: Count | None = None
    max_losses_per_day: Count | None = None
    cooldown_bars: Annotated[int, Field(ge=0, le=2000)] | None = None
    max_correlation: Share | None = None
    max_stop_distance_frac: Share | None = None
    session: SessionHours | None = None
    flat_by: ClockTime | None = None
    days: tuple[Weekday, ...] = ()
    overnight: bool | None = None


class StrategySpec(Record):
    """A strategy as data. Costs, capital and data belong to the candidate, not to the spec."""

    spec_version: Literal["1"] = "1"
    name: SpecName
    family: Family
    hypothesis: Annotated[str, Field(max_length=600)] = ""
    tags: tuple[Ident, ...] = ()
    timeframe: Timeframe
    universe: Universe
    params: Annotated[tuple[Parameter, ...], Field(max_length=10)] = ()
    lets: Annotated[tuple[Let, ...], Field(max_length=20)] = ()
    regimes: Annotated[tuple[Regime, ...], Field(max_length=6)] = ()
    rules: Annotated[tuple[Rule, ...], Field(max_length=8)] = ()
    stops: Annotated[tuple[Stop, ...], Field(max_length=12)] = ()
    targets: Annotated[tuple[Target, ...], Field(max_length=8)] = ()
    sizing: Sizing = Sizing()
    pyramiding: Pyramiding | None = None
    cross_section: CrossSection | None = None
    pair: Pair | None = None
    ensemble: Ensemble | None = None
    limits: SpecLimits = SpecLimits()

    @property
    def digest(self) -> Digest:
        """Digest of the whole document (names and prose included)."""
        return digest("peak/spec/v1", self)


def read_spec(raw: bytes | str) -> StrategySpec:
    """A spec from JSON text, strictly.

    Raises:
        InputError: JSON_* or RECORD_INVALID with the first offending field.
    """
    spec = parse_record(StrategySpec, raw)
    if not spec.universe.symbols and spec.universe.watchlist is None and spec.pair is None:
        raise InputError(
            "FIELD_MISSING",
            "a strategy needs at least one symbol",
            value="/universe/symbols",
            hint='write "universe": {"symbols": ["BTC/USDT"]}',
        )
    return spec
