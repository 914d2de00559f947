"""Jump injection: a gap against the largest positions, with every stop filled after it.

Backtests hold the gaps that happened. Here, at each of the 50 largest exposures of the run, the
market opens far away: by 20 %, or by one and a half times the largest day move that the market
has shown on train if that is more. No stop lies in between; what is held is sold there.

Several instruments may be struck together, all in one direction, or one of them alone: the worst
of these counts. Longs do not pay for shorts unless both are struck by the same gap.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult
from engine.data.bars import FloatArray
from engine.data.days import daily_closes, day_text
from engine.data.panel import Panel
from engine.gate.subject import Subject
from engine.quantities import Ratio
from engine.records import Record

PLACES: Final = 50
LEAST_GAP: Final = 0.20
MOVES: Final = 1.5
_DECIMALS: Final = 9


class JumpEvidence(Record):
    """The worst gap.

    Attributes:
        gap: size of the injected gap at the worst place, share of price.
        worst: largest loss, share of equity at the close before.
        exposure: what was held there, all values together as a share of equity.
        day: UTC day of that close, empty when nothing was ever held.
    """

    gap: Ratio
    worst: Ratio
    exposure: Ratio = 0.0
    day: str = ""


def jump_evidence(subject: Subject, panel: Panel, result: BacktestResult) -> JumpEvidence:
    """The loss from the worst gap at the largest exposures.

    Args:
        subject: its costs are paid on the way out.
        panel: bars of the run.
        result: the run.
    """
    held = _exposures(panel, result)
    gaps = np.array([gap_of(close) for close in (daily_closes(b)[1] for b in panel.each)])
    gross = np.abs(held).sum(axis=0)
    rows = np.argsort(-gross, kind="stable")[:PLACES]
    fee = subject.costs.taker + subject.costs.impact
    losses = loss_of_gap(held[:, rows], gaps, fee)
    place = int(np.argmax(losses))
    row = int(rows[place])
    if gross[row] <= 0.0:
        return JumpEvidence(gap=round(float(gaps.max()), _DECIMALS), worst=0.0)
    own = int(np.argmax(np.abs(held[:, row]) * gaps))
    day = (int(result.close_time[row]) - 1) // 86_400_000
    return JumpEvidence(
        gap=round(float(gaps[own]), _DECIMALS),
        worst=round(float(losses[place]), _DECIMALS),
        exposure=round(float(gross[row]), _DECIMALS),
        day=day_text(day),
    )


def gap_of(closes: FloatArray) -> float:
    """Size of the gap for a market: max(20 %, 1.5 x its largest day move), share of price."""
    moves = np.abs(closes[1:] / closes[:-1] - 1.0)
    return max(LEAST_GAP, MOVES * float(moves.max(initial=0.0)))


def loss_of_gap(held: FloatArray, gaps: FloatArray, fee: float) -> FloatArray:
    """Largest loss of each column of signed exposures, share of equity.

    Args:
        held: exposure of each instrument, shape (s, m).
        gaps: size of each instrument's gap, shape (s,). A price falls by at most all of itself.
        fee: fee and impact of getting out, fraction of the value after the gap.
    """
    down = -np.minimum(gaps, 1.0)[:, None]
    up = gaps[:, None]
    loss_down = -held * down + np.abs(held) * (1.0 + down) * fee
    loss_up = -held * up + np.abs(held) * (1.0 + up) * fee
    together = np.maximum(loss_down.sum(axis=0), loss_up.sum(axis=0))
    alone = np.maximum(loss_down, loss_up).max(axis=0)
    worst: FloatArray = np.maximum(together, alone)
    return worst


def _exposures(panel: Panel, result: BacktestResult) -> FloatArray:
    """Signed value of each instrument's position over equity at each close, shape (s, n)."""
    position = np.atleast_2d(result.position)
    alive = result.equity > 0.0
    held = np.zeros(position.shape)
    for place, (bars, rows) in enumerate(zip(panel.each, panel.rows, strict=True)):
        close = bars.close[np.maximum(np.maximum.accumulate(rows), 0)]
        np.divide(position[place] * close, result.equity, out=held[place], where=alive)
    return held
