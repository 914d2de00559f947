"""A child that says it is up, shows what it was given, and runs until it is asked to stop."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Write the boot data and the environment beside the boot file, then wait."""
    boot = Path(sys.argv[sys.argv.index("--boot") + 1])
    seen = {"boot": json.loads(boot.read_text()), "environment": dict(os.environ)}
    part = boot.with_suffix(".part")
    part.write_text(json.dumps(seen))
    part.replace(boot.with_suffix(".seen"))
    while True:
        time.sleep(0.05)


main()
