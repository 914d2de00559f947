"""Watching: progress after each item, a clean stop, batches of sixteen."""

from __future__ import annotations

from collections.abc import Sequence

from engine.backtest.result import BacktestResult
from engine.gate.subject import Subject
from engine.research.watching import BATCH, UNWATCHED, Watch, run_batches
from tests.studies_world import CountedRuns, market_of, never

PANEL = market_of(bars=30)


def test_items_come_one_by_one_with_progress() -> None:
    """Each item is told after it was used."""
    told: list[tuple[int, int]] = []
    watch = Watch(lambda *at: told.append(at))
    seen = [(item, len(told)) for item in watch.each("abc")]
    assert seen == [("a", 0), ("b", 1), ("c", 2)]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_nothing_comes_after_a_stop() -> None:
    """Asked before each item; what was used is kept."""
    seen: list[str] = []
    for item in Watch(cancelled=lambda: len(seen) == 2).each("abc"):
        seen.append(item)  # noqa: PERF402 - the stop looks at what was used
    assert seen == ["a", "b"]
    assert list(UNWATCHED.each("abc")) == ["a", "b", "c"]


def test_a_part_tells_the_whole() -> None:
    """A part that begins at 5 of 9 tells 6 of 9 first."""
    told: list[tuple[int, int]] = []
    list(Watch(lambda *at: told.append(at)).part(5, 9).each("ab"))
    assert told == [(6, 9), (7, 9)]


def test_subjects_run_in_batches() -> None:
    """Forty are asked as 16, 16 and 8, in order."""
    sizes: list[int] = []
    runs = CountedRuns(PANEL)

    def counted(subjects: Sequence[Subject]) -> list[BacktestResult]:
        sizes.append(len(subjects))
        return runs(subjects)

    assert len(run_batches([never()] * 40, counted)) == 40
    assert sizes == [BATCH, BATCH, 8]


def test_a_short_answer_ends_the_batches() -> None:
    """Twenty results of forty: the rest is not asked."""
    runs = CountedRuns(PANEL, stop_after=20)
    assert len(run_batches([never()] * 40, runs)) == 20
    stopped = run_batches([never()] * 40, runs, Watch(cancelled=lambda: True))
    assert stopped == []
