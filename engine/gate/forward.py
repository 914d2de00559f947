"""Forward evidence: what a certified strategy did after its certificate, as one e-value.

Returns come from paper or shadow fills, net of costs, one a trading day, from the day after the
certificate's issue. They are divided by the standard deviation of train that the certificate froze.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.errors import InputError
from engine.gate.eprocess import LARGEST_GAIN, SHARES, decay_e_value, e_value
from engine.gate.statistics import cap_of_look, p_gate
from engine.quantities import Ratio
from engine.records import Record
from engine.seeds import stream

TRADING_YEAR: Final = 252
LIVE_EVIDENCE: Final = 20.0

_PATHS: Final = 4_000


class ForwardEvidence(Record):
    """The record since the certificate was issued.

    days, closed_trades: its length. e: e-value of a positive mean. decay: e-value of a mean below
    half the promise. mean: daily return, fraction of one. total, drawdown: since the start,
    compounded, fractions of one; drawdown is the deepest fall from a high, positive.
    """

    days: Annotated[int, Field(ge=0)]
    closed_trades: Annotated[int, Field(ge=0)]
    e: Annotated[Ratio, Field(ge=0)]
    decay: Annotated[Ratio, Field(ge=0)] = 1.0
    mean: Ratio = 0.0
    total: Ratio = 0.0
    drawdown: Annotated[Ratio, Field(ge=0)] = 0.0


def deepest_fall(returns: Sequence[float]) -> float:
    """Largest fall of compounded returns from an earlier high, as a positive fraction of one."""
    equity = high = 1.0
    fall = 0.0
    for one in returns:
        equity = max(0.0, equity * (1.0 + one))
        high = max(high, equity)
        fall = max(fall, 1.0 - equity / high)
    return round(fall, 9)


def forward_evidence(
    returns: Sequence[float], closed_trades: int, train_sd: float, promised: float = 0.0
) -> ForwardEvidence:
    """The evidence of a forward record, from the certificate's first day and without a gap.

    Args:
        returns: daily net returns, fractions of one, in order.
        closed_trades: trades that were opened and closed in it.
        train_sd: deviation of daily net returns on train, frozen in the certificate.
        promised: mean of daily net returns on train and holdout, likewise.

    Raises:
        InputError: FORWARD_INVALID for a deviation that is not positive or a return that is no
            number.
    """
    if not (math.isfinite(train_sd) and train_sd > 0.0):
        raise InputError(
            "FORWARD_INVALID", "forward evidence needs the train standard deviation", value=train_sd
        )
    x = [one / train_sd for one in returns]
    return ForwardEvidence(
        days=len(returns),
        closed_trades=closed_trades,
        e=e_value(x),
        decay=decay_e_value(x, promised / train_sd),
        mean=round(math.fsum(returns) / len(returns), 12) if returns else 0.0,
        total=round(math.prod(1.0 + one for one in returns) - 1.0, 9),
        drawdown=deepest_fall(returns),
    )


def p_of(e: float) -> float:
    """An e-value as a p-value: min(1, 1 / e); 1 for a ruined fund."""
    return 1.0 if e <= 1.0 else 1.0 / e


def p_gate_by_forward(p_train: float, evidence: ForwardEvidence, k: int) -> float:
    """Two keys with the forward record in the holdout key's place, p_O := 1 / e, cap of look k."""
    return p_gate(p_train, p_of(evidence.e), cap_of_look(k))


def live_p(p: float, evidence: ForwardEvidence) -> float:
    """p_gate / e, at most 1: a valid p-value when forward and past are independent.

    Source: Ignatiadis, Wang, Ramdas 2024 (e-values as unnormalised weights).
    """
    return min(1.0, p / evidence.e) if evidence.e > 0.0 else 1.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Chance that e has reached 20 within 1, 2 and 3 years, for a true annual Sharpe ratio."""

    sharpe: float
    within: tuple[float, float, float]


EXPECTED_WAIT: Final = (
    Wait(0.0, (0.01, 0.02, 0.03)),
    Wait(1.0, (0.09, 0.19, 0.27)),
    Wait(1.5, (0.19, 0.38, 0.53)),
    Wait(2.0, (0.33, 0.61, 0.79)),
    Wait(3.0, (0.69, 0.93, 0.99)),
)
"""What every report prints: live is slow on purpose; `chance_to_reach` gives it to 3 points."""


def chance_to_reach(
    sharpe: float, days: int, level: float = LIVE_EVIDENCE, paths: int = _PATHS
) -> float:
    """Share of simulated paths on which e reaches `level` within `days`; the same every time.

    x has mean sharpe / sqrt(252), deviation 1 and Student tails with 4 degrees of freedom.
    """
    x = stream("gate/expected-wait").standard_t(4, (paths, days)) / math.sqrt(2.0)
    x = np.minimum(x + sharpe / math.sqrt(TRADING_YEAR), LARGEST_GAIN)
    funds = np.zeros((paths, days))
    for share in SHARES:
        factors = np.maximum(1.0 + share * x, 0.0)
        funds += np.cumprod(factors, axis=1)
    return float((funds.max(axis=1) >= level * len(SHARES)).mean())
