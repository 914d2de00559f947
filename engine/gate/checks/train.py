"""Stages 1 and 3a: would it surprise after all trials ever made, and do the vetoes spare it?"""

from __future__ import annotations

from typing import Final

from engine.gate.checks.answers import Answer, Asked, Row, above_zero, at_least, at_most, none_of
from engine.gate.evidence import RunEvidence
from engine.gate.findings import Effect, GateCode

_SMALL_SHARE: Final = 0.5
"""Below half of the candidate's own Sharpe ratio the neighbourhood is called fragile."""


def _run(asked: Asked) -> RunEvidence | None:
    train = asked.evidence.train
    broken = train.trial is None or bool(train.trial.problem)
    return None if broken else train.run


def _weighed(answer: Answer, asked: Asked) -> Answer:
    """A train key that is void is shown and does not decide."""
    if not asked.evidence.train.void_key:
        return answer
    return answer._replace(effect=Effect.NOTE)


def _trades(asked: Asked) -> Answer | None:
    """Enough closed trades with distinct entry days on train."""
    run = _run(asked)
    return None if run is None else at_least(float(run.trades), asked.criteria.min_train_trades)


def _significant(asked: Asked) -> Answer | None:
    """p_IS of the net returns, after all trials ever logged on this market."""
    run = _run(asked)
    return None if run is None else _weighed(at_most(run.raw.p, asked.criteria.max_train_p), asked)


def _benchmark(asked: Asked) -> Answer | None:
    """p_IS of the returns over exposure-matched buy and hold."""
    run = _run(asked)
    if run is None:
        return None
    return _weighed(at_most(run.excess.p, asked.criteria.max_train_p), asked)


def _void(asked: Asked) -> Answer:
    """Whether the train key counts at all."""
    return none_of(asked.evidence.train.void_key)


def _costs(asked: Asked) -> Answer | None:
    """The train mean stays positive under doubled costs."""
    mean = asked.evidence.train.stressed_mean
    return None if mean is None or _run(asked) is None else above_zero(mean)


def _ruin(asked: Asked) -> Answer | None:
    """The account never reached zero on train."""
    run = _run(asked)
    return None if run is None else Answer(not run.ruined)


def _tail(asked: Asked) -> Answer | None:
    """The trades prove that the rare full losses are paid for."""
    tail = asked.evidence.train.tail
    return None if tail is None else Answer(tail.proven, tail.margin, 0.0)


def _jump(asked: Asked) -> Answer | None:
    """No single gap against the largest positions costs more than the limit."""
    jump = asked.evidence.train.jump
    return None if jump is None else at_most(jump.worst, asked.criteria.max_jump_loss)


def _null(asked: Asked) -> Answer | None:
    """Better than the same rule on paths whose bars have fair signs."""
    null = asked.evidence.train.null
    return None if null is None else at_most(null.p, asked.criteria.max_null_p)


def _neighbours(asked: Asked) -> Answer | None:
    """One step to each side of the parameters still earns something."""
    around = asked.evidence.train.neighbours
    if around is None:
        return None
    if around.median is None:
        # without parameters there is nothing to step aside; with them something must have run
        return None if asked.evidence.train.parameters == 0 else Answer(passed=False)
    return at_least(around.median, 0.0)


def _fragile(asked: Asked) -> Answer | None:
    """How much of the figure is left one step aside."""
    around = asked.evidence.train.neighbours
    return None if around is None or around.ratio is None else at_least(around.ratio, _SMALL_SHARE)


def _engine_ran(asked: Asked) -> Answer | None:
    second = asked.evidence.train.second_engine
    return None if second is None else Answer(second.state != "did_not_run", more=second.message)


def _engine_agrees(asked: Asked) -> Answer | None:
    second = asked.evidence.train.second_engine
    if second is None or second.state not in {"agrees", "disagrees"}:
        return None
    return Answer(
        second.state == "agrees", float(len(second.differences)), 0.0, more=second.message
    )


def _comparable(asked: Asked) -> Answer | None:
    second = asked.evidence.train.second_engine
    if second is None or second.state == "did_not_run":
        return None
    return Answer(second.state != "not_comparable", more=second.message)


def _cuts(asked: Asked) -> Answer | None:
    share = asked.evidence.train.cut_share
    return None if share is None else at_most(share, asked.criteria.max_cut_share)


TRAIN_KEYS: Final[tuple[Row, ...]] = (
    Row(GateCode.TRAIN_KEY_VOID, "1", Effect.CAP, _void),
    Row(GateCode.TRADES_TOO_FEW, "1", Effect.FAIL, _trades),
    Row(GateCode.TRAIN_NOT_SIGNIFICANT, "1", Effect.FAIL, _significant),
    Row(GateCode.TRAIN_BENCHMARK, "1", Effect.FAIL, _benchmark),
)
VETOES: Final[tuple[Row, ...]] = (
    Row(GateCode.RUIN, "3a", Effect.FAIL, _ruin),
    Row(GateCode.COST_FRAGILE, "3a", Effect.FAIL, _costs),
    Row(GateCode.TAIL_UNPROVEN, "3a", Effect.FAIL, _tail),
    Row(GateCode.JUMP_RUIN, "3a", Effect.FAIL, _jump),
    Row(GateCode.ORDERS_CUT_OFTEN, "3a", Effect.NOTE, _cuts),
    Row(GateCode.ENGINE_DID_NOT_RUN, "3a", Effect.INELIGIBLE, _engine_ran),
    Row(GateCode.ENGINE_DISAGREES, "3a", Effect.FAIL, _engine_agrees),
    Row(GateCode.ENGINE_NOT_COMPARABLE, "3a", Effect.CAP, _comparable),
    Row(GateCode.NEIGHBOURHOOD_NEGATIVE, "3a", Effect.FAIL, _neighbours),
    Row(GateCode.NEIGHBOURHOOD_FRAGILE, "3a", Effect.NOTE, _fragile),
    Row(GateCode.MARTINGALE_NULL, "3a", Effect.FAIL, _null),
)
