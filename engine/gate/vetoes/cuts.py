"""Cut orders: how often the account or the cap on a position paid for less than was wanted."""

from __future__ import annotations

import numpy as np

from engine.backtest.result import BacktestResult

_DECIMALS = 9


def cut_share(result: BacktestResult) -> float:
    """Share of entries that were cut, 0..1; 0 without an entry.

    A position entered is one entry, whatever it was split into; an added unit that was cut counts
    as one too, so the share never exceeds one.
    """
    log = result.log
    if len(log) == 0:
        return 0.0
    keys = np.column_stack([log.column(name) for name in ("symbol", "rule", "entry_bar")])
    entries = len(np.unique(keys, axis=0))
    return round(min(1.0, result.orders_cut / max(entries, 1)), _DECIMALS)
