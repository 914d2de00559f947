"""Prefix causality: positions, orders and equity up to a bar must not know what comes after it.

Three questions, together an answer for every cut:

    decisions   at each cut the strategy decides again on the shorter bars; every array of its
                decisions is compared with the head of the whole one, bit for bit
    account     the bar loop runs behind a curtain that hides all later bars, so what it does with
                given decisions is the same for every shorter history
    whole runs  at some cuts, most of them right after entries and exits, everything is run again
                on the shorter bars and equity, positions and orders are compared, bit for bit

All cuts up to 2,000 bars, else 400, half of them right after entries and exits: few cuts are not
enough, since some leaks show only right after their events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.backtest.curtain import LookAheadError, behind_curtain
from engine.backtest.result import BacktestResult
from engine.data.bars import BoolArray, FloatArray, IntArray
from engine.data.panel import Panel
from engine.gate.subject import Subject
from engine.language.compiler import CompiledSpec

EVERY_CUT_BARS: Final = 2_000
CUTS: Final = 400
RUN_CELLS: Final = 60_000
"""Bars times instruments times cuts of the whole runs."""
LEAST_RUNS: Final = 12
MOST_REPORTED: Final = 20

Arrays = dict[str, NDArray[Any]]


def violations(subject: Subject, panel: Panel, result: BacktestResult) -> tuple[str, ...]:
    """Where the past depends on the future, at most 20 sentences; empty for a causal strategy.

    Args:
        subject: the strategy.
        panel: train bars.
        result: its run on all of them.
    """
    cuts = cuts_of(result, panel)
    found = [
        *_decision_violations(subject, panel, cuts),
        *_account_violations(subject, panel, result),
        *_run_violations(subject, panel, result, _some(cuts, panel)),
    ]
    return tuple(found[:MOST_REPORTED])


def head_of(panel: Panel, length: int) -> Panel:
    """The first `length` rows of a panel's timeline; every instrument must have a bar there."""
    counts = [int((rows[:length] >= 0).sum()) for rows in panel.rows]
    each = tuple(bars.slice(0, count) for bars, count in zip(panel.each, counts, strict=True))
    return Panel(each, panel.time[:length], tuple(rows[:length] for rows in panel.rows))


def cuts_of(result: BacktestResult, panel: Panel) -> tuple[int, ...]:
    """Lengths at which to cut: all of them, or 400 with half right after entries and exits."""
    n = len(panel)
    # Before its first bar an instrument cannot stand in a panel.
    first = max(int(np.argmax(rows >= 0)) for rows in panel.rows) + 1
    if n <= EVERY_CUT_BARS:
        return tuple(range(first, n))
    return _picked(_events(result), first, n, CUTS)


def _events(result: BacktestResult) -> IntArray:
    """Lengths that end with a bar in which a trade began or ended."""
    bars = np.concatenate([result.log.column("entry_bar"), result.log.column("exit_bar")])
    return np.unique(bars).astype(np.int64) + 1


def _picked(events: IntArray, first: int, n: int, count: int) -> tuple[int, ...]:
    """About `count` cuts: half at events, the rest evenly."""
    near = events[(events >= first) & (events < n)]
    if len(near) > count // 2:
        near = near[np.linspace(0, len(near) - 1, count // 2).astype(np.int64)]
    even = np.linspace(first, n - 1, count - len(near)).astype(np.int64)
    return tuple(np.unique(np.concatenate([near, even])).tolist())


def _some(cuts: tuple[int, ...], panel: Panel) -> int:
    """How many whole runs these bars are worth."""
    affordable = RUN_CELLS // (len(panel) * len(panel.each))
    return min(len(cuts), max(LEAST_RUNS, affordable))


def _deciders(subject: Subject) -> dict[str, CompiledSpec]:
    """Everything that decides, by how it is called in a sentence."""
    if subject.spec.ensemble is None:
        return {"": subject.compiled}
    return {f"{name} ": member for name, member in subject.members.items()}


def _decided(subject: Subject, panel: Panel) -> Arrays:
    """Every array of every decision on a panel, by name."""
    found: Arrays = {}
    for name, compiled in _deciders(subject).items():
        if subject.spec.pair is not None:
            decided, hedge = compiled.decide_pair(panel)
            found |= dict(_arrays(decided, name))
            found[f"{name}hedge"] = hedge
        else:
            for symbol, one in zip(panel.symbols, compiled.decide_all(panel), strict=True):
                found |= dict(_arrays(one, f"{name}{symbol} "))
    if subject.spec.ensemble is not None and subject.spec.regimes:
        found["regime"] = subject.compiled.regime_labels(panel)
    return found


def _arrays(part: object, name: str) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array of a record, however deep it stands, by its path."""
    if isinstance(part, np.ndarray):
        yield name.strip(), part
    elif isinstance(part, tuple):
        for number, item in enumerate(part, start=1):
            yield from _arrays(item, f"{name}{number} ")
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from _arrays(getattr(part, field.name), f"{name}{field.name} ")


def _differs(whole: NDArray[Any], part: NDArray[Any]) -> int | None:
    """First row of a part that is not the head of the whole; None when equal bit for bit."""
    head = np.ascontiguousarray(whole[: len(part)])
    if head.tobytes() == np.ascontiguousarray(part).tobytes():
        return None
    # Only bits that mean the same (NaN of another payload) may differ from here on.
    if part.dtype.kind != "f":
        equal: BoolArray = head == part
    else:
        equal = (head == part) | (np.isnan(head) & np.isnan(part))
    rows = np.flatnonzero(~equal)
    return int(rows[0]) if len(rows) else None


def _decision_violations(subject: Subject, panel: Panel, cuts: tuple[int, ...]) -> Iterator[str]:
    """One sentence for each array of the decisions that knows the future."""
    whole = _decided(subject, panel)
    named: set[str] = set()
    for cut in cuts:
        parts = _decided(subject, head_of(panel, cut))
        for name, part in parts.items():
            row = _differs(whole[name], part) if name in whole else 0
            if row is not None and name not in named:
                named.add(name)
                yield f"{name}: bar {row} differs when only {cut} bars are known"
        if len(named) >= MOST_REPORTED:
            return


def _account_violations(subject: Subject, panel: Panel, result: BacktestResult) -> Iterator[str]:
    """The bar loop behind the curtain: it reads nothing early and comes to the same account."""
    if subject.spec.pair is not None:
        return  # no loop of its own: its whole runs are repeated
    for name, compiled in _deciders(subject).items():
        each = compiled.decide_all(panel)
        try:
            hidden = behind_curtain(panel, each, subject.costs, start_equity=result.start_equity)
        except LookAheadError as error:
            yield f"{name}{error.message}"
            continue
        if subject.spec.ensemble is None and not _same_run(result, hidden, len(panel)):
            yield f"{name}the account differs when later bars are hidden"


def _run_violations(
    subject: Subject, panel: Panel, result: BacktestResult, count: int
) -> Iterator[str]:
    """Whole runs on shorter bars: equity, positions and what had traded by then."""
    every = cuts_of(result, panel)
    chosen = every if count >= len(every) else _picked(_events(result), every[0], len(panel), count)
    for cut in chosen:
        again = subject.run(head_of(panel, cut), start_equity=result.start_equity)
        if not _same_run(result, again, cut):
            yield f"equity, positions or orders differ when bars end at {cut}"


def _same_run(whole: BacktestResult, part: BacktestResult, length: int) -> bool:
    """Whether a run is the head of another: equity, positions and trades that had ended."""
    if _differs(whole.equity, part.equity) is not None:
        return False
    positions = np.atleast_2d(whole.position)[:, :length], np.atleast_2d(part.position)
    if not np.array_equal(*positions):
        return False
    return np.array_equal(_ended(whole, length), _ended(part, length), equal_nan=True)


def _ended(result: BacktestResult, length: int) -> FloatArray:
    """Rows of trades that ended before this length, in order."""
    log = result.log
    table: FloatArray = log.table[log.closed & (log.column("exit_bar") < length)]
    return table[np.lexsort(table.T[::-1])]
