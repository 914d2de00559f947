"""vectorbt: its Rust engine where the installed wheel has it, else its numba engine.

Its own `stats()` takes ten times as long as the run, so each array is worked out once and the
figures are asked from the array functions below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from evals.bench.common import (
    ATR_BARS,
    ATR_TIMES,
    CASH,
    FEE,
    HOURS_A_YEAR,
    RISK,
    SHARE,
    Case,
    Column,
    Market,
    Row,
    Rows,
)

_COLUMNS: Final = ["entry_idx", "exit_idx", "entry_price", "exit_price"]
_CLOSED: Final = 1


def _closed(account: Any) -> list[Row]:  # noqa: ANN401 - the package has no types
    table = account.trades.records
    rows = table[table["status"] == _CLOSED][_COLUMNS].to_numpy().tolist()
    return [(int(a), int(b), float(c), float(d)) for a, b, c, d in rows]


class Vectorbt:
    """Drives it through its accounts and its array functions."""

    def __init__(self) -> None:
        """Import it: only the peers' environment has it."""
        import vectorbt  # type: ignore[import-not-found]  # noqa: PLC0415 - see above
        from vectorbt._engine import is_rust_available  # type: ignore[import-not-found]  # noqa: PLC0415 - see above
        from vectorbt.generic import dispatch as generic  # type: ignore[import-not-found]  # noqa: PLC0415 - see above
        from vectorbt.returns import dispatch as returns  # type: ignore[import-not-found]  # noqa: PLC0415 - see above

        self._vbt, self._generic, self._returns = vectorbt, generic, returns
        self.engine = "rust" if is_rust_available() else "numba"

    def prepare(self, market: Market) -> Market:
        """The arrays as they are."""
        return market

    def run(self, market: Market, case: Case) -> Rows:
        """Averages, crosses, account and twelve figures."""
        fast = self._generic.rolling_mean_1d(market.close, case.fast)
        slow = self._generic.rolling_mean_1d(market.close, case.slow)
        up = self._generic.crossed_above_1d(fast, slow)
        down = self._generic.crossed_above_1d(slow, fast)
        up[: case.first] = False
        stop, size = self._stop_and_size(market, case)
        account = self._vbt.Portfolio.from_signals(
            market.close, np.append(False, up[:-1]), np.append(False, down[:-1]),
            price=market.open, open=market.open, high=market.high, low=market.low,
            sl_stop=stop, sl_trail=case.stop, size=size, size_type="percent",
            fees=FEE, init_cash=CASH, freq="1h",
        )  # fmt: skip
        self._figures(account)
        return lambda: _closed(account)

    def sweep(self, market: Market, cases: Sequence[Case]) -> None:
        """All cases as columns of one account run: the way it is made for."""
        windows = sorted({window for case in cases for window in (case.fast, case.slow)})
        means = {one: self._generic.rolling_mean_1d(market.close, one) for one in windows}
        shape = (len(market.close), len(cases))
        enters, leaves = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        for place, case in enumerate(cases):
            fast, slow = means[case.fast], means[case.slow]
            enters[1:, place] = self._generic.crossed_above_1d(fast, slow)[:-1]
            leaves[1:, place] = self._generic.crossed_above_1d(slow, fast)[:-1]
        account = self._vbt.Portfolio.from_signals(
            market.close[:, None], enters, leaves, price=market.open[:, None],
            size=SHARE, size_type="percent", fees=FEE, init_cash=CASH, freq="1h",
        )  # fmt: skip
        self._figures(account)

    def _stop_and_size(self, market: Market, case: Case) -> tuple[Column | float, Column | float]:
        """Its stop trails by a fraction that is fixed at the entry, so that is what it is given."""
        if not case.stop:
            return float("nan"), SHARE
        window = 2 * ATR_BARS - 1  # the span whose alpha is Wilder's
        columns = (market.high, market.low, market.close)
        spans = self._vbt.ATR.run(*columns, window=window, ewm=True).atr.to_numpy()
        share = np.roll(ATR_TIMES * spans / market.close, 1)
        return share, np.clip(RISK / share, 0.0, SHARE)

    def _figures(self, account: Any) -> tuple[object, ...]:  # noqa: ANN401 - the package has no types
        """Twelve key figures of a run."""
        gains = account.returns().to_numpy()
        gains = gains.reshape(len(gains), -1)
        trades, returns = account.trades, self._returns
        return (
            account.total_return(),
            returns.annualized_return(gains, HOURS_A_YEAR),
            returns.annualized_volatility(gains, HOURS_A_YEAR),
            returns.sharpe_ratio(gains, HOURS_A_YEAR),
            returns.sortino_ratio(gains, HOURS_A_YEAR),
            returns.calmar_ratio(gains, HOURS_A_YEAR),
            returns.max_drawdown(gains),
            account.drawdowns.max_duration(),
            trades.win_rate(),
            trades.profit_factor(),
            trades.expectancy(),
            trades.count(),
        )
