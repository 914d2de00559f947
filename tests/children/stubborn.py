"""A child that does not listen to polite requests."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(sys.argv[sys.argv.index("--boot") + 1]).with_suffix(".seen").touch()
time.sleep(60)
