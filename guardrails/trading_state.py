"""ACTIVE / REDUCING / HALTED: what each lets through, and who may move between them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class TradingState(StrEnum):
    """Strictness rises downwards; the strictest of all sources is in force."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


_STRICTNESS: Final[dict[TradingState, int]] = {
    TradingState.ACTIVE: 0,
    TradingState.REDUCING: 1,
    TradingState.HALTED: 2,
}

TRANSITIONS: Final[frozenset[tuple[TradingState, TradingState, str]]] = frozenset(
    {
        (TradingState.ACTIVE, TradingState.REDUCING, "anyone"),
        (TradingState.ACTIVE, TradingState.HALTED, "anyone"),
        (TradingState.REDUCING, TradingState.HALTED, "anyone"),
        # re-arming goes one step at a time: a halt becomes reducing first
        (TradingState.HALTED, TradingState.REDUCING, "rearm"),
        (TradingState.REDUCING, TradingState.ACTIVE, "rearm"),
    }
)


def strictest(states: Iterable[TradingState]) -> TradingState:
    """The strictest of the given states; ACTIVE when there is none."""
    return max(states, key=_STRICTNESS.__getitem__, default=TradingState.ACTIVE)


def tightens(current: TradingState, wanted: TradingState) -> bool:
    """True when `wanted` is stricter than `current`: anyone may do that."""
    return _STRICTNESS[wanted] > _STRICTNESS[current]


def allowed(current: TradingState, wanted: TradingState, by: str) -> bool:
    """True when the table holds this move for this kind of actor (`anyone` or `rearm`)."""
    return (current, wanted, by) in TRANSITIONS
