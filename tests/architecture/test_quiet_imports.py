"""Nothing happens at import: no socket, no file written, no thread, no child process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.ownership import PACKAGES
from tests.needs import ROOT

PROBE = """
import importlib, json, os, sys, threading
seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LOUD = {"socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.posix_spawn",
        "os.system", "os.mkdir", "os.remove", "os.rename", "sqlite3.connect"}

def hook(event, args):
    if event in LOUD:
        seen.append(f"{event} {args[0] if args else ''}")
    elif event == "open" and isinstance(args[2], int) and args[2] & WRITES:
        if args[0] != os.devnull:
            seen.append(f"writes {args[0]}")

sys.addaudithook(hook)
for name in sys.argv[1:]:
    before, environment = len(seen), dict(os.environ)
    importlib.import_module(name)
    if dict(os.environ) != environment:
        seen.append("changes the environment")
    if threading.active_count() > 1:
        seen.append("starts a thread")
    seen[before:] = [f"{name}: {one}" for one in seen[before:]]
print(json.dumps(seen))
"""


def modules_of(package: str) -> list[str]:
    """Every module of a package, `__main__` files too: they must wait for being run."""
    files = sorted((ROOT / package).rglob("*.py"))
    parts = [file.relative_to(ROOT).with_suffix("").parts for file in files]
    return [".".join(one[:-1] if one[-1] == "__init__" else one) for one in parts]


def heard(folder: Path, *modules: str) -> list[str]:
    """What a fresh process did while it imported these modules."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *modules],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [str(one) for one in json.loads(done.stdout.splitlines()[-1])]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_does_nothing(package: str) -> None:
    """Every module of the package can be imported without any effect on the machine."""
    assert heard(ROOT, *modules_of(package)) == []


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("import socket; socket.socket().bind(('127.0.0.1', 0))", "socket.bind"),
        ("open('made', 'w')", "writes made"),
        (
            "import threading, time; threading.Thread(target=time.sleep, args=(1,)).start()",
            "thread",
        ),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", "Popen"),
        ("import os; os.environ['X_Y'] = '1'", "environment"),
    ],
)
def test_the_check_hears_a_noise(tmp_path: Path, statement: str, word: str) -> None:
    """The twins: each kind of effect is noticed and named."""
    (tmp_path / "noisy.py").write_text(f"{statement}\n", encoding="utf-8")
    (one,) = heard(tmp_path, "noisy")
    assert one.startswith("noisy: ")
    assert word in one
