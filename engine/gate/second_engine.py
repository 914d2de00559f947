"""The second engine: another implementation must make the same trades on train.

A program that nobody here wrote gets our decisions and quantities and answers with its own
trades (`engine.backtest.referee`). What it has no words for is said, never left out.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from engine.backtest.referee import WORKER, Difference, RefereeAnswer, RefereeCode, cross_check
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.data.panel import Panel
from engine.gate.subject import Subject
from engine.language.forms import form_of
from engine.language.needs import traded_symbols
from engine.records import Digest, Record

State = Literal["agrees", "disagrees", "did_not_run", "not_comparable"]

_STATES: Final[dict[RefereeCode | None, State]] = {
    None: "agrees",
    "ENGINE_DISAGREES": "disagrees",
    "ENGINE_DID_NOT_RUN": "did_not_run",
    "ENGINE_NOT_COMPARABLE": "not_comparable",
}


class SecondEngineEvidence(Record):
    """What the referee said.

    Attributes:
        state: agrees, disagrees, did not run, or cannot express this form (not_comparable).
        message: why, one sentence; empty when it agrees.
        differences: the first trades that differ, both rows.
        compared: trades that both engines have.
        request, answer: digests of what was asked and told, None when nothing came back.
    """

    state: State
    message: Annotated[str, Field(max_length=300)] = ""
    differences: tuple[Difference, ...] = ()
    compared: Annotated[int, Field(ge=0)] = 0
    request: Digest | None = None
    answer: Digest | None = None


def second_engine(
    subject: Subject,
    panel: Panel,
    result: BacktestResult,
    *,
    worker: tuple[str, ...] = WORKER,
    seconds: float | None = None,
) -> SecondEngineEvidence:
    """Let the second engine trade the same decisions and compare trade by trade.

    Args:
        subject: the strategy.
        panel: train bars.
        result: its run on them.
        worker: command of the other engine's process.
        seconds: time-out; None takes the referee's.
    """
    obstacle = obstacle_to_comparison(subject, panel)
    if obstacle:
        return SecondEngineEvidence(state="not_comparable", message=obstacle)
    place = _traded(subject, panel)[0]
    bars, decisions = panel.each[place], subject.compiled.decide_all(panel)[place]
    own = result
    if len(panel.each) > 1:
        own = simulate(bars, decisions, subject.costs, start_equity=result.start_equity)
        if not _same_trades(own, result):
            message = "the run depends on instruments that the other engine does not see"
            return SecondEngineEvidence(state="not_comparable", message=message)
    answer = cross_check(bars, decisions, own, subject.costs, worker=worker, seconds=seconds)
    return _evidence(answer)


def obstacle_to_comparison(subject: Subject, panel: Panel) -> str:
    """Why this form cannot be put to the other engine at all; empty when it may be asked."""
    form = form_of(subject.spec)
    if form != "rules":
        return f"the other engine does not know the form `{form}`"
    traded = _traded(subject, panel)
    if len(traded) > 1:
        return f"the other engine trades one instrument, this strategy {len(traded)}"
    return "" if traded else "no instrument of these data is traded"


def _traded(subject: Subject, panel: Panel) -> list[int]:
    """Places of the instruments that the strategy may hold."""
    symbols = traded_symbols(subject.spec)
    places = range(len(panel.each))
    if len(panel.each) == 1 or not symbols:
        return list(places)
    return [place for place in places if panel.symbols[place] in symbols]


def _same_trades(own: BacktestResult, result: BacktestResult) -> bool:
    """Whether a run on the traded instrument alone has the trades of the run beside others."""
    return [(t.side, t.entry_price, t.exit_price, t.quantity) for t in own.trades] == [
        (t.side, t.entry_price, t.exit_price, t.quantity) for t in result.trades
    ]


def _evidence(answer: RefereeAnswer) -> SecondEngineEvidence:
    return SecondEngineEvidence(
        state=_STATES[answer.code],
        message=answer.message[:300],
        differences=answer.differences,
        compared=answer.compared,
        request=answer.request,
        answer=answer.answer,
    )
