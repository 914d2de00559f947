"""A process that ends when whoever started it is gone: no orphan keeps a lock or a port.

The starter keeps the write end of a pipe open and never writes. When it dies, in whatever way, the
system closes that end and the read end reports the end of the file. This needs no polling of
process ids and works alike on Linux and macOS.
"""

from __future__ import annotations

import os
import signal
import time
from argparse import ArgumentParser
from threading import Thread, main_thread
from typing import Final

GRACE_SECONDS: Final = 2.5
"""Time for a graceful stop once the starter is gone; afterwards the process ends at once."""

INSTANCE_HEADER: Final = "x-peak-instance"
"""Every HTTP answer of a child carries the mark of its boot file: whoever started it knows it."""

_CHUNK: Final = 64


def add_option(parser: ArgumentParser) -> None:
    """Give a process the option `--parent-fd N`."""
    parser.add_argument(
        "--parent-fd", type=int, metavar="N",
        help="read end of a pipe; the process ends when its other end is closed",
    )  # fmt: skip


def follow(descriptor: int | None, grace_s: float = GRACE_SECONDS) -> Thread | None:
    """Stop this process as SIGTERM does when the pipe's other end is closed.

    Args:
        descriptor: read end of the pipe; None follows nobody.
        grace_s: seconds that the graceful stop may take.

    Returns:
        The thread that watches, None when there is nothing to watch.
    """
    if descriptor is None:
        return None
    watcher = Thread(target=_watch, args=(descriptor, grace_s), name="lifeline", daemon=True)
    watcher.start()
    return watcher


def _watch(descriptor: int, grace_s: float) -> None:
    try:
        while os.read(descriptor, _CHUNK):
            pass
    except OSError:
        pass  # a pipe that cannot be read is as good as closed
    waiting = main_thread().ident
    if waiting is not None:
        signal.pthread_kill(waiting, signal.SIGTERM)
    time.sleep(grace_s)
    os.kill(os.getpid(), signal.SIGKILL)
