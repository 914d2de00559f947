"""`python -m evals SUITE [flags] --json`."""

from __future__ import annotations

import sys

from evals.runner import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
