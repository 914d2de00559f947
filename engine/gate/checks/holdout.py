"""Stages 2 and 3b: does it hold where nobody looked? Every answer here is sealed after a FAIL."""

from __future__ import annotations

from typing import Final

from engine.gate.checks.answers import Answer, Asked, Row, above_zero, at_most
from engine.gate.evidence import HoldoutEvidence
from engine.gate.findings import Effect, GateCode
from engine.gate.keys import gate_p, is_single


def _look(asked: Asked) -> HoldoutEvidence | None:
    return asked.evidence.holdout


def _limit(asked: Asked) -> float:
    """Largest p_O for paper."""
    single = is_single(asked.evidence)
    return asked.criteria.max_single_p if single else asked.criteria.max_holdout_p


def _refuted(asked: Asked) -> Answer | None:
    """p_O of the net returns: the mean is positive after costs; a single key must say more."""
    look = _look(asked)
    return None if look is None else at_most(look.run.raw.p, _limit(asked))


def _benchmark(asked: Asked) -> Answer | None:
    """p_O of the returns over buy and hold with the train exposure."""
    look = _look(asked)
    return None if look is None else at_most(look.run.excess.p, _limit(asked))


def _trades(asked: Asked) -> Answer | None:
    """Enough trades for the tier that is asked for; too few for paper leave no tier at all."""
    look = _look(asked)
    if look is None:
        return None
    criteria, trades = asked.criteria, look.run.trades
    wanted = {
        "paper": criteria.paper_trades,
        "testnet": criteria.testnet_trades,
        "live": criteria.live_trades,
    }[asked.candidate.tier]
    too_few = trades < criteria.paper_trades
    # Forward trades count for live alone; paper and testnet stand on the holdout's own.
    live, forward = asked.candidate.tier == "live", asked.evidence.forward
    if live and forward is not None and trades >= criteria.testnet_trades:
        trades += forward.closed_trades
    return Answer(trades >= wanted, float(trades), float(wanted), Effect.FAIL if too_few else None)


def _ruin(asked: Asked) -> Answer | None:
    """The account never reached zero on the holdout; the figure is there to be sealed."""
    look = _look(asked)
    return None if look is None else at_most(float(look.run.ruined), 0.0)


def _tail(asked: Asked) -> Answer | None:
    """Train and holdout trades together still prove the tail."""
    look = _look(asked)
    return None if look is None else Answer(look.tail.proven, look.tail.margin, 0.0)


def _costs(asked: Asked) -> Answer | None:
    """The holdout mean stays positive under doubled costs; live needs it."""
    look = _look(asked)
    return None if look is None else above_zero(look.stressed_mean)


def _both_keys(asked: Asked) -> Answer | None:
    """p_gate: both keys together, or the single one."""
    if _look(asked) is None:
        return None
    p, limit = gate_p(asked.evidence, asked.criteria)
    return at_most(p, limit)


def _refusal(code: GateCode) -> Row:
    """The row of one reason for which there is no look."""

    def ask(asked: Asked) -> Answer | None:
        """The idea or the market has no look left."""
        return Answer(passed=False) if asked.evidence.refusal is code else None

    return Row(code, "2", Effect.INELIGIBLE, ask)


REFUSALS: Final[tuple[Row, ...]] = tuple(
    map(_refusal, (GateCode.LOOK_SPENT, GateCode.LOOK_SHARED, GateCode.LOOK_BUDGET))
)
HOLDOUT: Final[tuple[Row, ...]] = (
    Row(GateCode.HOLDOUT_REFUTED, "2", Effect.FAIL, _refuted),
    Row(GateCode.HOLDOUT_BENCHMARK, "2", Effect.FAIL, _benchmark),
    Row(GateCode.HOLDOUT_WEAK, "2", Effect.CAP, _both_keys),
    Row(GateCode.HOLDOUT_TRADES, "3b", Effect.CAP, _trades),
    Row(GateCode.HOLDOUT_TAIL, "3b", Effect.FAIL, _tail),
    Row(GateCode.RUIN, "3b", Effect.FAIL, _ruin),
    Row(GateCode.HOLDOUT_COST, "3b", Effect.CAP, _costs),
)
