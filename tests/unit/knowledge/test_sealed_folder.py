"""A finished folder says so, and every later change is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from knowledge.sealed_folder import COMPLETE, damage, seal, sealed_as, write_durably


def _sealed(folder: Path) -> Path:
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "data.bin").write_bytes(b"0123456789" * 100)
    (folder / "live.db").write_bytes(b"x" * 1000)
    seal(folder, "name", rewritten=frozenset({"live.db"}))
    return folder


def test_a_sealed_folder_is_intact(tmp_path: Path) -> None:
    """What was sealed verifies, and a file whose owner rewrites it may change and grow."""
    folder = _sealed(tmp_path / "f")
    assert sealed_as(folder) == "name"
    assert damage(folder) is None
    (folder / "live.db").write_bytes(b"y" * 1001)
    assert damage(folder) is None


@pytest.mark.parametrize("name", ["inner/data.bin", "live.db"])
def test_a_short_or_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """A truncated file is found, whoever owns it, and so is a missing one."""
    folder = _sealed(tmp_path / "f")
    os.truncate(folder / name, 500)
    assert damage(folder) == name
    (folder / name).unlink()
    assert damage(folder) == name


def test_a_flipped_byte_is_found(tmp_path: Path) -> None:
    """A file of the right length with another content is damaged."""
    folder = _sealed(tmp_path / "f")
    (folder / "inner" / "data.bin").write_bytes(b"0123456789" * 99 + b"012345678X")
    assert damage(folder) == "inner/data.bin"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"name":1,"files":[]}'])
def test_a_broken_seal_is_no_seal(tmp_path: Path, content: bytes) -> None:
    """Without a readable list nothing is vouched for."""
    folder = _sealed(tmp_path / "f")
    (folder / COMPLETE).write_bytes(content)
    assert sealed_as(folder) is None
    assert damage(folder) == COMPLETE


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """The old name holds the new content, and no half-written file is left."""
    write_durably(tmp_path / "pointer", b"one")
    write_durably(tmp_path / "pointer", b"two")
    assert [path.name for path in tmp_path.iterdir()] == ["pointer"]
    assert (tmp_path / "pointer").read_bytes() == b"two"
