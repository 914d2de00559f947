"""What the gate asks before a look besides the train key, as far as a rule on daily closes has it.

Enough trades, a gain at twice the costs, and the null of fair signs: 200 paths of the train days
with a sign of their own, the same rule on each from scratch.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.gate.criteria import COST_STRESS, MIN_TRAIN_TRADES
from engine.gate.statistics import holdout_key
from engine.gate.vetoes.martingale import PATHS, block_rows, null_of
from evals.gate_calibration.climber import Rule, Space
from evals.gate_calibration.rules import FAMILIES, SIDES, held_of
from evals.gate_calibration.search import net_returns, zones

NULL_LIMIT: Final = 0.10
"""Most null paths, as a share, that may do as well as train did."""
HOLDOUT_TRADES: Final = 15
"""Entries on the holdout that the testnet tier wants."""


def clears(space: Space, column: int, random: np.random.Generator) -> bool:
    """Whether a rule may look, apart from its train key."""
    train, _ = zones(len(space.returns))
    held, returns = space.held[train, column], space.returns[train]
    if entries(held) < MIN_TRAIN_TRADES:
        return False
    dear = net_returns(held[:, None], returns, COST_STRESS * space.cost_bps)
    if float(dear.mean()) <= 0.0:
        return False
    own = space.search.train[:, column]
    return null_p(space.rules[column], returns, own, space.cost_bps, random) <= NULL_LIMIT


def trades_enough(space: Space, column: int) -> bool:
    """Whether the holdout has the entries that testnet wants."""
    _, holdout = zones(len(space.returns))
    return entries(space.held[holdout, column]) >= HOLDOUT_TRADES


def entries(held: FloatArray) -> int:
    """Days on which a position was opened or turned."""
    before = np.concatenate(([0.0], held[:-1]))
    return int(((held != before) & (held != 0.0)).sum())


def null_p(
    rule: Rule, train: FloatArray, own: FloatArray, cost_bps: float, random: np.random.Generator
) -> float:
    """The p of the martingale null for a rule and what it earned on train."""
    family, places = FAMILIES[rule.family], np.array([rule.places])
    side = np.array([SIDES.index(rule.side)])
    size = np.log1p(train)
    null = []
    for _ in range(PATHS):
        signs = random.choice((-1.0, 1.0), len(train))
        path = np.expm1(size[block_rows(len(train), random)] * signs)
        held = held_of(family.signals(np.cumsum(np.log1p(path)), places, random), side)
        null.append(_z(net_returns(held, path, cost_bps)[:, 0]))
    return null_of(_z(own), null).p


def _z(returns: FloatArray) -> float:
    found = holdout_key(np.rint(returns * 1e8)).statistic
    return -np.inf if found is None else found
