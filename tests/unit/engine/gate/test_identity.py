"""Code identity: one changed byte is another engine."""

from __future__ import annotations

from pathlib import Path

from engine.gate.identity import code_digest, digest_of_folder


def test_any_change_of_the_source_changes_the_digest(tmp_path: Path) -> None:
    """Contents, names and library versions count; other files do not."""
    (tmp_path / "part").mkdir()
    source = tmp_path / "part" / "one.py"
    source.write_text("x = 1\n")
    first = digest_of_folder(tmp_path, "numpy 2.4.0")
    (tmp_path / "notes.txt").write_text("not code")
    assert digest_of_folder(tmp_path, "numpy 2.4.0") == first
    assert digest_of_folder(tmp_path, "numpy 2.4.1") != first
    source.write_text("x = 2\n")
    assert digest_of_folder(tmp_path, "numpy 2.4.0") != first
    source.write_text("x = 1\n")
    source.rename(tmp_path / "part" / "two.py")
    assert digest_of_folder(tmp_path, "numpy 2.4.0") != first


def test_the_engine_has_one_digest() -> None:
    """64 hex digits, the same at each call."""
    assert len(code_digest()) == 64
    assert code_digest() == code_digest()
