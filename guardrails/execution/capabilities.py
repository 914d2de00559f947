"""What each venue can do, proved by tests: a venue without a record here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.modes import Mode

OrderForm = tuple[str, str]
"""Order type and time in force as a ticket names them."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One venue's record.

    Attributes:
        venue: its name in tickets.
        modes: modes in which it may be used.
        forms: order types with their time in force.
        trails: kinds of trailing stop that the gateway can follow there; None is "no trail".
        send_window_s: how long a sent request may still be accepted.
        settle_s: how long after that window a look-up may lag behind.
        absent_answers: not-found answers in a row that prove absence.
        absent_gap_s: least time between two of them.
        resting_stops: a protective stop can rest there.
        oco: orders of a group exclude each other at the venue.
    """

    venue: str
    modes: frozenset[Mode]
    forms: frozenset[OrderForm]
    trails: frozenset[str | None]
    send_window_s: float
    settle_s: float
    absent_answers: int
    absent_gap_s: float
    resting_stops: bool
    oco: bool


PAPER: Final = Capability(
    venue="paper",
    modes=frozenset({Mode.PAPER}),
    forms=frozenset({("market", "ioc"), ("limit", "ioc")}),
    trails=frozenset({None, "percent"}),
    # a send is one committed transaction in the venue's own file: no window, no lag
    send_window_s=0.0,
    settle_s=0.0,
    absent_answers=2,
    absent_gap_s=0.0,
    resting_stops=True,
    oco=True,
)

ALLOWED: Final[dict[str, Capability]] = {PAPER.venue: PAPER}


def capability(venue: str, mode: Mode) -> Capability | None:
    """The record of a venue that may be used in this mode, else None."""
    found = ALLOWED.get(venue)
    return found if found is not None and mode in found.modes else None
