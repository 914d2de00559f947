"""The two keys on return matrices alone: for calibration by anybody, with any generator.

Nothing else of the gate is asked here: no contract, no vetoes, no looks. A search hands in what it
tried on train and what its pick did on the holdout, and gets the two keys and both tiers.

Example, a search among noise::

    >>> import numpy as np
    >>> from engine.gate.on_returns import judge_returns
    >>> random = np.random.default_rng(1)
    >>> train = random.normal(0.0, 0.01, size=(882, 100))
    >>> best = int((train.mean(axis=0) / train.std(axis=0)).argmax())
    >>> verdict = judge_returns(train, best, random.normal(0.0, 0.01, size=378))
    >>> (verdict.trials, verdict.cap, verdict.testnet)
    (100, 0.1, False)

and one that holds an edge of 40 % a year at 16 % volatility::

    >>> train[:, 7] += 0.0016
    >>> found = judge_returns(train, 7, random.normal(0.0016, 0.01, size=378))
    >>> (found.paper, found.testnet)
    (True, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.criteria import GateCriteria
from engine.gate.statistics import (
    KEY_LIMIT,
    Draws,
    Key,
    cap_of_look,
    holdout_key,
    mean_block,
    p_gate,
    single_key_limit,
    train_keys,
)

UNITS: Final = 1e8
"""Returns are counted in integers of 1e-8."""
PAPER_SINGLE: Final = 0.10
"""Largest p_O of the paper tier where the train key is not counted."""

_LARGEST: Final = 2.0**31 - 1
_FEWEST_DAYS: Final = 20
_MATRIX: Final = 2


@dataclass(frozen=True, slots=True)
class ReturnsVerdict:
    """Both keys of a candidate among its trials.

    Attributes:
        train_raw, train_excess: train keys p_IS with their statistics; equal without an excess
            series.
        holdout_raw, holdout_excess: holdout keys p_O.
        p_train, p_holdout: the worse of raw and excess.
        p_gate: the two keys as one p-value; with a single key it is p_holdout.
        cap: largest p_O that counts at this look; with a single key the limit of p_gate.
        paper, testnet: whether the keys reach the tier.
        block: mean block of the bootstrap, days. trials: N.
    """

    train_raw: Key
    train_excess: Key
    holdout_raw: Key
    holdout_excess: Key
    p_train: float
    p_holdout: float
    p_gate: float
    cap: float
    paper: bool
    testnet: bool
    block: int
    trials: int


def _refused(name: str, what: str, value: object) -> InputError:
    return InputError(
        "RETURNS_INVALID", f"{name}: {what}", value=value,
        hint="hand in daily net returns: a (days, trials) matrix for train, (days,) for holdout",
    )  # fmt: skip


def to_units(returns: ArrayLike, name: str = "returns") -> FloatArray:
    """Returns as whole numbers of 1e-8 in float64, same shape.

    Floats are fractions of one (0.01 = 1 %) and are rounded; integers are taken as units already.

    Raises:
        InputError: RETURNS_INVALID for anything but finite numbers below 2^31 units.
    """
    values: NDArray[np.generic] = np.asarray(returns)
    if values.dtype.kind not in "iuf":
        raise _refused(name, "these are not numbers", str(values.dtype))
    number = values.astype(np.float64)
    if not np.isfinite(number).all():
        raise _refused(name, "a return is NaN or infinite", int((~np.isfinite(number)).sum()))
    units = np.rint(number * UNITS) if values.dtype.kind == "f" else number
    if units.size and float(np.abs(units).max()) > _LARGEST:
        raise _refused(name, "a daily return is above 2,147 %", float(np.abs(units).max()) / UNITS)
    return units


def _shaped(
    returns: ArrayLike, name: str, dimensions: int, like: FloatArray | None = None
) -> FloatArray:
    units = to_units(returns, name)
    if units.ndim != dimensions:
        raise _refused(name, f"needs {dimensions} dimensions", units.shape)
    if units.shape[0] < _FEWEST_DAYS or units.size == 0:
        raise _refused(name, f"needs at least {_FEWEST_DAYS} days and one trial", units.shape)
    if like is not None and units.shape != like.shape:
        raise _refused(name, f"has another shape than its raw series, {like.shape}", units.shape)
    return units


def _pair(
    raw: ArrayLike, excess: ArrayLike | None, name: str, dimensions: int
) -> tuple[FloatArray, FloatArray]:
    units = _shaped(raw, f"{name}_raw", dimensions)
    if excess is None:
        return units, units
    return units, _shaped(excess, f"{name}_excess", dimensions, units)


def judge_returns(  # noqa: PLR0913 - two zones of two series, and what names the draws
    train_raw: ArrayLike,
    own: int,
    holdout_raw: ArrayLike,
    *,
    train_excess: ArrayLike | None = None,
    holdout_excess: ArrayLike | None = None,
    k: int = 1,
    single_key: bool = False,
    criteria: GateCriteria | None = None,
    draws: Draws | None = None,
    block: int | None = None,
) -> ReturnsVerdict:
    """The two keys of one candidate among all trials of its search.

    Two keys: paper if p_IS <= 0.25 and p_O <= 0.5; testnet if moreover p_gate <= 0.01, where p_gate
    is 1 above the look's cap max(0.01, 0.10 / k). Single key: paper if p_O <= 0.10, testnet if
    p_O <= max(0.001, 0.01 / k); the train key is reported and not counted.

    Args:
        train_raw: daily net returns of every trial on train, (T, N); all of them, failed ones as
            zeros: leaving trials out is what makes a search look better than it was.
        own: column of the candidate.
        holdout_raw: daily net returns of the candidate on the holdout, (T_O,).
        train_excess: the train returns minus exposure-matched buy and hold, (T, N).
        holdout_excess: the same for the holdout, (T_O,); both excess series or none.
        k: number of the look.
        single_key: whether the train key is worthless by construction.
        criteria: thresholds; the code's own by default. Their number of draws counts unless
            `draws` is given.
        draws: resampling counts that are kept between calls; a calibration makes one `Draws` and
            hands it to every call.
        block: mean block in days; by default that of the candidate's raw train returns.

    Raises:
        InputError: RETURNS_INVALID for wrong shapes, columns, looks or numbers.
    """
    limits = criteria or GateCriteria()
    if (train_excess is None) != (holdout_excess is None):
        raise _refused("excess", "needs a train and a holdout series", None)
    train = _pair(train_raw, train_excess, "train", _MATRIX)
    holdout = _pair(holdout_raw, holdout_excess, "holdout", 1)
    trials = train[0].shape[1]
    if not 0 <= own < trials:
        raise _refused("own", f"there are {trials} trials, counted from 0", own)
    if k < 1:
        raise _refused("k", "looks are counted from 1", k)
    cache = draws or Draws(samples=limits.bootstrap_samples)
    days = mean_block(train[0][:, own]) if block is None else block
    if days < 1:
        raise _refused("block", "a block has at least one day", days)
    matrices = train[:1] if train_excess is None else train
    keys = train_keys(
        matrices, own, family=cache.family, window=cache.window, block=days,
        samples=cache.samples, draws=cache.counts(train[0].shape[0], days),
    )  # fmt: skip
    looks = [holdout_key(series) for series in holdout]
    return _verdict((keys[0], keys[-1]), (looks[0], looks[1]), limits, k, days, trials, single_key)


def _verdict(  # noqa: PLR0913, PLR0917 - what the rule is about
    train: tuple[Key, Key],
    holdout: tuple[Key, Key],
    limits: GateCriteria,
    k: int,
    block: int,
    trials: int,
    single_key: bool,
) -> ReturnsVerdict:
    """The rule of the tiers on the worse of each pair of keys."""
    p_train = max(key.p for key in train)
    p_holdout = max(key.p for key in holdout)
    if single_key:
        cap, combined = single_key_limit(k), p_holdout
        paper, testnet = p_holdout <= PAPER_SINGLE, p_holdout <= cap
    else:
        cap = cap_of_look(k)
        combined = p_gate(p_train, p_holdout, cap)
        paper = p_train <= limits.max_train_p and p_holdout <= limits.max_holdout_p
        testnet = paper and combined <= KEY_LIMIT
    return ReturnsVerdict(
        train_raw=train[0], train_excess=train[1],
        holdout_raw=holdout[0], holdout_excess=holdout[1],
        p_train=p_train, p_holdout=p_holdout, p_gate=combined, cap=cap,
        paper=paper, testnet=testnet, block=block, trials=trials,
    )  # fmt: skip
