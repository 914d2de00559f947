"""A sweep: a study run batch by batch, every point a counted trial, results in order.

Stop reading to stop: what is finished stays in the ledger. The same study run again asks the same
points in the same order; what the ledger knows is not run again.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.ledger import TrialSource
from engine.research.lab import Lab
from engine.research.market import Span
from engine.research.search import search_of
from engine.research.study import Study
from engine.research.trials import Trials, Tried


def sweep(
    study: Study,
    lab: Lab,
    *,
    span: Span | None = None,
    source: TrialSource = "sweep",
    stage: str = "sweep",
) -> Iterator[Tried]:
    """Every trial of a study in the order of its search.

    Args:
        study: what is searched.
        lab: where.
        span: a stretch of the market; None: all of it.
        source: what the trials are counted as.
        stage: what progress is told.

    Raises:
        SpecError: the spec is refused at its defaults.
        InputError: GRID_TOO_LARGE, NOTHING_TO_SWEEP, EXTRA_MISSING.
        IntegrityError: WORKER_DISAGREES. UnavailableError: RESEARCH_STOPPED, WORKERS_LOST.
    """
    search = search_of(study)
    trials = Trials(lab, study.spec, study.members, study.costs, span or lab.market.whole, source)
    done = 0
    lab.progress(stage, done, search.total)
    while points := search.ask(study.batch):
        found = trials.batch(points)
        search.tell([one.outcome for one in found])
        done += len(found)
        lab.progress(stage, done, search.total)
        yield from found
        lab.go_on()
