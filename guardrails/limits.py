"""Limits in force: the strictest of code, profile and setting, with a version of their own.

Units stand in the names (see `ceilings.py`). A larger value allows more, except for the keys of
`FLOORS`, where a smaller one does. A set whose keys contradict each other is refused at load.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from config.settings import LimitSettings
from engine.errors import ConfigError
from engine.language.spec import SpecLimits
from engine.market import InstrumentKind
from engine.records import Digest, Record, digest
from engine.text import did_you_mean
from guardrails.ceilings import CEILINGS, FLOORS
from guardrails.profiles import REFUSED_NAMES, TABLE
from guardrails.reasons import Reason

BPS: Final = 10_000
"""Basis points in one."""

Limit = Annotated[int, Field(ge=0)]


class Limits(Record):
    """One complete set; basis points are of equity unless the key says otherwise."""

    max_risk_per_trade_bps: Limit
    max_open_risk_bps: Limit
    max_order_notional_bps: Limit
    max_order_notional_quote: Limit
    max_stop_distance_bps: Limit
    max_symbol_exposure_bps: Limit
    max_symbol_exposure_quote: Limit
    max_strategy_exposure_bps: Limit
    max_strategy_exposure_quote: Limit
    max_cluster_exposure_bps: Limit
    correlation_threshold_pct: Limit
    max_total_exposure_bps: Limit
    max_total_exposure_quote: Limit
    max_open_positions_count: Limit
    max_leverage_x100: Limit
    max_trades_per_day_count: Limit
    max_day_turnover_bps: Limit
    max_daily_loss_bps: Limit
    max_daily_loss_quote: Limit
    reduce_drawdown_bps: Limit
    max_drawdown_bps: Limit
    equity_floor_bps: Limit
    target_vol_bps: Limit
    max_var95_bps: Limit
    max_es975_bps: Limit
    max_stress_bps: Limit
    gap_spot_bps: Limit
    gap_equity_bps: Limit
    gap_fx_bps: Limit
    price_collar_bps: Limit
    passive_collar_bps: Limit
    exit_collar_bps: Limit
    max_move_5min_bps: Limit
    max_spread_bps: Limit
    max_source_gap_bps: Limit
    max_quote_age_ms: Limit
    max_clock_skew_ms: Limit
    max_drift_bps: Limit
    max_volume_share_bps: Limit
    max_depth_share_bps: Limit
    max_messages_per_s_count: Limit
    max_strategy_messages_per_min_count: Limit
    max_repeats_count: Limit
    repeat_window_min: Limit
    duplicate_window_s: Limit
    approval_ttl_near_s: Limit
    approval_ttl_far_s: Limit
    min_dwell_s: Limit
    max_pending_count: Limit
    max_decisions_per_person_day_count: Limit
    rejected_cooldown_s: Limit
    step_up_age_s: Limit
    loosen_delay_h: Limit

    @property
    def version(self) -> Digest:
        """Digest of the whole set: what a ticket and an approval name."""
        return digest("peak/limits/v1", self)

    def gap_bps(self, kind: InstrumentKind) -> int:
        """How far a price may jump beyond a stop, by kind of instrument; a perpetual like spot."""
        gaps = {"equity": self.gap_equity_bps, "fx": self.gap_fx_bps}
        return gaps.get(kind, self.gap_spot_bps)

    @property
    def worst_gap_bps(self) -> int:
        """The widest gap of any kind: what the bound of the worst day counts with."""
        return max(self.gap_spot_bps, self.gap_equity_bps, self.gap_fx_bps)

    @property
    def worst_day_bps(self) -> int:
        """Bound of a day's loss: daily loss plus a gap on all that may be held, rounded up."""
        gap = -(-self.max_total_exposure_bps * self.worst_gap_bps // BPS)
        return self.max_daily_loss_bps + gap


_AGGRESSIVE: Final = {**CEILINGS, **FLOORS}

PROFILES: Final[Mapping[str, Limits]] = MappingProxyType(
    {
        "conservative": Limits(**{key: row[0] for key, row in TABLE.items()}),
        "moderate": Limits(**{key: row[1] for key, row in TABLE.items()}),
        "aggressive": Limits(**{key: _AGGRESSIVE[key] for key in TABLE}),
    }
)
"""The three named sets; conservative is the default."""


def looser(key: str, value: int, than: int) -> bool:
    """True when `value` allows more than `than` does for this key."""
    return value < than if key in FLOORS else value > than


def strictest(first: Limits, second: Limits) -> Limits:
    """Key by key the stricter of two sets; the result is checked like every other set.

    Raises:
        ConfigError: CONFIG_CEILING when the merged set breaks an invariant.
    """
    merged = {
        key: getattr(
            second if looser(key, getattr(first, key), getattr(second, key)) else first, key
        )
        for key in TABLE
    }
    return checked(Limits(**merged))


_OF_SPEC: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "max_positions": ("max_open_positions_count", 1),
        "max_leverage": ("max_leverage_x100", 100),
        "max_drawdown_frac": ("max_drawdown_bps", BPS),
        "max_daily_loss_frac": ("max_daily_loss_bps", BPS),
        "max_trades_per_day": ("max_trades_per_day_count", 1),
        "max_correlation": ("correlation_threshold_pct", 100),
        "max_stop_distance_frac": ("max_stop_distance_bps", BPS),
    }
)
"""Field of a strategy's own limits: our key, and how many of our units are one of its."""


def of_spec(own: SpecLimits) -> dict[str, int]:
    """A strategy's own limits under our keys, fractions rounded down: the strict side."""
    found = {}
    for name, (key, units) in _OF_SPEC.items():
        value = getattr(own, name)
        if value is not None:
            found[key] = int(Decimal(repr(value)) * units)
    return found


def effective(settings: LimitSettings) -> Limits:
    """The limits of an installation: its profile, tightened by its own overrides.

    Raises:
        ConfigError: CONFIG_UNKNOWN_KEY (with the nearest keys); CONFIG_CEILING when a value is
            negative, looser than the profile or the code allow, or contradicts another key.
    """
    profile = PROFILES[settings.profile]
    for key, value in settings.overrides.items():
        _check_override(key, value, settings.profile)
    tighter = {**{key: getattr(profile, key) for key in TABLE}, **settings.overrides}
    return checked(Limits(**tighter))


def _check_override(key: str, value: int, profile: str) -> None:
    if key not in TABLE:
        near = did_you_mean(key, list(TABLE))
        hint = REFUSED_NAMES.get(key) or (
            f"did you mean {', '.join(near)}?" if near else "see the list of limits"
        )
        raise ConfigError(
            Reason.CONFIG_UNKNOWN_KEY, f"there is no limit {key}", value=key, hint=hint
        )
    bound, hard = getattr(PROFILES[profile], key), _AGGRESSIVE[key]
    if value < 0 or looser(key, value, hard):
        raise ConfigError(
            Reason.CONFIG_CEILING, f"{key} = {value} is looser than the code allows",
            value=value, hint=f"the hard bound is {hard}, the profile's value {bound}",
        )  # fmt: skip
    if looser(key, value, bound):
        raise ConfigError(
            Reason.CONFIG_CEILING, f"{key} = {value} is looser than the profile {profile}",
            value=value, hint=f"an override only tightens: the profile's value is {bound}",
        )  # fmt: skip


def broken_invariants(limits: Limits) -> tuple[str, ...]:
    """What contradicts itself in a set, one sentence each; empty for a sound set."""
    found = {
        "the worst day (daily loss + gap on total exposure) must fit into max_drawdown_bps":
            limits.worst_day_bps <= limits.max_drawdown_bps,
        "max_open_risk_bps must stay below max_daily_loss_bps":
            limits.max_open_risk_bps < limits.max_daily_loss_bps,
        "order <= symbol <= cluster <= total exposure must hold in basis points":
            limits.max_order_notional_bps
            <= limits.max_symbol_exposure_bps
            <= limits.max_cluster_exposure_bps
            <= limits.max_total_exposure_bps,
        "reduce_drawdown_bps must stay below max_drawdown_bps":
            limits.reduce_drawdown_bps < limits.max_drawdown_bps,
    }  # fmt: skip
    return tuple(text for text, holds in found.items() if not holds)


def checked(limits: Limits) -> Limits:
    """The same set, or ConfigError CONFIG_CEILING with the first invariant that it breaks."""
    broken = broken_invariants(limits)
    if broken:
        raise ConfigError(
            Reason.CONFIG_CEILING, broken[0], value=limits.version[:8],
            hint="tighten the other key of the sentence as well",
        )  # fmt: skip
    return limits
