"""Adaptive search: the one home of optuna. In memory only, asked and told in trial order.

Batches are fixed (`study.BATCH`), so the search is the same on one worker, on many and on a
cluster. What it learns from are ledger outcomes, so a study that was killed is taken up by telling
it the same outcomes again.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final

from engine.errors import InputError
from engine.ledger import TrialOutcome
from engine.research.space import Listed, Search, Space, listed, space_of
from engine.research.study import BATCH, OBJECTIVES, Study
from engine.research.tasks import Values
from engine.seeds import seed_of

_SEED_BITS: Final = 2**32


def search_of(study: Study) -> Search:
    """The search of a study; an adaptive one needs the extra `research`.

    Raises:
        InputError: GRID_TOO_LARGE, NOTHING_TO_SWEEP, EXTRA_MISSING.
    """
    if not study.adaptive:
        found: Listed = listed(study)
        return found
    space = space_of(study)
    if find_spec("optuna") is None:
        raise InputError(
            "EXTRA_MISSING", f"the method {study.method} needs optuna", value="research",
            hint="make setup EXTRAS=research, or take --method random",
        )  # fmt: skip
    return _Adaptive(study, space)


class _Adaptive:
    """optuna asked for places on the grid of the spec."""

    def __init__(self, study: Study, space: Space) -> None:
        self.total = study.points
        self._left = study.points
        self._space = space
        self._asked: list[Any] = []
        self._many = study.method == "nsga2"
        with _quiet():
            import optuna  # noqa: PLC0415 - an extra that takes a second

            self._failed = optuna.trial.TrialState.FAIL
            self._ranges: dict[str, Any] = {
                name: optuna.distributions.IntDistribution(0, len(each) - 1)
                for name, each in zip(space.names, space.values, strict=True)
            }
            self._study = optuna.create_study(
                sampler=_sampler(optuna, study),
                directions=["maximize", "minimize", "minimize"] if self._many else ["maximize"],
            )

    def ask(self, count: int) -> list[Values]:
        """The next places, as points; it may name one twice, which is run and counted once."""
        with _quiet():
            self._asked = [self._study.ask(self._ranges) for _ in range(min(count, self._left))]
        self._left -= len(self._asked)
        return [self._space.at([trial.params[n] for n in self._space.names]) for trial in
                self._asked]  # fmt: skip

    def tell(self, outcomes: Sequence[TrialOutcome]) -> None:
        """Tell in the order in which was asked; an undefined figure is a failed trial."""
        with _quiet():
            for trial, outcome in zip(self._asked, outcomes, strict=True):
                aims = objectives(outcome)
                if aims is None:
                    self._study.tell(trial, state=self._failed)
                else:
                    self._study.tell(trial, aims if self._many else aims[0])
        self._asked = []


def objectives(outcome: TrialOutcome) -> tuple[float, ...] | None:
    """Sharpe, drawdown and turnover of an outcome; None where one of them is undefined."""
    figures = dict(outcome.figures)
    found = [figures.get(name) for name in OBJECTIVES]
    known = tuple(value for value in found if value is not None)
    return known if len(known) == len(found) else None


def _sampler(optuna: Any, study: Study) -> Any:  # noqa: ANN401 - an extra without types here
    seed = seed_of(f"research/{study.method}", study.seed) % _SEED_BITS
    if study.method == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
    return optuna.samplers.NSGAIISampler(seed=seed, population_size=BATCH)


@contextmanager
def _quiet() -> Iterator[None]:
    """Run optuna without its log lines, and without warnings about what it calls experimental."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import optuna  # noqa: PLC0415 - an extra

        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            yield
        finally:
            optuna.logging.set_verbosity(before)
