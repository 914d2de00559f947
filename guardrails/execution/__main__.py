"""`python -m guardrails.execution --boot FILE`: the gateway process."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from types import FrameType

from config import lifeline, ownership
from config.private_files import private_process
from engine.clock import SystemClock
from engine.errors import PeakError
from guardrails.execution.app import open_gateway
from guardrails.execution.boot import read_boot


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; 0 ended as asked, 1 could not start or had to stop."""
    parser = argparse.ArgumentParser(prog="guardrails.execution", description="The gateway.")
    parser.add_argument("--boot", type=Path, required=True, help="private boot file (JSON)")
    lifeline.add_option(parser)
    options = parser.parse_args(arguments)
    private_process()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        """Remember that the process was asked to end."""
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    lifeline.follow(options.parent_fd)
    try:
        ownership.check()
        gateway = open_gateway(read_boot(options.boot), SystemClock())
        try:
            logging.getLogger("peak.gateway").info("gateway is up")
            gateway.run(stop)
        finally:
            gateway.close()
    except PeakError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n  {error.value}\n  {error.hint}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
