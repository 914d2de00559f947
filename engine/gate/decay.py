"""Decay: what ends a certificate before its time, from what happened after it was issued.

Everything here demotes and nothing promotes. Detection is slow by nature: an edge that died (Sharpe
0 instead of 2) is caught within a year in 10 % (evidence) and 19 % (drawdown) of cases; the expiry
does the protecting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.basis import CertificateBasis, ForecastPoint
from engine.gate.bootstrap import mean_block
from engine.gate.certificate import valid
from engine.gate.findings import GateCode
from engine.gate.forward import ForwardEvidence
from engine.gate.report import Certificate
from engine.quantities import Ratio
from engine.records import Digest, Record
from engine.seeds import stream

PATHS: Final = 2_000
HORIZONS: Final = (5, 10, 21, 42, 63, 126, 189, 252, 378, 504)
"""Trading days of the forecast; reports show 21, 63, 126 and 252."""
DECAY_EVIDENCE: Final = 20.0
COST_FACTOR: Final = 2.0
COST_FILLS: Final = 20

_LOW, _HIGH = 0.01, 0.99
_FEWEST_DAYS: Final = 20
_DECIMALS: Final = 6


def forecast(
    returns: FloatArray, name: Digest, paths: int = PATHS, horizons: Sequence[int] = HORIZONS
) -> tuple[ForecastPoint, ...]:
    """Where half the promised mean leads: 1-99 % of stationary-bootstrap paths, and falls.

    Args:
        returns: daily net returns of train and holdout, shape (T,), fractions of one. Half of their
            mean is taken off each day.
        name: what the draws are named by: the candidate's digest.
        paths: how many.
        horizons: trading days, rising.

    Raises:
        InputError: FORECAST_IMPOSSIBLE for less than 20 days.

    Source: Politis and Romano 1994.
    """
    length, days = len(returns), horizons[-1]
    if length < _FEWEST_DAYS:
        raise InputError("FORECAST_IMPOSSIBLE", "needs 20 daily returns", value=length)
    halved = returns - math.fsum(returns) / length / 2.0
    block = mean_block(np.rint(returns * 1e8))
    random = stream("gate/forecast", name, block)
    fresh = random.random((paths, days)) < 1.0 / block
    fresh[:, 0] = True
    begins = random.integers(0, length, size=(paths, days))
    position = np.arange(days)
    last = np.maximum.accumulate(np.where(fresh, position, 0), axis=1)
    index = (np.take_along_axis(begins, last, axis=1) + position - last) % length
    equity = np.cumprod(np.maximum(1.0 + halved[index], 0.0), axis=1)
    high = np.maximum(np.maximum.accumulate(equity, axis=1), 1.0)
    falls = np.maximum.accumulate(1.0 - equity / high, axis=1)
    return tuple(_point(at, equity[:, at - 1] - 1.0, falls[:, at - 1]) for at in horizons)


def _point(days: int, totals: FloatArray, falls: FloatArray) -> ForecastPoint:
    totals, falls = np.sort(totals), np.sort(falls)
    low, high = (math.floor(share * (len(totals) - 1)) for share in (_LOW, _HIGH))
    return ForecastPoint(
        days=days,
        low=round(float(totals[low]), _DECIMALS),
        high=round(float(totals[high]), _DECIMALS),
        drawdown=round(float(falls[high]), _DECIMALS),
    )


def drawdown_limit(points: Sequence[ForecastPoint], days: int) -> float:
    """The 99 % drawdown for an elapsed horizon, between the points along the root of time.

    Beyond the last point that point's limit holds.
    """
    if days <= 0:
        return points[0].drawdown
    roots = [math.sqrt(point.days) for point in points]
    limits = [point.drawdown for point in points]
    return float(np.interp(math.sqrt(days), roots, limits))


class Observed(Record):
    """What happened since a certificate was issued.

    Attributes:
        forward: its forward record.
        fills: paper or shadow fills.
        realised_cost, modelled_cost: costs of those fills in the account's currency, as paid and
            as the certified cost model says.
        mismatches: fills that differ from a replay on the same bars.
        restated: datasets of the certificate whose bars are not what they were.
        disagrees: a second engine or a recomputation does not give the certified trades any more.
    """

    forward: ForwardEvidence
    fills: Annotated[int, Field(ge=0)] = 0
    realised_cost: Ratio = 0.0
    modelled_cost: Annotated[Ratio, Field(ge=0)] = 0.0
    mismatches: Annotated[int, Field(ge=0)] = 0
    restated: tuple[Digest, ...] = ()
    disagrees: bool = False


class Ending(Record):
    """One reason why a certificate ends, with the figure and its limit where it has one."""

    code: GateCode
    value: Ratio | None = None
    threshold: Ratio | None = None


def decayed(basis: CertificateBasis, observed: Observed) -> tuple[Ending, ...]:
    """Every sign of decay, in the order of the codes; empty when the promise still holds.

    DECAY_DRAWDOWN: the forward drawdown is beyond the 99 % quantile for the elapsed days.
    DECAY_EDGE: the e-value of "the mean is below half the promise" has reached 20. COST_REALISED:
    realised cost above twice the modelled over at least 20 fills. FORWARD_MISMATCH: a fill differs
    from a replay. DATA_RESTATED: bars changed. ENGINE_DISAGREES: a recomputation differs.
    """
    forward, found = observed.forward, []
    limit = drawdown_limit(basis.forecast, forward.days)
    if forward.drawdown > limit:
        found.append(_ending(GateCode.DECAY_DRAWDOWN, forward.drawdown, limit))
    if forward.decay >= DECAY_EVIDENCE:
        found.append(_ending(GateCode.DECAY_EDGE, forward.decay, DECAY_EVIDENCE))
    dear = COST_FACTOR * observed.modelled_cost
    if observed.fills >= COST_FILLS and observed.realised_cost > dear:
        found.append(_ending(GateCode.COST_REALISED, observed.realised_cost, dear))
    if observed.mismatches:
        found.append(_ending(GateCode.FORWARD_MISMATCH, float(observed.mismatches), 0.0))
    if observed.restated:
        found.append(_ending(GateCode.DATA_RESTATED, float(len(observed.restated)), 0.0))
    if observed.disagrees:
        found.append(Ending(code=GateCode.ENGINE_DISAGREES))
    return tuple(found)


def _ending(code: GateCode, value: float, threshold: float) -> Ending:
    return Ending(code=code, value=round(value, _DECIMALS), threshold=round(threshold, _DECIMALS))


def endings(
    certificate: Certificate, observed: Observed | None, now: datetime, code_digest: Digest
) -> tuple[Ending, ...]:
    """Everything that ends a certificate now: expiry, new code, decay; empty when it holds.

    Without an observation, or without a basis, only the calendar and the code are asked.
    """
    found = []
    ended = valid(certificate, now, code_digest)
    if ended is not None:
        found.append(Ending(code=ended))
    if observed is not None and certificate.basis is not None:
        found += decayed(certificate.basis, observed)
    return tuple(found)
