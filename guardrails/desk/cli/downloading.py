"""A download as a command sees it: a process of its own, its progress, what it brought.

The process alone knows the venue's client library; this one reads its lines, draws a bar and
turns the pages into bars. Ctrl-C reaches both: finished pages stay.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from engine.errors import DataError, IntegrityError, PeakError, UnavailableError
from guardrails.desk.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.data.feed_events import FeedEvent, FeedRequest
    from engine.data.sources import Source

MODULE: Final = "engine.data.exchange_feed"
PATIENCE_S: Final = 10.0
_FAULTS: Final[dict[int, type[PeakError]]] = {2: DataError, 3: UnavailableError, 4: IntegrityError}


def bring(request: FeedRequest) -> Source:
    """Download what is not there yet, and all of it as bars.

    Raises:
        PeakError: what the process says, or FEED_ENDED when it died without a word.
    """
    from pathlib import Path

    from engine.data.downloads import downloaded
    from engine.data.pages import Pages

    with _progress(request) as show:
        _run(request, show)
    return downloaded(Pages(Path(request.folder)), request)


def _run(request: FeedRequest, show: Callable[[FeedEvent], None]) -> None:
    """Start the process, follow its lines, wait for its end."""
    from engine.data.feed_events import FeedEvent
    from engine.records import canonical, parse_record

    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        last: FeedEvent | None = None
        try:
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(canonical(request).decode())
                process.stdin.close()
                for line in process.stdout:
                    last = parse_record(FeedEvent, line)
                    show(last)
            code = process.wait()
        except BaseException:
            _end(process)
            raise
    if code == 0:
        return
    if last is not None and last.event == "stopped":
        raise KeyboardInterrupt
    if last is not None and last.event == "fault":
        fault = _FAULTS.get(code, UnavailableError)
        raise fault(last.code, last.text, value=last.value, hint=last.hint)
    raise UnavailableError(
        "FEED_ENDED", "the download process ended without a word", value=code,
        hint="run the same command again: it goes on where it stopped",
    )  # fmt: skip


def _end(process: subprocess.Popen[str]) -> None:
    """Give the process time to end by itself, which it does on Ctrl-C; then end it."""
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


@contextmanager
def _progress(request: FeedRequest) -> Iterator[Callable[[FeedEvent], None]]:
    """A bar over the time that is asked for, with the time that is left."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    err = console(error=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(40), TextColumn("{task.fields[rows]} bars"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        name = f"{request.venue} {request.symbol} {request.timeframe.value}"
        task = bar.add_task(name, total=None, rows=0)

        def show(event: FeedEvent) -> None:
            """Move the bar; a wait is said beside its name."""
            if event.event == "wait":
                bar.update(task, description=f"{name}: {event.text}")
            elif event.what == "bars" and event.end_ms is not None:
                at = event.at_ms if event.at_ms is not None else request.since_ms
                bar.update(
                    task,
                    description=name,
                    total=event.end_ms - request.since_ms,
                    completed=max(at - request.since_ms, 0),
                    rows=event.rows,
                )

        yield show
