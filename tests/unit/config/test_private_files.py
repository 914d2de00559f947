"""Folders and files that nobody but their owner may read, made so or closed when they are found."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.private_files import private_file, private_folder, private_process


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """The umask of most machines: everybody may read what a process makes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_new_folder_is_private_with_those_above_it(tmp_path: Path) -> None:
    """Mode 0700 for each folder that was missing, whatever the umask."""
    private_folder(tmp_path / "a" / "b")
    assert mode(tmp_path / "a") == 0o700
    assert mode(tmp_path / "a" / "b") == 0o700


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    """An older installation's folder loses the rights of others; those above it stay."""
    tmp_path.chmod(0o755)
    (tmp_path / "state").mkdir(mode=0o755)
    private_folder(tmp_path / "state")
    assert mode(tmp_path / "state") == 0o700
    assert mode(tmp_path) == 0o755


def test_a_stricter_folder_stays_as_it_is(tmp_path: Path) -> None:
    """The twin: what is closed already is not opened."""
    (tmp_path / "state").mkdir(mode=0o500)
    private_folder(tmp_path / "state")
    assert mode(tmp_path / "state") == 0o500


def test_a_folder_that_many_share_is_left_alone(tmp_path: Path) -> None:
    """A sticky folder such as `/tmp` is never closed to the others."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    private_folder(shared)
    assert mode(shared) == 0o1777


def test_a_new_file_is_private(tmp_path: Path) -> None:
    """An empty file of mode 0600."""
    path = private_file(tmp_path / "desk.db")
    assert mode(path) == 0o600
    assert path.read_bytes() == b""


def test_an_open_file_is_closed_and_kept(tmp_path: Path) -> None:
    """Its content stays; the files beside it that are named and exist are closed too."""
    path = tmp_path / "desk.db"
    for name in ("desk.db", "desk.db-wal", "desk.db-other"):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(0o644)
    private_file(path, "-wal", "-shm")
    assert path.read_text() == "desk.db"
    assert mode(path) == 0o600
    assert mode(tmp_path / "desk.db-wal") == 0o600
    assert mode(tmp_path / "desk.db-other") == 0o644
    assert not (tmp_path / "desk.db-shm").exists()


def test_a_private_process_writes_private_files(tmp_path: Path) -> None:
    """What it creates by any means is its user's alone."""
    private_process()
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    assert mode(tmp_path / "file") == 0o600
    assert mode(tmp_path / "folder") == 0o700
