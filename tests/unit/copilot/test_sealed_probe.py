"""The copilot tries to open sealed bars when it starts, and says honestly what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from copilot.sealed_probe import probe, self_test
from engine.errors import IntegrityError
from tests.needs import ROOT


def sealed(root: Path, *parts: str) -> Path:
    """A sealed part with a file in it, below a dataset."""
    folder = root.joinpath("a" * 64, *parts, "sealed")
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "bars.parquet").write_bytes(b"PAR1")
    return folder


@pytest.mark.parametrize("parts", [(), ("window-2",)])
def test_the_same_user_can_read_and_it_is_said(tmp_path: Path, parts: tuple[str, ...]) -> None:
    """Degraded, in the log of every start, for the first window and for later ones."""
    sealed(tmp_path, *parts)
    with capture_logs() as logs:
        assert self_test(tmp_path) == "readable"
    (said,) = logs
    assert (said["event"], said["log_level"], said["state"]) == (
        "sealed_readable", "warning", "degraded",
    )  # fmt: skip
    assert "same user id" in said["reason"]


def test_where_it_must_be_closed_the_process_refuses(tmp_path: Path) -> None:
    """CONTAIN_SEALED when it is readable, and when nobody can tell."""
    for root in (None, tmp_path / "nowhere", tmp_path):
        with pytest.raises(IntegrityError) as caught:
            self_test(root, required=True)
        assert caught.value.code == "CONTAIN_SEALED"
    sealed(tmp_path)
    with pytest.raises(IntegrityError):
        self_test(tmp_path, required=True)


def test_nothing_sealed_is_not_called_closed(tmp_path: Path) -> None:
    """No folder, an empty one, or none named: unknown, without a word in the log."""
    with capture_logs() as logs:
        for root in (None, tmp_path, tmp_path / "nowhere"):
            assert self_test(root) == "unknown"
    assert logs == []


_AS_NOBODY = """
import os, sys
from pathlib import Path
from copilot.sealed_probe import self_test
os.setgid(65534)
os.setuid(65534)
sys.stdout.write("|" + self_test(Path(sys.argv[1]), required=True))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_another_user_finds_it_closed(tmp_path: Path, mode: int) -> None:
    """Under a user id of its own the probe is refused, even where the datasets can be listed."""
    root = tmp_path / "datasets"
    sealed(root)
    for folder in (root, root / ("a" * 64)):
        folder.chmod(mode)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    command = [sys.executable, "-c", _AS_NOBODY, str(root)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.stdout.split("|")[-1] == "closed", done.stderr


@pytest.mark.skipif(os.getuid() == 0, reason="root passes every mode")
def test_modes_keep_a_user_out(tmp_path: Path) -> None:
    """A folder that this user may not enter is closed."""
    folder = sealed(tmp_path)
    folder.chmod(0o000)
    try:
        assert probe(tmp_path) == "closed"
    finally:
        folder.chmod(0o700)
