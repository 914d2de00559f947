"""The curtain: the same run with everything that comes after the present bar out of sight.

A run on shorter bars cannot differ from the head of a run on all bars if no bar is worked on with
anything from a later one. The loop is handed columns that refuse to be read beyond the bar it is
at, so one run answers for every cut at once; cutting and running again costs a run for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

from engine.backtest.build import grown, machine_of
from engine.backtest.costs import CostModel
from engine.backtest.layout import BOOK_WIDTH, BOOKED, LOG_WIDTH, LOGGED, Machine
from engine.backtest.loop import ROWS_PER_BAR, bar
from engine.backtest.phases import mark_open
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import DEFAULT_EQUITY, result_of
from engine.data.panel import Panel
from engine.errors import IntegrityError
from engine.language.decisions import Decisions

COLUMNS: Final = (
    "open", "high", "low", "close", "marks", "wants", "place", "leave", "levels", "funding",
    "impact",
)  # fmt: skip
"""What a run reads bar by bar; cell t of instrument s stands at s * n + t of each block."""


class LookAheadError(IntegrityError):
    """A bar was worked on with something that only a later bar knows."""


class Curtain(Sequence[Any]):
    """A column that can be read up to the present bar.

    Attributes:
        values: blocks of n cells each.
        n: bars.
        now: the present bar, in a list that all columns of a run share.
    """

    def __init__(self, values: Sequence[Any], n: int, now: list[int], name: str) -> None:
        """Hang the curtain before `values`."""
        self.values, self.n, self.now, self.name = values, n, now, name

    def __len__(self) -> int:
        """Number of cells, hidden ones included."""
        return len(self.values)

    @overload
    def __getitem__(self, cell: int) -> Any: ...  # noqa: ANN401 - whatever stands in the column

    @overload
    def __getitem__(self, cell: slice) -> Sequence[Any]: ...

    def __getitem__(self, cell: int | slice) -> Any:
        """One cell.

        Raises:
            LookAheadError: LOOK_AHEAD for a cell of a later bar, and for anything but one cell.
        """
        if isinstance(cell, slice) or cell < 0 or cell % self.n > self.now[0]:
            raise LookAheadError(
                "LOOK_AHEAD", f"`{self.name}` of a later bar was read at bar {self.now[0]}",
                value=str(cell), hint="report this as a fault of the engine",
            )  # fmt: skip
        return self.values[cell]

    def __iter__(self) -> Iterator[Any]:
        """Nothing reads a whole column.

        Raises:
            LookAheadError: LOOK_AHEAD.
        """
        yield self[slice(None)]


def behind_curtain(
    panel: Panel,
    each: Sequence[Decisions],
    costs: CostModel,
    *,
    start_equity: float = DEFAULT_EQUITY,
) -> BacktestResult:
    """As `simulate_panel`, bar by bar behind the curtain.

    Raises:
        LookAheadError: LOOK_AHEAD when a bar reads what comes after it.
    """
    now = [0]
    m = _veiled(machine_of(panel, tuple(each), costs, start_equity, grid=True, compiled=False), now)
    for t in range(m.n):
        now[0] = t
        if _full(m):
            m = grown(m, compiled=False)
        bar(m, t)
    mark_open(m)
    uncovered = m._replace(**{name: getattr(m, name).values for name in _covered(m)})
    return result_of(panel, uncovered, tuple(rule.rule for rule in each[0].rules), start_equity)


def _full(m: Machine) -> bool:
    """Whether the next bar may write more rows than there is room for."""
    most = ROWS_PER_BAR * m.symbols
    log, books = len(m.log) // LOG_WIDTH, len(m.books) // BOOK_WIDTH
    return m.acct[LOGGED] + most > log or m.acct[BOOKED] + most > books


def _veiled(m: Machine, now: list[int]) -> Machine:
    """The machine with its columns behind the curtain; single cells say nothing about a bar."""
    covered: dict[str, Any] = {
        name: Curtain(column, m.n, now, name)
        for name in COLUMNS
        if len(column := getattr(m, name)) >= m.n * m.symbols > 1
    }
    return m._replace(**covered)


def _covered(m: Machine) -> list[str]:
    return [name for name in COLUMNS if isinstance(getattr(m, name), Curtain)]
