"""Under which risk profiles a strategy could never trade, whatever the market does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.language.spec import StrategySpec
from guardrails.ceilings import CEILINGS
from guardrails.profiles import TABLE

_PROFILES: Final = ("conservative", "moderate", "aggressive")
_BPS: Final = 10_000


def _limits() -> dict[str, Mapping[str, int]]:
    mild = {
        name: {key: row[place] for key, row in TABLE.items()}
        for place, name in enumerate(_PROFILES[:-1])
    }
    return {**mild, _PROFILES[-1]: CEILINGS}


def nearest_stop_bps(spec: StrategySpec) -> int | None:
    """Distance of the widest rule's nearest stop that is a share of the price, bps; None: unknown.

    A rule with another kind of stop may be protected closer; nothing is said about it.
    """
    nearest = []
    for rule in spec.rules:
        own = [stop for stop in spec.stops if not stop.rules or rule.id in stop.rules]
        shares = [stop.value for stop in own if stop.kind == "pct" and stop.value is not None]
        if not shares or len(shares) < len([one for one in own if one.kind != "time_bars"]):
            return None
        nearest.append(min(shares))
    return round(max(nearest) * _BPS) if nearest else None


def denied_under(spec: StrategySpec) -> tuple[str, ...]:
    """Names of the profiles under which every ticket of a rule would be denied.

    Only what the spec itself fixes is looked at: the distance of its stop and the risk that it
    takes in one trade. Sizes are cut to the limits, so they deny nothing here.
    """
    stop = nearest_stop_bps(spec)
    sizing = spec.sizing
    risk = round((sizing.value or 0.0) * _BPS) if sizing.kind == "risk_per_trade" else 0
    return tuple(
        name
        for name, limits in _limits().items()
        if (stop is not None and stop > limits["max_stop_distance_bps"])
        or risk > limits["max_risk_per_trade_bps"]
    )
