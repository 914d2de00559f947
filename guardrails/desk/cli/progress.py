"""Progress on the terminal: a bar with stage and time for the gate, a line for short waits.

Both go to standard error and show nothing where no terminal is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from guardrails.desk.cli.output import console

if TYPE_CHECKING:
    from rich.status import Status


def waiting(what: str) -> AbstractContextManager[Status]:
    """A line that moves while something takes longer."""
    return console(error=True).status(f"{what} ...")


@contextmanager
def judging(name_of: Callable[[str], str]) -> Iterator[Callable[[str, float], None]]:
    """A bar for the gate; hand stage and share to what it yields, `name_of` words a stage."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    err = console(error=True)
    columns = (TextColumn("{task.description}"), BarColumn(40), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, share: bar.update(task, description=name_of(stage), completed=share)


@contextmanager
def studying() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for research with what is done, the total and the time that is left."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    err = console(error=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(40), MofNCompleteColumn(),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        known = [""]

        def tell(stage: str, done: int, total: int) -> None:
            """A new stage starts its own clock."""
            if stage != known[0]:
                known[0] = stage
                bar.reset(task, total=total or None, description=stage)
            bar.update(task, total=total or None, completed=done)

        yield tell
