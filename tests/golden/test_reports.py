"""Reports: the same bytes under any hash seed and any number of threads."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.needs import ROOT

SCRIPT = """
import hashlib
from engine.records import canonical
from engine.reports import render_html, render_markdown
from engine.reports.compare import compare
from engine.reports.render_compare import compare_html
from tests.report_world import make_reports
found = make_reports()
whole = hashlib.sha256()
for name in sorted(found):
    whole.update(canonical(found[name]))
    for language in ("en", "de"):
        whole.update(render_html.render(found[name], language).encode())
        whole.update(render_markdown.render(found[name], language, "management").encode())
whole.update(compare_html(compare([found["plain"], found["open"]]), "de").encode())
print(whole.hexdigest())
"""


def _digest(seed: str, threads: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_reports_are_the_same_bytes_everywhere() -> None:
    """Record, page, Markdown and comparison under two hash seeds, one and two threads."""
    assert _digest("0", "1") == _digest("1", "2")
