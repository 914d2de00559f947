"""What runs a sleeve of a portfolio: under the store's lock, or through the desk that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import IntegrityError
from engine.ledger import Ledger
from engine.ledger_memory import InMemoryLedger
from engine.records import canonical, read_json
from guardrails.desk.backtesting import BacktestDesk, BacktestRequest, backtest
from guardrails.desk.desk_client import DeskClient
from guardrails.desk.local import Local
from guardrails.desk.portfolios import RunSleeve, SleeveRun
from guardrails.store.database import Database
from guardrails.store.ledger import SqlLedger


def _desk(here: Local, ledger: Ledger) -> BacktestDesk:
    return BacktestDesk(here.datasets(), ledger, here.costs(), here.folders.strategies)


@contextmanager
def sleeve_runner(here: Local) -> Iterator[RunSleeve]:
    """The runner of this installation; the store is held while it is used, unless a desk has it."""
    if here.running():
        yield _through_desk(here)
        return
    with here.store() as database:
        yield run_with(here, database)


def run_with(here: Local, database: Database) -> RunSleeve:
    """Runs sleeves with the ledger of a store that the caller holds."""
    ledger = SqlLedger(database, here.user)
    desk = _desk(here, ledger)

    def counted(request: BacktestRequest) -> SleeveRun:
        """One sleeve."""
        done = backtest(request, desk, here.user)
        return SleeveRun(done.result, done.trials)

    return counted


def _through_desk(here: Local) -> RunSleeve:
    """The desk runs the sleeve and writes its row; the same run is made again for its curve.

    The desk answers figures, not curves. The row is in its ledger before the curve is made here,
    and both runs must give the same bytes.
    """
    client = DeskClient.of(here.folders.run, timeout_s=120.0)
    desk = _desk(here, InMemoryLedger(here.clock))

    def through(request: BacktestRequest) -> SleeveRun:
        """One sleeve."""
        told = client.post("/api/backtests", read_json(canonical(request)))
        result = backtest(request, desk, here.user).result
        if told["equity_digest"] != result.digest:
            raise IntegrityError(
                "PORTFOLIO_RUN_DIFFERS", "the desk's run and this one differ",
                value=request.spec.name, hint="restart the desk: it runs other code or settings",
            )  # fmt: skip
        return SleeveRun(result, int(told["trials"]))

    return through
