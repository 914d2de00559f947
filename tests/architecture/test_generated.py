"""Generated files and tables are what the code would write today."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import generated
from tests.generated import Block, wanted, with_block
from tests.needs import ROOT


@pytest.mark.parametrize("file", sorted(wanted()), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_generated_file_is_up_to_date(file: Path) -> None:
    """If this fails: make generated, and read the difference."""
    assert file.read_text(encoding="utf-8") == wanted()[file]


def test_every_block_in_the_docs_is_written_by_the_code() -> None:
    """No marker without a writer: it would never be renewed."""
    begun = {
        (file.relative_to(ROOT).as_posix(), line.split()[3])
        for file in (ROOT / "docs").rglob("*.md")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("<!-- BEGIN GENERATED ")
    }
    assert begun == {(block.file, block.name) for block in generated.BLOCKS}


def test_text_around_a_block_stays() -> None:
    """Only what stands between the markers is replaced."""
    text = "a\n<!-- BEGIN GENERATED x -->\nold\n<!-- END GENERATED x -->\nb\n"
    made = with_block(text, Block("f.md", "x", lambda: r"new \1"))
    assert made == ("a\n<!-- BEGIN GENERATED x -->\n\nnew \\1\n\n<!-- END GENERATED x -->\nb\n")
    assert with_block(made, Block("f.md", "x", lambda: r"new \1")) == made


@pytest.mark.parametrize("text", ["", "<!-- BEGIN GENERATED x -->"])
def test_a_missing_block_is_an_error(text: str) -> None:
    """A deleted marker does not silently end the comparison."""
    with pytest.raises(ValueError, match="0 blocks named x"):
        with_block(text, Block("f.md", "x", lambda: ""))


def test_cells_cannot_break_a_table() -> None:
    """A bar inside a cell is escaped."""
    assert generated.table(["a"], [["x | y"]]).splitlines()[2] == "| x \\| y |"
