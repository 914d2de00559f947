"""A lock has one holder, and a dead one holds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from knowledge.locks import held, try_lock

ROOT = Path(__file__).resolve().parents[3]
HOLD = (
    "import sys; from pathlib import Path; from knowledge.locks import try_lock;"
    " lock = try_lock(Path(sys.argv[1])); print(lock is not None, flush=True); sys.stdin.read()"
)


def test_only_one_holder(tmp_path: Path) -> None:
    """The second attempt gets nothing until the first lets go, twice if it likes."""
    first = try_lock(tmp_path / "lock")
    assert first is not None
    assert try_lock(tmp_path / "lock") is None
    first.release()
    first.release()
    with held(tmp_path / "lock"):
        assert try_lock(tmp_path / "lock") is None
    again = try_lock(tmp_path / "lock")
    assert again is not None
    again.release()


def test_the_system_frees_the_lock_of_a_dead_process(tmp_path: Path) -> None:
    """SIGKILL leaves no lock behind."""
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "True\n"
        assert try_lock(path) is None
        child.kill()
    freed = try_lock(path)
    assert freed is not None
    freed.release()
