"""Walk-forward: choose inside each window, measure after it. It tests the procedure, not a rule.

Every inner trial and every measured run is a counted trial. Rules without anything to sweep are
only cut into slices, and the result says so. It is a report, never evidence: winners among noise
pass it most of the time.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.backtest.result import COLUMNS, BacktestResult
from engine.data.days import DAY_MS, day_text
from engine.gate.subject import Subject
from engine.quantities import Ratio
from engine.records import Record
from engine.reports.studies import WalkWindow
from engine.research.counted import run_one
from engine.research.lab import Lab
from engine.research.market import Span
from engine.research.select import figure, shown, winner
from engine.research.space import space_of
from engine.research.study import Study
from engine.research.sweep import sweep
from engine.research.tasks import Values
from engine.research.trials import Trials, Tried
from engine.research.windows import WalkPlan, Window, windows_of

SLICES_ONLY: Final = "fixed rules: these are slices of one run, no procedure is tested"
NEVER_EVIDENCE: Final = "a report only: winners among noise pass a walk-forward test mostly"


class WalkForwardStudy(Record):
    """A finished walk-forward test.

    Attributes:
        plan: how it was cut.
        procedure: False for fixed rules, which are only sliced.
        purge: longest holding period that was left out, bars.
        windows: what was chosen and what came after.
        trials: runs that were counted.
        after_sharpe: middle of the measured Sharpe ratios, None without any.
        positive: share of windows that earned something.
        notes: what a reader must know.
    """

    plan: WalkPlan
    procedure: bool
    purge: int
    windows: tuple[WalkWindow, ...]
    trials: int
    after_sharpe: Ratio | None
    positive: Ratio
    notes: tuple[str, ...]


def walk_forward(study: Study, lab: Lab, plan: WalkPlan | None = None) -> WalkForwardStudy:
    """Choose and measure window by window.

    Args:
        study: the inner search of each window.
        lab: where.
        plan: how the train bars are cut.

    Raises:
        SpecError, InputError: WALK_FORWARD_SHORT and what `sweep` raises.
    """
    cut = plan or WalkPlan()
    procedure = bool(space_of(study).swept)
    subject = Subject.of(study.spec, study.costs, study.members)
    own, base = run_one(lab, subject, "walk_forward")
    purge = longest_hold(base)
    lines: list[WalkWindow] = []
    counted: set[int] = {own.row}
    found = windows_of(lab.market.panel, cut, purge)
    for place, window in enumerate(found):
        line, rows = _window(study, lab, window, f"walk-forward {place + 1}/{len(found)}")
        lines.append(line)
        counted |= rows
    sharpes = [line.after_sharpe for line in lines if line.after_sharpe is not None]
    return WalkForwardStudy(
        plan=cut,
        procedure=procedure,
        purge=purge,
        windows=tuple(lines),
        trials=len(counted),
        after_sharpe=float(np.median(sharpes)) if sharpes else None,
        positive=sum(line.after_return > 0.0 for line in lines) / len(lines),
        notes=(NEVER_EVIDENCE,) if procedure else (SLICES_ONLY, NEVER_EVIDENCE),
    )


def longest_hold(result: BacktestResult) -> int:
    """Bars of the longest trade, entry and exit bar counted; an open one until the end."""
    table = result.log.table
    if len(table) == 0:
        return 0
    entered = table[:, COLUMNS.index("entry_bar")]
    left = np.where(
        result.log.closed, table[:, COLUMNS.index("exit_bar")], float(len(result.time) - 1)
    )
    return int(np.max(left - entered)) + 1


def _window(study: Study, lab: Lab, window: Window, stage: str) -> tuple[WalkWindow, set[int]]:
    """One window; the rows that it counted."""
    inner = list(sweep(study, lab, span=window.inside, source="walk_forward", stage=stage))
    rows = {one.row for one in inner}
    best = winner(inner)
    after = None if best is None else _after(study, lab, window.after, best.values)
    if after is not None:
        rows.add(after.row)
    return _line(lab, window, best, after), rows


def _after(study: Study, lab: Lab, span: Span, values: Values) -> Tried:
    trials = Trials(lab, study.spec, study.members, study.costs, span, "walk_forward")
    return trials.batch([values])[0]


def _line(lab: Lab, window: Window, best: Tried | None, after: Tried | None) -> WalkWindow:
    panel = lab.market.panel
    last = int(panel.close_time[window.after.end - 1]) - 1
    total = None if after is None else figure(after.outcome, "total_return")
    return WalkWindow(
        first=day_text(int(panel.time[window.after.first]) // DAY_MS),
        last=day_text(last // DAY_MS),
        chosen="none" if best is None else shown(best.values)[:200],
        inside_sharpe=None if best is None else figure(best.outcome, "sharpe"),
        after_sharpe=None if after is None else figure(after.outcome, "sharpe"),
        after_return=total or 0.0,
    )
