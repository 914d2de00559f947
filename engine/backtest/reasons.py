"""Why a position or a part of it was left, by number. The first two are those of `matching`."""

from __future__ import annotations

from typing import Final

from engine.backtest.result import REASON_NAMES

TRAILING: Final = 3
SIGNAL: Final = 4
TIME: Final = 5
REVERSE: Final = 6
RUIN: Final = 7
OPEN_END: Final = 8
REGIME: Final = 9
HOURS: Final = 10
DRAWDOWN: Final = 11
RESIZED: Final = 12
REBALANCED: Final = 13

NAMES: Final = REASON_NAMES
"""Their names, by number."""
