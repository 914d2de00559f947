"""Edge cases: awkward bars that a spec must bear, each with what must hold then.

They are proposed from the spec (no stop, no gap through it), run on tiny synthetic bars, and are
no trials. A broken expectation is an error of the engine or of the spec, never a matter of luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from engine.backtest.result import BacktestResult
from engine.data.panel import Panel
from engine.errors import InputError
from engine.gate.contract import unprotected
from engine.gate.subject import Subject
from engine.market import Instrument
from engine.records import Record
from engine.research.edge_bars import WINDOW, Moment, calm, limit_move, lively, wild_bar
from engine.research.edge_checks import CHECKS, EdgeRun, Expectation
from engine.research.starts import exposures
from engine.research.watching import UNWATCHED, Watch

EdgeKind = Literal[
    "first_bar", "last_bar", "flat_market", "zero_volume", "missing_bars", "stale_bars",
    "gap_through_stop", "limit_bars", "wild_bar",
]  # fmt: skip
SEEDS: Final = (11, 23, 47, 101, 211)
"""Base markets, tried in order until one of them is entered."""

ALWAYS: Final[tuple[Expectation, ...]] = (
    "equity_finite", "accounts_balance", "one_position_per_rule", "nothing_before_warmup",
    "same_again",
)  # fmt: skip


class EdgeCase(Record):
    """Awkward bars, and what must hold of a run on them."""

    kind: EdgeKind
    expects: tuple[Expectation, ...]
    why: Annotated[str, Field(max_length=200)]


class EdgeResult(Record):
    """An edge case that was run.

    Attributes:
        case: what was run.
        trades: of the run, open ones included.
        broken: expectation and sentence of each that did not hold, or RUN_FAILED.
        skipped: NO_ENTRY when no base market was entered, so there is no such moment; or "".
    """

    case: EdgeCase
    trades: Annotated[int, Field(ge=0)] = 0
    broken: tuple[str, ...] = ()
    skipped: Literal["", "NO_ENTRY"] = ""

    @property
    def passed(self) -> bool:
        """Whether everything expected held."""
        return not self.broken and not self.skipped


_CASES: Final[tuple[tuple[EdgeKind, tuple[Expectation, ...], str], ...]] = (
    ("first_bar", ("nothing_traded",), "One bar: nothing can be decided and done."),
    ("last_bar", ("same_past",), "Decided at the last close: it waits, it is not filled."),
    ("flat_market", ("nothing_traded",), "One price, no volume: nobody trades."),
    ("zero_volume", ("no_fill_without_volume", "same_past"), "Nobody trades after an entry."),
    ("missing_bars", ("same_past",), "The feed has a hole after an entry."),
    ("stale_bars", ("same_past",), "The feed repeats one price after an entry."),
    ("gap_through_stop", ("no_gift_at_a_gap", "same_past"), "The open lies behind the stop."),
    ("limit_bars", ("no_gift_at_a_gap", "same_past"), "Bars without a range run away."),
    ("wild_bar", ("stop_before_target", "same_past"), "Stop and target lie in one bar."),
)
_NEED_STOP: Final = frozenset({"gap_through_stop", "wild_bar"})
_AT_ENTRY: Final = frozenset({
    "last_bar", "zero_volume", "missing_bars", "stale_bars", "gap_through_stop", "limit_bars",
    "wild_bar",
})  # fmt: skip


def edge_cases(subject: Subject) -> tuple[EdgeCase, ...]:
    """The cases that mean something for this spec, in a fixed order."""
    spec = subject.spec
    members = [one.spec for one in subject.members.values()]
    stopped = bool(spec.rules) and spec.pair is None and not unprotected(spec, members)
    also: tuple[Expectation, ...] = ("stop_beside_position",) if stopped else ()
    found = []
    for kind, expects, why in _CASES:
        if kind in _NEED_STOP and not stopped:
            continue
        known = expects
        if kind == "wild_bar" and not spec.targets:
            known = tuple(each for each in expects if each != "stop_before_target")
        found.append(EdgeCase(kind=kind, expects=(*ALWAYS, *also, *known), why=why))
    return tuple(found)


def run_edge_cases(
    subject: Subject,
    instruments: Sequence[Instrument],
    cases: Sequence[EdgeCase] | None = None,
    *,
    watch: Watch = UNWATCHED,
) -> tuple[EdgeResult, ...]:
    """Run edge cases on synthetic bars of these instruments; fewer when stopped.

    Raises:
        InputError: EDGE_INSTRUMENT when the spec needs one that is not given; what a run on the
            base market raises.
    """
    known = {each.symbol: each for each in instruments}
    absent = [symbol for symbol in subject.symbols if symbol not in known]
    if absent:
        raise InputError(
            "EDGE_INSTRUMENT", "an edge case needs every instrument of the spec", value=absent[0],
            hint=f"known are {', '.join(sorted(known)) or 'none'}",
        )  # fmt: skip
    needed = [known[symbol] for symbol in subject.symbols]
    chosen = edge_cases(subject) if cases is None else tuple(cases)
    moment = _moment(subject, needed)
    return tuple(_result(subject, needed, case, moment) for case in watch.each(chosen))


def _warmup(subject: Subject) -> int:
    """Bars before which no part of it acts."""
    return min([subject.compiled.warmup, *(one.warmup for one in subject.members.values())])


def _longest(subject: Subject) -> int:
    return max([subject.compiled.warmup, *(one.warmup for one in subject.members.values())])


def _moment(subject: Subject, instruments: Sequence[Instrument]) -> Moment | None:
    """The first entry, in the first base market that has one well before its end."""
    for seed in SEEDS:
        panel = lively(instruments, subject.spec.timeframe, _longest(subject), seed)
        result = subject.run(panel)
        usable = [
            trade
            for trade in result.trades
            if trade.exit_bar > trade.entry_bar and trade.entry_bar + WINDOW + 2 < len(panel)
        ]
        if usable:
            first = min(usable, key=lambda trade: (trade.entry_bar, trade.symbol))
            held = exposures(result, panel)[:, first.entry_bar].tolist()
            side = 1 if first.side == "long" else -1
            place = panel.place(first.symbol) or 0
            return Moment(subject, panel, first.entry_bar + 1, place, side, tuple(held))
    return None


_PANELS: Final[dict[EdgeKind, Callable[[Moment], Panel]]] = {
    "last_bar": lambda moment: moment.until(moment.row - 1),
    "zero_volume": lambda moment: moment.struck("outage", 0.0, WINDOW),
    "missing_bars": lambda moment: moment.struck("data_hole", 1.0, WINDOW),
    "stale_bars": lambda moment: moment.struck("stale_price", 1.0, WINDOW),
    "gap_through_stop": lambda moment: moment.struck("gap", 0.5, 1),
    "limit_bars": limit_move,
    "wild_bar": wild_bar,
}


def _result(
    subject: Subject, instruments: Sequence[Instrument], case: EdgeCase, moment: Moment | None
) -> EdgeResult:
    if case.kind in _AT_ENTRY and moment is None:
        return EdgeResult(case=case, skipped="NO_ENTRY")
    try:
        run = _run(subject, instruments, case.kind, moment)
    except InputError as error:
        return EdgeResult(case=case, broken=(f"RUN_FAILED: {error.code}",))
    told = ((each, CHECKS[each](run)) for each in case.expects)
    broken = tuple(f"{each}: {sentence}" for each, sentence in told if sentence)
    return EdgeResult(case=case, trades=len(run.result.trades), broken=broken)


def _run(
    subject: Subject, instruments: Sequence[Instrument], kind: EdgeKind, moment: Moment | None
) -> EdgeRun:
    """The run on a case, the same again, and the run on the bars without the moment."""
    if kind in _PANELS and moment is not None:
        panel, row, usual = _PANELS[kind](moment), moment.row, subject.run(moment.panel)
    else:
        panel = calm(instruments, subject.spec.timeframe, _longest(subject))
        panel = panel.before(int(panel.time[1])) if kind == "first_bar" else panel
        row, usual = 0, subject.run(panel)
    result: BacktestResult = subject.run(panel)
    return EdgeRun(result, panel, subject.run(panel), row, usual, _warmup(subject))
