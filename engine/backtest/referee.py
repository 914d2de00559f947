"""Cross-check of a run by the second engine, trade by trade: agreement is shown, never assumed.

Our decisions and quantities go to `engine.backtest.oracle`, a process of its own. It must come to
the same trades: bars, sides, prices to 1e-9 of themselves, reasons. No answer is an answer too.

Both sides fill limits on touch and no costs are in the prices that are compared. The rules differ
in one known place: a bar that opens beyond the target and then falls to the stop. We take the
target at the open, the other one the stop; same bars, so it is not counted as a difference.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

import numpy as np

import engine
from engine.backtest.costs import CostModel
from engine.backtest.oracle_messages import (
    MAX_LINE_BYTES,
    REQUEST_TAG,
    OracleAnswer,
    OracleTrade,
)
from engine.backtest.oracle_question import obstacle_to, question
from engine.backtest.result import BacktestResult, Trade
from engine.backtest.simulator import simulate
from engine.backtest.tape import impact_of
from engine.data.bars import Bars, FloatArray
from engine.data.panel import panel_of
from engine.errors import InputError
from engine.language.decisions import Decisions
from engine.records import Digest, Record, canonical, digest_bytes, parse_record

RefereeCode = Literal["ENGINE_DISAGREES", "ENGINE_DID_NOT_RUN", "ENGINE_NOT_COMPARABLE"]

TOLERANCE: Final = 1e-9
MAX_DIFFERENCES: Final = 20
BASE_SECONDS: Final = 30.0
SECONDS_PER_BAR: Final = 20e-6
WORKER: Final = (sys.executable, "-P", "-m", "engine.backtest.oracle")
_STOPS: Final = ("stop", "trailing")
_AS_SIGNAL: Final = {"regime": "signal", "exit_time": "signal", "drawdown": "signal"}


class Difference(Record):
    """The first trades that differ, both rows; None where one engine has no such trade."""

    number: int
    ours: OracleTrade | None
    theirs: OracleTrade | None


class RefereeAnswer(Record):
    """What the cross-check came to.

    Attributes:
        agrees: every trade was compared and none differs.
        code: why not, None when it agrees.
        message: one sentence on what happened.
        differences: at most the first 20, in order of entry.
        compared: trades that both engines have.
        request, answer: digests of what was asked and told, None when nothing came back.
    """

    agrees: bool
    code: RefereeCode | None = None
    message: str = ""
    differences: tuple[Difference, ...] = ()
    compared: int = 0
    request: Digest | None = None
    answer: Digest | None = None


def cross_check(  # noqa: PLR0913 - the run, and how its worker is started
    bars: Bars,
    decisions: Decisions,
    result: BacktestResult,
    costs: CostModel,
    *,
    worker: tuple[str, ...] = WORKER,
    seconds: float | None = None,
) -> RefereeAnswer:
    """Let the second engine trade the same decisions and compare trade by trade.

    Args:
        bars: one instrument's bars.
        decisions: what was decided on them.
        result: our run of these decisions with these costs.
        costs: the run's costs; a run that fills limits on `through` is repeated on `touch`, since
            the other engine knows nothing else.
        worker: command of the worker process.
        seconds: time-out; None: 30 s and 20 us a bar.
    """
    ours = _on_touch(bars, decisions, result, costs)
    obstacle = obstacle_to(bars, decisions, ours)
    if obstacle:
        return RefereeAnswer(agrees=False, code="ENGINE_NOT_COMPARABLE", message=obstacle)
    impact = np.broadcast_to(impact_of(panel_of([bars]), costs), len(bars))
    line = canonical(question(bars, decisions, ours, impact))
    limit = BASE_SECONDS + SECONDS_PER_BAR * len(bars) if seconds is None else seconds
    told = _ask(line, worker, limit)
    if isinstance(told, str):
        return RefereeAnswer(agrees=False, code="ENGINE_DID_NOT_RUN", message=told)
    return _compare(bars, decisions, ours, impact, told)


def _on_touch(
    bars: Bars, decisions: Decisions, result: BacktestResult, costs: CostModel
) -> BacktestResult:
    limits = any(rule.targets or rule.order == "limit" for rule in decisions.rules)
    if costs.limit_fill == "touch" or not limits:
        return result
    touch = CostModel.model_validate({**costs.model_dump(), "limit_fill": "touch"})
    return simulate(bars, decisions, touch, start_equity=result.start_equity)


def _environment() -> dict[str, str]:
    """What the worker needs: our packages, one thread, nothing of ours that is secret."""
    root = Path(engine.__file__).resolve().parents[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


def _ask(line: bytes, worker: tuple[str, ...], seconds: float) -> OracleAnswer | str:
    """The worker's answer, or one sentence on why there is none."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, data goes through a pipe
            worker,
            input=line + b"\n",
            capture_output=True,
            timeout=seconds,
            check=True,
            env=_environment(),
        )
        told = parse_record(OracleAnswer, done.stdout.strip(), MAX_LINE_BYTES)
    except subprocess.TimeoutExpired:
        return f"no answer within {seconds:.0f} s"
    except subprocess.CalledProcessError as error:
        return f"the worker ended with code {error.returncode}"
    except OSError as error:
        return f"the worker could not be started: {error.strerror}"
    except InputError as error:
        return f"the answer cannot be read: {error.code}"
    if told.request != digest_bytes(REQUEST_TAG, line):
        return "the answer belongs to another question"
    return told


def _row(trade: Trade, impact: FloatArray, *, free: bool) -> OracleTrade:
    """Our trade with the prices that stood on the tape; `free`: entered by a limit order."""
    sign = 1 if trade.side == "long" else -1
    paid = 1.0 if free else 1 + sign * float(impact[trade.entry_bar])
    at_the_level = trade.exit_reason in {"target", "open"}
    got = 1.0 if at_the_level else 1 - sign * float(impact[trade.exit_bar])
    return OracleTrade.model_validate(
        {
            "side": trade.side,
            "entry_bar": trade.entry_bar,
            "exit_bar": trade.exit_bar,
            "entry_price": trade.entry_price / paid,
            "exit_price": trade.exit_price / got,
            "reason": _AS_SIGNAL.get(trade.exit_reason, trade.exit_reason),
        }
    )


def _same(bars: Bars, ours: OracleTrade, theirs: OracleTrade) -> bool:
    bars_agree = (ours.side, ours.entry_bar, ours.exit_bar) == (
        theirs.side,
        theirs.entry_bar,
        theirs.exit_bar,
    )
    if not bars_agree or not _close(ours.entry_price, theirs.entry_price):
        return False
    if ours.reason == "target" and theirs.reason in _STOPS:
        return ours.exit_price == float(bars.open[ours.exit_bar])
    return ours.reason == theirs.reason and _close(ours.exit_price, theirs.exit_price)


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * abs(other)


def _compare(
    bars: Bars, decisions: Decisions, result: BacktestResult, impact: FloatArray, told: OracleAnswer
) -> RefereeAnswer:
    limits = {rule.rule for rule in decisions.rules if rule.order == "limit"}
    ours = [_row(trade, impact, free=trade.rule in limits) for trade in result.trades]
    theirs = [*told.trades, *told.open]
    differences = [
        Difference(number=number, ours=our, theirs=their)
        for number, (our, their) in enumerate(_pairs(ours, theirs), start=1)
        if our is None or their is None or not _same(bars, our, their)
    ]
    agrees = not differences
    return RefereeAnswer(
        agrees=agrees,
        code=None if agrees else "ENGINE_DISAGREES",
        message="" if agrees else f"{len(differences)} of {len(ours)} trades differ",
        differences=tuple(differences[:MAX_DIFFERENCES]),
        compared=min(len(ours), len(theirs)),
        request=told.request,
        answer=told.digest,
    )


def _pairs(
    ours: list[OracleTrade], theirs: list[OracleTrade]
) -> list[tuple[OracleTrade | None, OracleTrade | None]]:
    """Trades side by side by entry bar, None for the one that is missing."""
    mine = {row.entry_bar: row for row in ours}
    yours = {row.entry_bar: row for row in theirs}
    return [(mine.get(bar), yours.get(bar)) for bar in sorted(mine.keys() | yours.keys())]
