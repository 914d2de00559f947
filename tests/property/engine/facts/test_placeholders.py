"""Filling holds under hostile text and every way of cutting a stream."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.placeholders import StreamFiller, fill, keys
from engine.facts.table import Fact

FACTS = (
    Fact(key="a.b", value=1.25, unit="ratio", source="1" * 64),
    Fact(key="oos.sharpe", value=2.75, unit="ratio", source="3" * 64, sealed=True),
)
PIECES = st.sampled_from(
    [
        "{",
        "}",
        "{{",
        "}}",
        "{{a.b}}",
        "{{ a.b }}",
        "a.b",
        "{{oos.sharpe}}",
        "{{x.y}}",
        "\n",
        "{{A}}",
        " ",
        "x" * 60,
        "{{a.b",
        "a.b}}",
        "ä",
        "\u202e",
        "\x00",
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join)


@given(HOSTILE)
def test_filling_twice_changes_nothing(text: str) -> None:
    """A filled text holds no placeholder any more."""
    filled = fill(text, FACTS)
    assert "{{" not in filled.text
    assert keys(filled.text) == ()
    assert fill(filled.text, FACTS).text == filled.text


@given(HOSTILE)
def test_a_sealed_value_never_appears(text: str) -> None:
    """No text makes a sealed figure visible."""
    if "2.75" not in text:
        assert "2.75" not in fill(text, FACTS).text


@given(HOSTILE)
def test_pieces_are_the_text(text: str) -> None:
    """The parts join to the text, and every part with a key names a known or missing fact."""
    filled = fill(text, FACTS)
    assert "".join(part.text for part in filled.parts) == filled.text
    assert all(
        part.key in {"a.b", "oos.sharpe"} or part.missing for part in filled.parts if part.key
    )


@given(HOSTILE, st.data())
@settings(max_examples=200)
def test_every_cut_gives_the_same_text(text: str, data: st.DataObject) -> None:
    """A streamed text equals the whole one, and no chunk shows an opener."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    filler = StreamFiller(FACTS)
    bounds = [0, *cuts, len(text)]
    shown = [filler.feed(text[a:b]) for a, b in pairwise(bounds)]
    shown.append(filler.finish())
    whole = fill(text, FACTS)
    assert "".join(shown) == whole.text
    assert filler.missing == whole.missing


@given(HOSTILE)
def test_text_without_braces_is_untouched(text: str) -> None:
    """Only placeholders are ever changed."""
    plain = text.replace("{", "(")
    assert fill(plain, FACTS).text == plain
