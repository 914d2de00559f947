"""A child that ends with whoever started it."""

from __future__ import annotations

import argparse
import os
import signal
import time
from pathlib import Path


def main() -> None:
    """Read the descriptor to its end, then end as on SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--boot", type=Path, required=True)
    parser.add_argument("--parent-fd", type=int, required=True)
    options = parser.parse_args()
    options.boot.with_suffix(".seen").touch()
    while os.read(options.parent_fd, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)


main()
