"""The `backtesting` package: an event loop in Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from evals.bench.common import (
    ATR_TIMES,
    CASH,
    FEE,
    RISK,
    SHARE,
    Case,
    Column,
    Market,
    Rows,
    wilder_range,
)


def _level(rule: Any) -> float:  # noqa: ANN401 - the package has no types
    """Where the stop would stand at this close."""
    return float(rule.data.Close[-1] - ATR_TIMES * rule.range[-1])


def _enter(rule: Any) -> None:  # noqa: ANN401 - the package has no types
    """Buy a share of the account, or as much as a stop-out may cost."""
    if not rule.case.stop:
        rule.buy(size=SHARE)
        return
    stop = _level(rule)
    units = int(RISK * rule.equity / (rule.data.Close[-1] - stop))
    rule.buy(size=units, sl=stop)


def _act(rule: Any, crossover: Callable[..., bool]) -> None:  # noqa: ANN401 - the package has no types
    """Decide at the close of the newest bar."""
    if len(rule.data) <= rule.case.first:
        return
    if crossover(rule.fast, rule.slow) and not rule.position:
        _enter(rule)
    elif crossover(rule.slow, rule.fast):
        rule.position.close()
    elif rule.case.stop and rule.trades:
        trade = rule.trades[0]
        trade.sl = max(trade.sl, _level(rule))


def _strategy(
    base: Any,  # noqa: ANN401 - the package has no types
    crossover: Callable[..., bool],
    mean: Callable[[Column, int], Column],
) -> type[Any]:
    """The rule as a class of the package's."""

    class Cross(base):  # type: ignore[misc]  # the package has no types
        """Long from a cross above to a cross below, perhaps with a trailing stop."""

        case = Case()
        market: Market

        def init(self) -> None:
            """Averages."""
            self.fast = self.I(mean, self.data.Close, self.case.fast)
            self.slow = self.I(mean, self.data.Close, self.case.slow)
            if self.case.stop:
                self.range = self.I(wilder_range, self.market)

        def next(self) -> None:
            """Act on the close of the newest bar."""
            _act(self, crossover)

    return Cross


class Backtesting:
    """Drives it with its own statistics."""

    engine = "python"

    def __init__(self) -> None:
        """Import it: only the peers' environment is sure to have it."""
        import pandas as pd  # noqa: PLC0415 - see above
        from backtesting import Backtest, Strategy  # noqa: PLC0415 - see above
        from backtesting.lib import crossover  # noqa: PLC0415 - see above

        def mean(values: Column, window: int) -> Column:
            """Plain moving average, as the package's own examples have it."""
            averages: Column = pd.Series(values).rolling(window).mean().to_numpy()
            return averages

        self._pandas, self._backtest = pd, Backtest
        self._rule = _strategy(Strategy, crossover, mean)

    def prepare(self, market: Market) -> tuple[Market, object]:
        """The bars as a table; not timed."""
        index = self._pandas.DatetimeIndex(market.time.astype("datetime64[ms]"))
        columns = {name.title(): getattr(market, name) for name in Market._fields[1:]}
        return market, self._pandas.DataFrame(columns, index=index)

    def run(self, prepared: tuple[Market, object], case: Case) -> Rows:
        """One run."""
        market, table = prepared
        rule = type("Timed", (self._rule,), {"case": case, "market": market})
        trades = self._backtest(table, rule, cash=CASH, commission=FEE).run()["_trades"]
        names = ["EntryBar", "ExitBar", "EntryPrice", "ExitPrice"]
        return lambda: [tuple(row) for row in trades[names].itertuples(index=False)]

    def sweep(self, prepared: tuple[Market, object], cases: Sequence[Case]) -> None:
        """One after the other."""
        for case in cases:
            self.run(prepared, case)
