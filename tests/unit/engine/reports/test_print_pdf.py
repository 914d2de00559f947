"""PDF: whole files or none, a named fault when the browser is missing, silent or too slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError, UnavailableError
from engine.reports.print_pdf import PROGRAMS, find_chromium, write_pdf


def _program(folder: Path, script: str) -> str:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


PRINTS = """for word in "$@"; do case "$word" in
--print-to-pdf=*) printf '%%PDF-1.4 %s' "$HOME" > "${word#--print-to-pdf=}";; esac; done"""


def test_a_missing_browser_is_named(tmp_path: Path) -> None:
    """CHROMIUM_MISSING says what was looked for and what to install; the twin is found."""
    with pytest.raises(UnavailableError) as caught:
        find_chromium(str(tmp_path))
    assert caught.value.code == "CHROMIUM_MISSING"
    assert "chromium" in caught.value.hint
    (tmp_path / PROGRAMS[1]).write_text("#!/bin/sh\n")
    (tmp_path / PROGRAMS[1]).chmod(0o700)
    assert find_chromium(str(tmp_path)) == str(tmp_path / PROGRAMS[1])


def test_what_the_browser_printed_is_written_whole(tmp_path: Path) -> None:
    """The file holds the browser's bytes; nothing else is left behind, its home neither."""
    target = tmp_path / "out.pdf"
    assert write_pdf("<p>x</p>", target, program=_program(tmp_path, PRINTS)) == target
    raw = target.read_bytes().decode()
    assert raw.startswith("%PDF-1.4 /")
    assert not Path(raw.split(" ", 1)[1]).exists()
    assert {path.name for path in tmp_path.iterdir()} == {"browser", "out.pdf"}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo broken >&2; exit 1", "broken"),
        ("exit 0", "nothing was printed"),
        ("sleep 30", "no answer within 0.2 seconds"),
    ],
)
def test_a_browser_that_fails_leaves_the_old_file(script: str, said: str, tmp_path: Path) -> None:
    """PDF_FAILED with what it said; what stood there before still stands there."""
    target = tmp_path / "out.pdf"
    target.write_bytes(b"old")
    with pytest.raises(UnavailableError) as caught:
        write_pdf("<p>x</p>", target, program=_program(tmp_path, script), timeout_s=0.2)
    assert caught.value.code == "PDF_FAILED"
    assert said in str(caught.value.value)
    assert target.read_bytes() == b"old"


def test_a_program_that_cannot_start_is_a_fault(tmp_path: Path) -> None:
    """PDF_FAILED instead of the machine's exception."""
    with pytest.raises(UnavailableError) as caught:
        write_pdf("<p>x</p>", tmp_path / "out.pdf", program=str(tmp_path / "nothing"))
    assert caught.value.code == "PDF_FAILED"


def test_a_missing_folder_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """FOLDER_MISSING names the folder."""
    with pytest.raises(InputError) as caught:
        write_pdf("<p>x</p>", tmp_path / "no" / "out.pdf", program="never")
    assert caught.value.code == "FOLDER_MISSING"
