"""Cells: a figure carries sign, tone, unit and key; words from outside stay words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.table import Fact
from engine.reports.blocks import (
    Cell,
    Code,
    Counts,
    Folded,
    Listing,
    Pairs,
    Paragraph,
    Section,
    facts_of,
)
from engine.reports.cells import figure, heat, key_part, price, prose, sealed, words

DIGEST = "a" * 64


@given(st.text(max_size=60))
def test_any_name_becomes_part_of_a_key(name: str) -> None:
    """Whatever a symbol or a rule is called, its key is one."""
    key = f"slices.{key_part(name)}.pnl"
    assert Fact(key=key, value=1.0, unit="money", source=DIGEST).key == key


@pytest.mark.parametrize(
    ("value", "text", "tone"),
    [
        (0.0123, "+1.23%", "gain"),
        (-0.0123, "-1.23%", "loss"),
        (0.0, "0.00%", ""),
        (0.00001, "0.00%", ""),
        (None, "\u2014", "none"),
    ],
)
def test_signed_figures(value: float | None, text: str, tone: str) -> None:
    """The sign stands in front; what rounds to zero has none; nothing is never zero."""
    cell = figure(value, "percent", "en", "train.x", signed=True)
    assert (cell.text, cell.tone, cell.value) == (text, tone, value)


@pytest.mark.parametrize(
    ("value", "tone"), [(0.01, "gain-1"), (-0.03, "loss-2"), (0.07, "gain-3"), (-0.5, "loss-4")]
)
def test_heat_has_four_steps(value: float, tone: str) -> None:
    """The larger the month, the stronger its tone; an absent month is empty."""
    assert heat(value, "en", "months.x").tone == tone
    assert heat(None, "en", "months.x").text == ""


def test_prices_keep_digits_that_mean_something() -> None:
    """Six digits, two decimals at least, in both languages."""
    assert price(0.000123456, "en", "p.x").text == "0.00012346"
    assert price(200.68, "de", "p.x").text == "200,680"
    assert price(7.0, "en", "p.x").text == "7.00000"
    assert price(43_811.876, "de", "p.x").text == "43.811,88"
    assert price(None, "en", "p.x").text == "\u2014"


def test_a_sealed_cell_has_no_value() -> None:
    """The word, and nothing to find in the record."""
    cell = sealed("ratio", "de", "oos.sharpe")
    assert (cell.text, cell.value, cell.tone) == ("versiegelt", None, "sealed")


def test_sentences_hold_their_figures_as_cells() -> None:
    """The number of a sentence keeps its key; words around it are plain."""
    count = figure(3, "count", "en", "trades.total")
    parts = prose("trades.all", "en", total=count)
    assert "".join(cell.text for cell in parts) == "All 3 trades."
    assert [cell.fact for cell in parts] == ["", "trades.total", ""]
    assert words("a\u202eb\nc").text == "ab c"


def test_facts_are_found_in_every_kind_of_block() -> None:
    """Counts, pairs, sentences, lists and what is folded away; a repeated key counts once."""
    cells = [figure(float(place), "count", "en", f"x.f{place}") for place in range(5)]
    blocks = (
        Counts((("a", cells[0]),)),
        Pairs((("b", cells[1]),)),
        Paragraph((cells[2], cells[2])),
        Listing(((cells[3],),)),
        Folded("more", (Pairs((("c", cells[4]),)), Code("x"))),
    )
    facts = facts_of([Section(0, "a", "A", blocks)], DIGEST)
    assert [fact.key for fact in facts] == [f"x.f{place}" for place in range(5)]
    bare = Section(1, "b", "B", (Paragraph((Cell("no figure"),)),))
    assert facts_of([bare], DIGEST) == ()
