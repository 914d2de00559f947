"""What a worker does: run a spec at some points. Pure: bytes in, the same bytes out everywhere.

A worker holds no ledger and no key. It answers outcomes; the parent has opened their rows before
the task left and completes them in task order.
"""

from __future__ import annotations

from typing import Final

from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.runner import failure_of, outcome_of
from engine.data.panel import Panel
from engine.errors import PeakError, UnavailableError
from engine.gate.identity import code_digest
from engine.gate.subject import Subject
from engine.language.spec import StrategySpec
from engine.language.sweeps import at_point
from engine.ledger import TrialOutcome
from engine.quantities import Ratio
from engine.records import Digest, Record, canonical, parse_record
from engine.research.market import Span, raw_digest, unpack_panel

Values = tuple[tuple[str, Ratio], ...]
"""Parameters of one point in the order of the spec."""

MAX_TASK_BYTES: Final = 50_000_000

_held: Final[dict[str, Panel]] = {}
"""The market of this process: it is sent and read once, tasks name it by its digest."""


class Task(Record):
    """Some points of a study.

    Attributes:
        code: digest of the engine that asks; a worker with another one refuses.
        market: digest of the packed market.
        spec, members, costs: what runs.
        span: where it runs.
        points: at which parameters.
    """

    code: Digest
    market: Digest
    spec: StrategySpec
    members: tuple[StrategySpec, ...] = ()
    costs: CostModel
    span: Span
    points: tuple[Values, ...]


class Answer(Record):
    """One outcome for each point, in order."""

    code: Digest
    outcomes: tuple[TrialOutcome, ...]


def hold(raw: bytes) -> Digest:
    """Keep a packed market for the tasks to come; its digest."""
    named = raw_digest(raw)
    if named not in _held:
        _held.clear()
        _held[named] = unpack_panel(raw)
    return named


def run_task(raw: bytes, market: bytes | None = None) -> bytes:
    """Answer one task.

    Args:
        raw: a `Task` as canonical bytes.
        market: the packed market; None when this process was given it before.

    Raises:
        UnavailableError: WORKER_CODE from a worker with other code, WORKER_MARKET without bars.
    """
    task = parse_record(Task, raw, MAX_TASK_BYTES)
    own = code_digest()
    if task.code != own:
        raise UnavailableError(
            "WORKER_CODE", "a worker runs another version of the engine", value=own[:12],
            hint="install the same version on every worker",
        )  # fmt: skip
    if market is not None:
        hold(market)
    if task.market not in _held:
        raise UnavailableError("WORKER_MARKET", "a worker has not got the bars of this job")
    panel, first = task.span.cut(_held[task.market])
    outcomes = tuple(_outcome(task, values, panel, first) for values in task.points)
    return canonical(Answer(code=own, outcomes=outcomes))


def _outcome(task: Task, values: Values, panel: Panel, first: int) -> TrialOutcome:
    """The outcome of one point; one at which the spec means nothing is a failed trial."""
    try:
        subject = Subject.of(at_point(task.spec, dict(values)), task.costs, task.members)
        result = subject.run(panel, first=first)
        shown = panel.since(first)
        return outcome_of(result, shown, measure(result, shown), task.code)
    except PeakError as error:
        return failure_of(error, task.code)
