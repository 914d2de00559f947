"""Trials of a study: their starts, what the ledger knows of them already, and their outcomes.

Rows of a batch are opened in one commit before its tasks leave, and completed in one commit in
task order. A trial that the ledger holds with this code is not run again, so a study that was
killed goes on where it was, and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from engine.backtest.costs import CostModel
from engine.backtest.runner import failure_of
from engine.backtest.starting import rule_of, start_of
from engine.errors import IntegrityError
from engine.gate.subject import Subject
from engine.language.compiler import compile_spec
from engine.language.identity import rule_digest
from engine.language.spec import StrategySpec
from engine.language.sweeps import at_point
from engine.ledger import Lineage, TrialOutcome, TrialRow, TrialSource, TrialStart
from engine.records import Digest, canonical, parse_record
from engine.research.lab import Lab
from engine.research.market import Span
from engine.research.tasks import MAX_TASK_BYTES, Answer, Task, Values, run_task
from engine.seeds import stream

SAMPLE: Final = 0.01
"""Share of points that the parent computes again and compares byte by byte."""

_CANCELLED: Final = "stopped before it ran"


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial of a study: its row, its parameters, what came out; cached: it was known."""

    row: int
    values: Values
    outcome: TrialOutcome
    cached: bool = False


class Trials:
    """Trials of one spec over one stretch of the lab's market."""

    def __init__(  # noqa: PLR0913, PLR0917 - what runs, where, at which costs, counted as what
        self,
        lab: Lab,
        spec: StrategySpec,
        members: Sequence[StrategySpec],
        costs: CostModel,
        span: Span,
        source: TrialSource,
    ) -> None:
        """Prepare the part of every start that the points share.

        Raises:
            SpecError: the first error finding of the spec at its defaults.
        """
        subject = Subject.of(spec, costs, members)
        self._lab, self._spec, self._members, self._span = lab, spec, tuple(members), span
        self._subject = subject
        lineage = Lineage(
            lineage_id=f"shape-{subject.compiled.shape_digest[:16]}",
            person=lab.person,
            source=source,
        )
        self._base = start_of(
            subject.compiled, lab.market.datasets, costs, lab.code, lineage,
            members=subject.members,
        )  # fmt: skip
        self._data = lab.market.data_digest(span)
        self._days = lab.market.days(span)
        self._texts = [canonical(one).decode() for one in (spec, *members)]

    def batch(self, points: Sequence[Values]) -> list[Tried]:
        """One batch, in order; a point that is named twice is one trial.

        Raises:
            IntegrityError: WORKER_DISAGREES when a recomputed sample differs.
            UnavailableError: what the crew raises. The rows of the batch are completed anyway.
        """
        starts = {values: self._start(values) for values in points}
        known = {values: self._known(start) for values, start in starts.items()}
        new = [values for values in starts if known[values] is None]
        rows = self._open([starts[values] for values in new])
        numbers = dict(zip(new, rows, strict=True))
        made = self._run(new, numbers)
        return [_tried(values, known[values], numbers, made) for values in points]

    def _open(self, starts: Sequence[TrialStart]) -> Sequence[int]:
        return self._lab.ledger.open_trials(starts, self._texts) if starts else ()

    def _start(self, values: Values) -> TrialStart:
        key = self._base.key.model_copy(
            update={"rule_digest": self._rule(values), "dataset_digest": self._data}
        )
        return self._base.model_copy(update={"key": key, "params": values})

    def _rule(self, values: Values) -> Digest:
        spec = at_point(self._spec, dict(values))
        if self._members:
            return rule_of(compile_spec(spec), self._subject.members)
        return rule_digest(spec)

    def _known(self, start: TrialStart) -> TrialRow | None:
        """The row of this trial if it came to its end under this code and on these days."""
        row = self._lab.ledger.find(start.key)
        if row is None or row.outcome.status not in {"ok", "no_trades"}:
            return None
        code = row.outcome.code_digest or row.start.code_digest
        same = code == self._lab.code and row.outcome.days == self._days
        return row if same else None

    def _run(
        self, points: Sequence[Values], numbers: Mapping[Values, int]
    ) -> dict[Values, TrialOutcome]:
        """Outcomes of open points; whatever happens, no row stays open."""
        made: dict[Values, TrialOutcome] = {}
        if not points:
            return made
        left = TrialOutcome(status="cancelled", code_digest=self._lab.code, message=_CANCELLED)
        try:
            self._answered(points, made)
            self._check(made)
        except IntegrityError as error:
            made.clear()  # nothing of these workers is believed
            left = failure_of(error, self._lab.code)
            raise
        finally:
            self._lab.ledger.complete_trials([(numbers[v], made.get(v, left)) for v in points])
        return made

    def _answered(self, points: Sequence[Values], made: dict[Values, TrialOutcome]) -> None:
        """Fill in outcomes as they come, task by task."""
        size = ceil(len(points) / (2 * self._lab.crew.width)) if self._lab.crew.width > 1 else 1
        chunks = [points[begin : begin + size] for begin in range(0, len(points), size)]
        tasks = [self._task(chunk) for chunk in chunks]
        for chunk, raw in zip(chunks, self._lab.crew.answers(tasks), strict=True):
            answer = parse_record(Answer, raw, MAX_TASK_BYTES)
            if answer.code != self._lab.code or len(answer.outcomes) != len(chunk):
                raise _disagrees("an answer does not fit its task")
            made.update(zip(chunk, answer.outcomes, strict=True))
            self._lab.go_on()

    def _task(self, points: Sequence[Values]) -> bytes:
        return canonical(
            Task(
                code=self._lab.code,
                market=self._lab.market.digest,
                spec=self._spec,
                members=self._members,
                costs=self._subject.costs,
                span=self._span,
                points=tuple(points),
            )
        )

    def _check(self, made: Mapping[Values, TrialOutcome]) -> None:
        """Compute a seeded sample again here and compare its bytes."""
        if self._lab.crew.width == 1 and self._lab.crew.trusted:
            return
        for values, outcome in made.items():
            draw = stream("research/sample", self._base.shape_digest, self._data, str(values))
            if draw.random() >= SAMPLE:
                continue
            raw = run_task(self._task([values]), self._lab.market.raw)
            own = parse_record(Answer, raw, MAX_TASK_BYTES).outcomes[0]
            if canonical(own) != canonical(outcome):
                raise _disagrees("a recomputed run has other bytes")


def _tried(
    values: Values,
    known: TrialRow | None,
    numbers: Mapping[Values, int],
    made: Mapping[Values, TrialOutcome],
) -> Tried:
    if known is not None:
        return Tried(known.n, values, known.outcome, cached=True)
    return Tried(numbers[values], values, made[values])


def _disagrees(what: str) -> IntegrityError:
    return IntegrityError(
        "WORKER_DISAGREES", f"a worker cannot be believed: {what}",
        hint="nothing of this batch is kept; look at that worker's machine and libraries",
    )  # fmt: skip
