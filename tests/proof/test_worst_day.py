"""The worst day: whatever is proposed and approved, the day loses no more than a known number.

Assumptions, all of them shown with the number:
1. stops rest at the venue, or the ticket's exit clause acted;
2. no fill is worse than the gap of its kind beyond its stop;
3. the venue's fills are true.

Everything else is proved here about the production predicate with the limits of each profile:
each step of an account keeps the invariant, and the invariant bounds the day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import z3

from guardrails.limits import PROFILES
from guardrails.rules.bounds import bounds, lowers, ratchets
from guardrails.rules.figures import limit_ints
from guardrails.rules.integers import LimitInts, StateInts
from tests.proof.prover import PROVER, World, asked, rows, terms, unsatisfiable

NUMBERS = {"conservative": 800, "moderate": 1_250, "aggressive": 1_500}
"""Bound of the worst day in basis points of equity, by profile."""

PROFILE = pytest.mark.parametrize("profile", sorted(PROFILES))


def within(s: StateInts, lim: LimitInts) -> list[Any]:
    """The invariant: worst-case exposure inside its limits, and the day's loss at the stops too."""
    return [
        s.equity > 0,
        s.gross >= 0,
        s.gross * 10_000 <= s.equity * lim.total_bps,
        s.gross <= lim.total_quote,
        s.gross * 100 <= s.equity * lim.leverage_x100,
        s.symbol * 10_000 <= s.equity * lim.symbol_bps,
        s.cluster * 10_000 <= s.equity * lim.cluster_bps,
        s.open_risk * 10_000 <= s.equity * lim.open_risk_bps,
        s.stress <= s.equity * lim.stress_bps,
        s.count <= lim.open_count,
        s.stopped_pnl * 10_000 + s.equity * lim.day_loss_bps > 0,
        s.stopped_pnl + lim.day_loss_quote > 0,
    ]


def entry(world: World) -> list[Any]:
    """A real buy: sizes above zero, costs not below, and it does not merely lower."""
    o = world.o
    return [o.buy, o.qty > 0, o.price > 0, o.cost >= 0, z3.Not(lowers(PROVER, o, world.s))]


def accepted(world: World) -> StateInts:
    """The account after an entry was accepted: all of it counts as filled."""
    o, s = world.o, world.s
    value, risk = o.qty * o.price, o.qty * (o.price - o.stop) + o.cost
    return replace(
        s,
        open_buy=s.open_buy + o.qty,
        gross=s.gross + value,
        symbol=s.symbol + value,
        strategy=s.strategy + value,
        cluster=s.cluster + value,
        count=z3.If(s.holds, s.count, s.count + 1),
        open_risk=s.open_risk + risk,
        stopped_pnl=s.stopped_pnl - risk,
        stress=s.stress + value * s.gap_bps,
    )


def allowed(world: World) -> list[Any]:
    """Every row of the production predicate holds."""
    return list(rows(bounds, world, PROVER).values())


def world_with(profile: str, suffix: str = "") -> World:
    """Free terms everywhere but in the limits, which are the profile's."""
    return terms(suffix)._replace(lim=limit_ints(PROFILES[profile]))


def follows(given: list[Any], claims: list[Any]) -> bool:
    """True when each claim follows from what is given."""
    return all(unsatisfiable(*given, z3.Not(claim)) for claim in claims)


@PROFILE
def test_accepting_an_entry_keeps_the_invariant(profile: str) -> None:
    """From an account inside its limits an allowed entry leads to one inside its limits."""
    world = world_with(profile)
    # buying while short only fills the hole first: a venue that trades spot has no shorts
    given = [*within(world.s, world.lim), *entry(world), *allowed(world)]
    assert follows(given, within(accepted(world), world.lim))


@PROFILE
def test_accepting_an_entry_needs_no_account_inside_its_limits(profile: str) -> None:
    """The limits on the account hold after an allowed entry, whatever was before."""
    world = world_with(profile)
    given = [world.s.equity > 0, world.s.gross >= 0, *entry(world), *allowed(world)]
    assert follows(given, within(accepted(world), world.lim))


@PROFILE
def test_accepting_an_exit_never_flips_the_position(profile: str) -> None:
    """However many exits work, they cannot sell more than is held."""
    world = world_with(profile)
    o, s = world.o, world.s
    given = [z3.Not(o.buy), o.reduce_only, o.qty > 0, s.pos - s.open_sell >= 0, *allowed(world)]
    assert follows(given, [s.pos - (s.open_sell + o.qty) >= 0])


@PROFILE
def test_a_fill_keeps_the_invariant(profile: str) -> None:
    """A fill moves from working to held; a better price than the limit only gives room."""
    world = world_with(profile)
    o, s = world.o, world.s
    filled, paid = z3.Ints("filled paid")
    saved = filled * (o.price - paid)
    after = replace(
        s,
        pos=s.pos + filled,
        open_buy=s.open_buy - filled,
        gross=s.gross - saved,
        symbol=s.symbol - saved,
        cluster=s.cluster - saved,
        open_risk=s.open_risk - saved,
        stopped_pnl=s.stopped_pnl + saved,
        stress=s.stress - saved * s.gap_bps,
    )
    given = [*within(s, world.lim), filled > 0, paid > 0, paid <= o.price, s.gap_bps >= 0]
    given += [saved >= 0, saved * s.gap_bps >= 0, saved <= s.gross]  # lemmas, shown below
    assert follows(given, within(after, world.lim))
    assert follows(given, [after.pos + after.open_buy == s.pos + s.open_buy])


@PROFILE
def test_a_cancel_keeps_the_invariant(profile: str) -> None:
    """What no longer works no longer counts; nothing else changes."""
    world = world_with(profile)
    s = world.s
    value, risk = z3.Ints("value risk")
    after = replace(
        s,
        gross=s.gross - value,
        symbol=s.symbol - value,
        cluster=s.cluster - value,
        open_risk=s.open_risk - risk,
        stopped_pnl=s.stopped_pnl + risk,
        stress=s.stress - value * s.gap_bps,
    )
    given = [*within(s, world.lim), value >= 0, risk >= 0, value <= s.gross, s.gap_bps >= 0]
    assert follows([*given, value * s.gap_bps >= 0], within(after, world.lim))


@PROFILE
def test_a_ratchet_keeps_the_invariant(profile: str) -> None:
    """A stop that moves the one way it may only raises the day's result at the stops."""
    world = world_with(profile)
    s = world.s
    held, old, new = z3.Ints("held old new")
    after = replace(s, stopped_pnl=s.stopped_pnl + held * (new - old))
    given = [*within(s, world.lim), held >= 0, ratchets(PROVER, z3.BoolVal(val=True), old, new)]
    assert follows([*given, held * (new - old) >= 0], within(after, world.lim))


@PROFILE
def test_a_stop_out_keeps_the_invariant(profile: str) -> None:
    """A stop that fills at its trigger realises what was counted already."""
    world = world_with(profile)
    s = world.s
    value, risk = z3.Ints("value risk")
    after = replace(
        s,
        gross=s.gross - value,
        symbol=s.symbol - value,
        cluster=s.cluster - value,
        open_risk=s.open_risk - risk,
        stress=s.stress - value * s.gap_bps,
    )
    given = [*within(s, world.lim), value >= 0, risk >= 0, value <= s.gross, s.gap_bps >= 0]
    assert follows([*given, value * s.gap_bps >= 0], within(after, world.lim))


def test_the_lemmas_hold() -> None:
    """The products that the steps lean on: of numbers not below zero, and of nearer stops."""
    a, b, c = z3.Ints("a b c")
    assert follows([a >= 0, b >= 0], [a * b >= 0])
    assert follows([a >= 0, b >= c], [a * (b - c) >= 0])
    assert follows([a > 0, b > 0, c > b], [a * b <= a * c])


def bounded(s: StateInts, lim: LimitInts, gap_bps: int, gapped: Any) -> Any:  # noqa: ANN401
    """Loss at the stops, plus the gap beyond them, is at most daily loss + gap x gross exposure.

    `gapped` is what is held, at its stops; the shares are multiplied out, nothing is rounded.
    """
    lost = -s.stopped_pnl * 10_000 + gapped * gap_bps
    return lost * 10_000 <= s.equity * (lim.day_loss_bps * 10_000 + lim.total_bps * gap_bps)


@PROFILE
def test_the_invariant_bounds_the_worst_day(profile: str) -> None:
    """For every number of orders, by induction: each step keeps the invariant, and that bounds."""
    limits = PROFILES[profile]
    world, gapped = world_with(profile), z3.Int("gapped")
    given = [*within(world.s, world.lim), gapped >= 0, gapped <= world.s.gross]
    assert follows(given, [bounded(world.s, world.lim, limits.worst_gap_bps, gapped)])


def after_other_orders(fresh: World, s: StateInts) -> World:
    """The next order's world: the account goes on, everything else is free again.

    Pace, tails and names are free in each step: the bound does not lean on them.
    """
    state = replace(
        fresh.s, equity=s.equity, gross=s.gross, stopped_pnl=s.stopped_pnl, symbol=s.symbol,
        cluster=s.cluster, open_risk=s.open_risk, stress=s.stress, count=s.count,
    )  # fmt: skip
    return fresh._replace(s=state)


@PROFILE
@pytest.mark.parametrize("k", range(1, 9))
def test_k_orders_of_a_careless_approver_lose_no_more(profile: str, k: int) -> None:
    """K entries, each allowed, all approved, all filled, all stopped out beyond their stops."""
    limits = PROFILES[profile]
    first = world_with(profile)
    s = first.s
    given: list[Any] = [*within(s, first.lim)]
    gapped = z3.Int("gapped.0")
    given += [gapped >= 0, gapped <= s.gross]
    for i in range(1, k + 1):
        world = after_other_orders(world_with(profile, f".{i}"), s)
        more = z3.Int(f"gapped.{i}")
        given += [*entry(world), *allowed(world), more >= 0]
        given += [more <= world.o.qty * world.o.price]  # the stop lies below: lemma
        gapped, s = gapped + more, accepted(world)
    assert unsatisfiable(*given, z3.Not(bounded(s, first.lim, limits.worst_gap_bps, gapped)))


@PROFILE
def test_the_bound_is_a_number_for_each_profile(profile: str) -> None:
    """800, 1250 and 1500 basis points of equity, inside the drawdown at which trading pauses."""
    limits = PROFILES[profile]
    assert limits.worst_day_bps == NUMBERS[profile] <= limits.max_drawdown_bps


@PROFILE
def test_an_entry_can_be_accepted_at_all(profile: str) -> None:
    """The proofs are not about nothing: an account inside its limits has an allowed entry."""
    world = world_with(profile)
    claims = [*within(world.s, world.lim), *entry(world), *allowed(world)]
    assert asked(*claims).check() == z3.sat


def test_several_entries_can_be_accepted_in_a_row() -> None:
    """Nor are the chains about nothing: four orders after each other can all be allowed."""
    first = world_with("conservative")
    s, given = first.s, within(first.s, first.lim)
    for i in range(4):
        world = after_other_orders(world_with("conservative", f".{i}"), s)
        given += [*entry(world), *allowed(world)]
        s = accepted(world)
    assert asked(*given).check() == z3.sat


def test_without_the_daily_loss_row_the_bound_falls() -> None:
    """The control that must go red: one row less and the theorem no longer holds."""
    world = world_with("conservative")
    kept = [
        row for (code, _), row in rows(bounds, world, PROVER).items()
        if code.value not in {"LOSS_DAY", "RISK_PER_TRADE", "RISK_OPEN_TOTAL"}
    ]  # fmt: skip
    claims = [*within(world.s, world.lim), *entry(world), *kept]
    after, gapped = accepted(world), z3.Int("gapped")
    claims += [gapped >= 0, gapped <= after.gross]
    assert not unsatisfiable(*claims, z3.Not(bounded(after, world.lim, 2_000, gapped)))
