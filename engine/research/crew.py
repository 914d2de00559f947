"""Crews: who answers tasks. The answers come in the order of the tasks, whoever is faster.

A crew hands pure bytes to a `concurrent.futures.Executor`. A lost worker means that its task is
done again; the same task gives the same bytes anywhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Final, Protocol

from engine.errors import UnavailableError
from engine.research.tasks import hold, run_task

LOSSES: Final = 3
"""So often in a row may a pool be lost before the job ends."""


class Crew(Protocol):
    """Who answers tasks."""

    width: int
    """Tasks that are worked on at once."""
    trusted: bool
    """False for workers of other machines."""

    def answers(self, tasks: Sequence[bytes]) -> Iterator[bytes]:
        """The answer of each task, in order."""
        ...


class Alone:
    """This process, one task after the other."""

    width = 1
    trusted = True

    def __init__(self, market: bytes) -> None:
        """Work on this packed market."""
        self._market = market

    def answers(self, tasks: Sequence[bytes]) -> Iterator[bytes]:
        """The answer of each task, made when it is asked for."""
        hold(self._market)
        for task in tasks:
            yield run_task(task)


class ExecutorCrew:
    """Any executor; `make` gives a new one when the last was lost."""

    def __init__(
        self,
        make: Callable[[], Executor],
        width: int,
        *,
        market: object = None,
        trusted: bool = True,
    ) -> None:
        """Work with these executors.

        Args:
            make: a fresh executor.
            width: tasks at once.
            market: handed on with each task; None when the workers were given it at their start.
            trusted: whether the workers run on this machine.
        """
        self.width = width
        self.trusted = trusted
        self._make = make
        self._market = market
        self._executor = make()
        self._losses = 0

    def answers(self, tasks: Sequence[bytes]) -> Iterator[bytes]:
        """The answer of each task in order; what a lost worker had is given out again."""
        waiting = deque((task, self._submit(task)) for task in tasks)
        try:
            while waiting:
                future = waiting[0][1]
                try:
                    answer = future.result()
                except BrokenExecutor as error:
                    self._lost(error)
                    again = [one for one, _ in waiting]
                    waiting = deque((one, self._submit(one)) for one in again)
                    continue
                self._losses = 0
                waiting.popleft()
                yield answer
        finally:
            for _, future in waiting:
                future.cancel()

    def _submit(self, task: bytes) -> Future[bytes]:
        return self._executor.submit(run_task, task, self._market)  # type: ignore[arg-type]  # a cluster's own handle stands for the bytes

    def _lost(self, error: BrokenExecutor) -> None:
        self._losses += 1
        if self._losses > LOSSES:
            raise UnavailableError(
                "WORKERS_LOST", "the workers end again and again", value=type(error).__name__,
                hint="look at the memory of this machine; take fewer with --workers",
            ) from error  # fmt: skip
        self.close()
        self._executor = self._make()

    def close(self) -> None:
        """End the workers when they have done what they are at."""
        self._executor.shutdown(wait=True, cancel_futures=True)
