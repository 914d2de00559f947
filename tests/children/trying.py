"""A child that makes trials and dies: one process for each point at which it is to be killed.

`trying.py FOLDER POINT...` runs the same small search once for each point, in a process of its own
that kills itself (SIGKILL) before the POINT-th statement or commit of its store, if it gets there.
What it was told is done it has written to `FOLDER/POINT/told` before.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, event

from tests.trial_runs import search


def _kill_at(point: int) -> None:
    """Count what is sent to the store; never come back from the point."""
    left = [point]

    def step(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "commit", step)


def _teller(path: Path) -> Callable[[str], None]:
    """Writes lines that outlive the process."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return lambda line: (os.write(file, f"{line}\n".encode()), None)[1]


def main() -> None:
    """One process after the other."""
    folder = Path(sys.argv[1])
    for point in map(int, sys.argv[2:]):
        place = folder / str(point)
        place.mkdir()
        child = os.fork()
        if child == 0:
            _kill_at(point)
            search(folder / "data", place / "desk.db", _teller(place / "told"))
            os._exit(0)
        os.waitpid(child, 0)


main()
