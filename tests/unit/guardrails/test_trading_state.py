"""Trading states: strictness is an order, and re-arming goes one step at a time."""

from __future__ import annotations

from itertools import product

import pytest

from guardrails.trading_state import TradingState, allowed, strictest, tightens

ACTIVE, REDUCING, HALTED = TradingState


def test_nothing_is_active() -> None:
    """Without any source the state is ACTIVE."""
    assert strictest([]) is ACTIVE


@pytest.mark.parametrize("pair", list(product(TradingState, repeat=2)))
def test_the_strictest_wins_in_any_order(pair: tuple[TradingState, TradingState]) -> None:
    """The order of the sources does not matter, and a stricter one tightens."""
    assert strictest(pair) is strictest(reversed(pair))
    assert tightens(*pair) == (strictest(pair) is pair[1] and pair[0] is not pair[1])


@pytest.mark.parametrize(("before", "after"), list(product(TradingState, repeat=2)))
def test_every_move_is_named(before: TradingState, after: TradingState) -> None:
    """Anyone may tighten; only re-arming loosens, and never from HALTED to ACTIVE at once."""
    assert allowed(before, after, "anyone") == tightens(before, after)
    steps = {(HALTED, REDUCING), (REDUCING, ACTIVE)}
    assert allowed(before, after, "rearm") == ((before, after) in steps)
    assert not allowed(before, after, "copilot")
