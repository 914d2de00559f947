"""The predicate is sound and complete against a specification that was written apart from it.

The specification says what must hold after every fill, in fractions and in the words of the
limits; it shares no line with the code.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.reasons import Reason
from guardrails.rules import bounds as module
from guardrails.rules.bounds import (
    LimitInts,
    MarketInts,
    OrderInts,
    StateInts,
    bounds,
    lowers,
    price_bounds,
)
from guardrails.rules.logic import both, choose, either, negate

small = st.integers(0, 40)
signed = st.integers(-40, 40)
bps = st.sampled_from([0, 1, 50, 100, 500, 1_000, 2_500, 5_000, 10_000, 20_000])

orders = st.builds(
    OrderInts,
    buy=st.booleans(), reduce_only=st.booleans(), qty=st.integers(1, 20), price=st.integers(1, 20),
    stop=st.integers(0, 25), cost=small, fee=small, twice_reference=st.integers(1, 50),
)  # fmt: skip
states = st.builds(
    StateInts,
    reducing=st.booleans(), shorts=st.booleans(), holds=st.booleans(), qty_max=st.integers(1, 20),
    equity=st.integers(-10, 2_000), cash=st.integers(-10, 400), pos=signed, open_buy=small,
    open_sell=small, symbol=small, gross=small, count=st.integers(0, 5), stopped_pnl=signed,
)  # fmt: skip
markets = st.builds(MarketInts, twice_mid=st.integers(1, 50), age_ms=st.integers(-5, 30))
limit_sets = st.builds(
    LimitInts,
    **{
        one.name: small if one.name.endswith(("quote", "ms", "count")) else bps
        for one in fields(LimitInts)
    },
)


def share(part: int, limit_bps: int) -> Fraction:
    """So many basis points of a whole."""
    return Fraction(part) * limit_bps / 10_000


def only_lowers(o: OrderInts, s: StateInts) -> bool:
    """Whatever else fills, the order ends between flat and where the position was."""
    after_all = s.pos + s.open_buy + o.qty if o.buy else s.pos - s.open_sell - o.qty
    return after_all <= 0 if o.buy else after_all >= 0


def broken(o: OrderInts, s: StateInts, limits: LimitInts) -> set[Reason]:
    """The specification: limits that the account would break after this order has filled."""
    found = set()
    if o.qty > s.qty_max:
        found.add(Reason.ORDER_QTY_MAX)
    if o.buy and s.cash - o.qty * o.price - o.fee < 0:
        found.add(Reason.LIMIT_BALANCE)
    if not o.buy and not s.shorts and s.pos - s.open_sell < o.qty:
        found.add(Reason.LIMIT_BALANCE)
    if only_lowers(o, s):
        return found
    if o.reduce_only:
        found.add(Reason.ORDER_NOT_REDUCING)
    if s.reducing:
        found.add(Reason.STATE_REDUCING)
    return found | broken_by_entry(o, s, limits)


def broken_by_entry(o: OrderInts, s: StateInts, limits: LimitInts) -> set[Reason]:
    """The specification's part on new risk."""
    lost_per_unit = o.price - o.stop if o.buy else o.stop - o.price
    loss, value = o.qty * lost_per_unit + o.cost, o.qty * o.price
    held = s.count + (0 if s.holds else 1)
    rules = {
        Reason.STOP_MISSING: o.stop == 0 or lost_per_unit <= 0,
        Reason.STOP_TOO_FAR: lost_per_unit > share(o.price, limits.stop_bps),
        Reason.ORDER_NOTIONAL_MAX: value > share(s.equity, limits.order_bps)
        or value > limits.order_quote,
        Reason.RISK_PER_TRADE: loss > share(s.equity, limits.risk_bps),
        Reason.LIMIT_SYMBOL_EXPOSURE: s.symbol + value > share(s.equity, limits.symbol_bps)
        or s.symbol + value > limits.symbol_quote,
        Reason.LIMIT_TOTAL_EXPOSURE: s.gross + value > share(s.equity, limits.total_bps)
        or s.gross + value > limits.total_quote,
        Reason.LIMIT_OPEN_POSITIONS: held > limits.open_count,
        Reason.LOSS_DAY: s.stopped_pnl - loss <= -share(s.equity, limits.day_loss_bps)
        or s.stopped_pnl - loss <= -limits.day_loss_quote,
    }
    return {reason for reason, is_broken in rules.items() if is_broken}


@given(orders, states, limit_sets)
def test_a_row_fails_exactly_when_its_limit_would_be_broken(
    o: OrderInts, s: StateInts, limits: LimitInts
) -> None:
    """Sound: what is allowed breaks nothing; complete: what breaks nothing is allowed."""
    rows = bounds(both, either, negate, choose, o, s, limits)
    assert {code for code, _, holds in rows if not holds} == broken(o, s, limits)


@given(orders, states)
def test_lowering_never_flips_a_position(o: OrderInts, s: StateInts) -> None:
    """An order that lowers leaves the worst case on the same side or flat."""
    assert lowers(both, either, negate, o, s) == only_lowers(o, s)


@given(orders, markets, limit_sets, st.booleans())
def test_prices_are_refused_exactly_outside_their_widths(
    o: OrderInts, m: MarketInts, limits: LimitInts, out: bool
) -> None:
    """Collar on the aggressive side, passive width behind, age, drift either way."""
    mid, reference = Fraction(m.twice_mid, 2), Fraction(o.twice_reference, 2)
    through = o.price - mid if o.buy else mid - o.price
    width = limits.exit_bps if out else limits.collar_bps
    wanted = {
        "price_collar_bps": through <= mid * width / 10_000,
        "passive_collar_bps": -through <= mid * limits.passive_bps / 10_000,
        "max_quote_age_ms": 0 <= m.age_ms <= limits.age_ms,
        "max_drift_bps": abs(mid - reference) <= reference * limits.drift_bps / 10_000,
    }
    rows = price_bounds(both, choose, o, m, limits, out)
    assert {key: holds for _, key, holds in rows} == wanted


@given(orders, states, limit_sets, st.data())
def test_a_tighter_limit_never_allows_more(
    o: OrderInts, s: StateInts, limits: LimitInts, data: st.DataObject
) -> None:
    """Lower one number of the limits and no refused order becomes an allowed one."""
    name = data.draw(st.sampled_from([one.name for one in fields(LimitInts)]))
    tighter = replace(limits, **{name: data.draw(st.integers(0, getattr(limits, name)))})

    def allowed(these: LimitInts) -> bool:
        return all(row[2] for row in bounds(both, either, negate, choose, o, s, these))

    assert not (allowed(tighter) and not allowed(limits))


@given(st.lists(st.booleans(), max_size=4), st.booleans(), signed, signed)
def test_the_connectives_are_pythons_own(
    parts: list[bool], condition: bool, yes: int, no: int
) -> None:
    """And, or, not and if, with the usual empty cases."""
    assert both(*parts) is all(parts)
    assert either(*parts) is any(parts)
    assert negate(condition) is (not condition)
    assert choose(condition, yes, no) == (yes if condition else no)


@pytest.mark.parametrize("strange", [None, 1, "yes", float("nan")])
def test_what_is_not_exactly_true_is_not_true(strange: object) -> None:
    """Anything but True counts as a limit that is not kept."""
    assert both(True, strange) is False  # type: ignore[arg-type]  # that is the point
    assert either(False, strange) is False  # type: ignore[arg-type]
    assert choose(strange, 1, 0) == 0  # type: ignore[arg-type]
    assert negate(strange) is False  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["lowers", "bounds", "price_bounds"])
def test_the_predicate_can_be_handed_to_a_prover(name: str) -> None:
    """Operators and the injected connectives only: no loop, no division, no if, no other call."""
    tree = ast.parse(inspect.getsource(getattr(module, name)))
    banned = (
        ast.For, ast.While, ast.If, ast.IfExp, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.And,
        ast.Or, ast.Not, ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.Try,
    )  # fmt: skip
    assert not [node for node in ast.walk(tree) if isinstance(node, banned)]
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert calls <= {"And", "Or", "Not", "If", "lowers"}
    chained = [n for n in ast.walk(tree) if isinstance(n, ast.Compare) and len(n.ops) > 1]
    assert not chained
