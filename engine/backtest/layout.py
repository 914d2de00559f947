"""Where everything stands in the flat arrays of a run: plain numbers that a compiler can take.

A run is one `Machine`: what it reads (prices, decisions, tables) and what it changes (account,
positions, orders, logs). Cell t of instrument s stands at s * n + t. The same functions run over
lists (plain Python, three times as fast as over arrays there) and over arrays (compiled).
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Final, NamedTuple

Floats = MutableSequence[float]
Ints = MutableSequence[int]

# Bits of `marks`, one number per instrument and bar.
ABSENT: Final = 1  # nothing can be filled in this bar
CLOSED: Final = 2  # no entry is filled in this bar
FLAT: Final = 4  # positions are left at this open
RESIZE: Final = 8  # positions are brought to their weight after this close
NEW_DAY: Final = 16
NEW_WEEK: Final = 32
NO_BAR: Final = 64  # the instrument has no bar here: nothing is marked or decided
WAITS: Final = 128  # nor should it have one: its market is shut and its orders wait

# One row per instrument in `pos`.
DIRECTION: Final = 0  # +1, -1, 0 for flat
QUANTITY: Final = 1
ENTRY: Final = 2  # mean fill price of the open units
NEWEST: Final = 3  # fill price of the newest unit
HIGHEST: Final = 4
LOWEST: Final = 5
STOP_AT: Final = 6  # protective level, NaN for none
TRAILED: Final = 7  # whether that level came from a trailing stop
FIRST_STOP: Final = 8
RISK: Final = 9  # |ref - first stop|, NaN for none
RULE: Final = 10
ENTRY_BAR: Final = 11
UNITS: Final = 12
FEES: Final = 13  # entry fees of what is still held
FUNDING: Final = 14  # paid for what is still held
INITIAL: Final = 15  # quantity of the first unit
UNIT_RISK: Final = 16  # quote currency at risk (or notional) of the first unit
LEAVE: Final = 17  # pending market exit: a reason, 0 for none
RUIN_AT: Final = 18
NEAR: Final = 19  # nearest live target, NaN for none
ADDING: Final = 20  # quantity of a pending add
ADD_STOP: Final = 21
SIZE_TO: Final = 22  # signed quantity of a pending re-sizing, NaN for none
EARLIEST: Final = 23  # first bar whose close may decide an entry
WON_LONG: Final = 24
WON_SHORT: Final = 25
TRADE_PNL: Final = 26  # closed parts of the open trade
HELD: Final = 27  # own bars at whose close it was held
LEVELS: Final = 28  # eight target levels, NaN for none or not known, infinite once taken
MAX_TARGETS: Final = 8
POS_WIDTH: Final = LEVELS + MAX_TARGETS

# One row per instrument and slot in `orders`; slot 0 holds market orders.
LIVE: Final = 0  # rule + 1, 0 for none
PRICE: Final = 1
UNTIL: Final = 2  # last bar in which it works
UNITS_WANTED: Final = 3
ORDER_STOP: Final = 4
ORDER_RISK: Final = 5
CUT: Final = 6
DECIDED: Final = 7
ORDER_TRAILS: Final = 8
ORDER_WIDTH: Final = 9

STEPS_WIDTH: Final = 6
"""Cells per instrument in `Machine.steps`."""

# The account in `acct`.
CASH: Final = 0
PEAK: Final = 1
DAY_START: Final = 2
DAY_TRADES: Final = 3
WEEK_TRADES: Final = 4
DAY_LOSSES: Final = 5
HALTED: Final = 6
CUTS: Final = 7
TRADED: Final = 8
LOGGED: Final = 9  # rows in `log`
BOOKED: Final = 10  # rows in `books`
LAST_EQUITY: Final = 11
DROPS: Final = 12  # one count per code of `orders.DROP_CODES`
MAX_DROPS: Final = 16
ACCOUNT_WIDTH: Final = DROPS + MAX_DROPS

# One row per rule in `rules`.
SIDE: Final = 0
ORDER_KIND: Final = 1
SLOT: Final = 2
PRICE_COLUMN: Final = 3
VALID: Final = 4
LEAVE_COLUMN: Final = 5
STOP_COLUMN: Final = 6
TRAIL_COLUMN: Final = 7
KEEP: Final = 8  # best price times this is a trailing level; 0 for none
BREAKEVEN: Final = 9
TIME_BARS: Final = 10
MAX_LOSS: Final = 11
EXIT_FROM: Final = 12  # program rows, from and to
EXIT_TO: Final = 13
TRAIL_FROM: Final = 14
TRAIL_TO: Final = 15
TARGET_FROM: Final = 16
TARGET_TO: Final = 17
MOVING: Final = 18  # 1: levels trail by column or fraction, 2: by programs, 0: they stand still
RULE_WIDTH: Final = 19

# One row per target in `aims`.
AIM_COLUMN: Final = 0
MULTIPLE: Final = 1
FRACTION: Final = 2
AIM_FROM: Final = 3
AIM_TO: Final = 4
AIM_WIDTH: Final = 5

# Order kinds.
MARKET: Final = 0
STOP_ORDER: Final = 1
LIMIT_ORDER: Final = 2
CLOSE_ORDER: Final = 3

# One row per closed part of a trade in `log`.
LOG_SYMBOL: Final = 0
LOG_RULE: Final = 1
LOG_SIDE: Final = 2
LOG_ENTRY_BAR: Final = 3
LOG_EXIT_BAR: Final = 4
LOG_ENTRY: Final = 5
LOG_EXIT: Final = 6
LOG_QUANTITY: Final = 7
LOG_PNL: Final = 8
LOG_FEES: Final = 9
LOG_STOP: Final = 10
LOG_REASON: Final = 11
LOG_MAE: Final = 12
LOG_MFE: Final = 13
LOG_FUNDING: Final = 14
LOG_RISK: Final = 15
LOG_WIDTH: Final = 16

# One row per change of cash or position in `books`.
BOOK_BAR: Final = 0
BOOK_SYMBOL: Final = 1
BOOK_UNITS: Final = 2  # signed position after it
BOOK_CASH: Final = 3
BOOK_WIDTH: Final = 4


class Terms(NamedTuple):
    """Sizing, costs and limits of a run; 0 means "none" for limits.

    Attributes:
        kind: how a quantity is found (`orders`).
        value: fraction of equity, quote currency, or fraction of equity at risk.
        max_fraction: cap on one position's value as a fraction of equity.
        leverage: cap on gross value as a multiple of equity.
        weight_column: column of target weights, -1 for none.
        band: re-size only when off the weight by more than this share of it.
        ranked: weights are orders.
        taker, maker, borrow: fractions of one; borrow per bar.
        varying: whether `impact` has one value per bar.
        through: limits must be traded through.
        grid: whether the steps of the instruments hold.
        max_units, latest, add_column, add_from, add_to: pyramiding.
        variants: 4 when entries depend on the last trade, else 1.
        tracked: whether equity is needed at each close.
        history: whether past trade state is kept.
    """

    kind: int
    value: float
    max_fraction: float
    leverage: float
    weight_column: int
    band: float
    ranked: bool
    taker: float
    maker: float
    borrow: float
    varying: int
    through: bool
    grid: bool
    cooldown: int
    max_positions: int
    max_drawdown: float
    max_daily_loss: float
    max_day_trades: int
    max_week_trades: int
    max_day_losses: int
    max_correlation: float
    max_units: int
    latest: bool
    add_column: int
    add_from: int
    add_to: int
    variants: int
    tracked: bool
    history: bool


class Machine(NamedTuple):
    """One run.

    Attributes:
        n, symbols, slots: bars, instruments, order slots per instrument.
        open, high, low, close: prices, quote currency per unit.
        marks: bits of each bar.
        wants: market entry decided at a close: +-(rule + 1), 0 for none; one block per variant.
        place: orders of slots 1.. decided at a close; one block per slot and variant.
        leave: exit conditions, 1 signal, 2 regime over; one block per column.
        levels: prices, weights and columns of programs; one block per column.
        funding: rate of an event in the bar, 0 for none; one cell when there is none at all.
        impact: half the spread plus slippage as a fraction.
        rules, aims, code, constants: tables.
        steps: per instrument: lots per unit, smallest and largest quantity, smallest notional,
            smallest distance of a stop, its share of `borrow` (its bars a year are its own).
        pos, orders, acct, log, books, stack, past: what changes.
    """

    n: int
    symbols: int
    slots: int
    terms: Terms
    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    marks: Sequence[int]
    wants: Sequence[int]
    place: Sequence[int]
    leave: Sequence[int]
    levels: Sequence[float]
    funding: Sequence[float]
    impact: Sequence[float]
    rules: Sequence[float]
    aims: Sequence[float]
    code: Sequence[int]
    constants: Sequence[float]
    steps: Sequence[float]
    pos: Floats
    orders: Floats
    acct: Floats
    log: Floats
    books: Floats
    stack: Floats
    past: Floats
