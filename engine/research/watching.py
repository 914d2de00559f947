"""What every study shares: who runs trials for it, who watches it, who may stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.backtest.result import BacktestResult
from engine.gate.subject import Subject

RunMany = Callable[[Sequence[Subject]], Sequence[BacktestResult | None]]
"""Runs subjects on the study's own bars and counts each one as a trial, in the order given.

None stands for a run that failed (it counts too). Fewer results than subjects: it was stopped.
"""

BATCH = 16
"""Subjects in one call of `RunMany`, as in a sweep."""

Item = TypeVar("Item")


def _quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def _never() -> bool:
    """Nobody stops it."""
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom to tell how far a study is (done, total), and whom to ask whether to stop."""

    progress: Callable[[int, int], None] = _quiet
    cancelled: Callable[[], bool] = _never

    def each(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items one by one, with progress after each; ends early when cancelled."""
        total = len(items)
        for done, item in enumerate(items):
            if self.cancelled():
                return
            yield item
            self.progress(done + 1, total)

    def part(self, before: int, total: int) -> Watch:
        """A watch of a part: its progress is told as progress of the whole, `before` done."""
        return Watch(lambda done, _of: self.progress(before + done, total), self.cancelled)


UNWATCHED = Watch()


def run_batches(
    subjects: Sequence[Subject], run_many: RunMany, watch: Watch = UNWATCHED
) -> list[BacktestResult | None]:
    """Results of the subjects in order, in batches; shorter than the subjects when stopped."""
    results: list[BacktestResult | None] = []
    for start in range(0, len(subjects), BATCH):
        if watch.cancelled():
            break
        batch = subjects[start : start + BATCH]
        done = run_many(batch)
        results += done
        watch.progress(len(results), len(subjects))
        if len(done) < len(batch):
            break
    return results
