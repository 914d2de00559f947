"""Limits: tightening any key of any profile never allows more, through the whole verdict."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import LimitSettings
from engine.errors import ConfigError
from guardrails.ceilings import FLOORS
from guardrails.limits import PROFILES, Limits, broken_invariants, effective, looser, strictest
from guardrails.profiles import TABLE
from guardrails.risk import assess
from guardrails.tickets import OrderTicket
from tests.desk_world import context, quote, ticket

keys = st.sampled_from(sorted(TABLE))
profiles = st.sampled_from(sorted(PROFILES))


@st.composite
def tightened(draw: st.DrawFn, profile: str) -> dict[str, int]:
    """Some overrides that only tighten a profile."""
    found = {}
    for key in draw(st.lists(keys, max_size=4, unique=True)):
        bound = getattr(PROFILES[profile], key)
        wanted = st.integers(bound, bound * 3) if key in FLOORS else st.integers(0, bound)
        found[key] = draw(wanted)
    return found


@st.composite
def tickets(draw: st.DrawFn) -> OrderTicket:
    """An entry somewhere near the edges of the conservative profile."""
    quantity = Decimal(draw(st.integers(100, 2_000))) / 100_000
    limit = Decimal(draw(st.integers(59_500, 60_500)))
    stop = Decimal(draw(st.integers(56_000, 59_900)))
    return ticket(
        quantity=quantity, limit_price=limit, stop_price=stop, notional_quote=quantity * limit,
        worst_loss_quote=quantity * (limit - stop) + Decimal(5),
    )  # fmt: skip


@given(tickets(), keys, st.data())
def test_tightening_a_key_never_allows_more(
    order: OrderTicket, key: str, data: st.DataObject
) -> None:
    """Whatever passes under the tighter set passes under the wider one too."""
    wide = PROFILES["conservative"]
    value = getattr(wide, key)
    tighter = data.draw(st.integers(value, value * 2) if key in FLOORS else st.integers(0, value))
    narrow = Limits.model_validate({**dict(wide), key: tighter})
    moved = quote("60010")

    def allowed(limits: Limits) -> bool:
        signed = OrderTicket.model_validate({**dict(order), "limits_version": limits.version})
        return assess(signed, context(limits=limits, quote=moved)).allowed

    assert not (allowed(narrow) and not allowed(wide))


@given(profiles, st.data())
def test_a_merged_set_is_sound_or_refused(profile: str, data: st.DataObject) -> None:
    """Overrides give a set that keeps every invariant and every ceiling, or an error."""
    overrides = data.draw(tightened(profile))
    settings = LimitSettings(profile=profile, overrides=overrides)
    merged = Limits.model_validate({**dict(PROFILES[profile]), **overrides})
    if broken_invariants(merged):
        with pytest.raises(ConfigError, match="must"):
            effective(settings)
        return
    made = effective(settings)
    assert broken_invariants(made) == ()
    assert all(
        not looser(key, getattr(made, key), getattr(PROFILES[profile], key)) for key in TABLE
    )
    assert all(getattr(made, key) == value for key, value in overrides.items())


@given(profiles, profiles)
def test_the_strictest_of_two_is_a_meet(first: str, second: str) -> None:
    """Commutative, idempotent, and never looser than either."""
    one, two = PROFILES[first], PROFILES[second]
    met = strictest(one, two)
    assert met == strictest(two, one)
    assert strictest(met, one) == met
    assert not any(looser(key, getattr(met, key), getattr(one, key)) for key in TABLE)
