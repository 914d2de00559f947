"""Placeholders are filled from facts and from nothing else."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.facts.placeholders import StreamFiller, fill, keys
from engine.facts.table import Fact

FACTS = (
    Fact(key="train.sharpe", value=1.25, unit="ratio", source="1" * 64),
    Fact(key="train.total_return", value=0.5, unit="percent", source="2" * 64),
    Fact(key="oos.sharpe", value=None, unit="ratio", source="3" * 64, sealed=True),
)


def test_known_keys_become_figures() -> None:
    """Figures, a sealed one and the plain text come out in order."""
    filled = fill("S {{train.sharpe}}, {{ train.total_return }}, {{oos.sharpe}}.", FACTS, "de")
    assert filled.text == "S 1,25, 50,00\u00a0%, versiegelt."
    assert filled.missing == ()
    assert [part.key for part in filled.parts if part.key] == [
        "train.sharpe",
        "train.total_return",
        "oos.sharpe",
    ]


def test_unknown_keys_stay_visible_and_are_reported() -> None:
    """A key without a fact is marked in the text and listed once."""
    filled = fill("{{train.sharp}} and {{train.sharp}} and {{Not a key}}", FACTS)
    assert filled.text == "[?train.sharp] and [?train.sharp] and [?Not a key]"
    assert filled.missing == ("train.sharp", "Not a key")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{{train.sharpe}}}", "{1.25}"),
        ("{{{{train.sharpe}}}}", "{ {1.25}}"),
        ("{{oos.{{train.sharpe}}}}", "{ {oos.1.25}}"),
        ("{{train.sharpe", "{ {train.sharpe"),
        ("{{train.sharpe}", "{ {train.sharpe}"),
        ("{{train.\nsharpe}}", "{ {train.\nsharpe}}"),
        ("{{}}", "[?]"),
        ("}}{{", "}}{ {"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ("{{" + "a" * 121 + "}}", "{ {" + "a" * 121 + "}}"),
        ("{{<script>alert(1)</script>}}", "[?<script>alert(1)</script>]"),
        ("{{__class__.__init__}}", "[?__class__.__init__]"),
    ],
)
def test_abusive_braces_are_harmless(text: str, shown: str) -> None:
    """Nested, unclosed and strange braces come out as text that cannot be filled again."""
    assert fill(text, FACTS).text == shown
    assert "{{" not in shown


def test_keys_are_named_once_in_order() -> None:
    """Only well-written keys count, each once."""
    assert keys("{{b.c}} {{a.b}} {{b.c}} {{x}} {{A.b}} {{a..b}} {{a.b.}}") == ("b.c", "a.b")


def test_a_stream_never_shows_half_a_placeholder() -> None:
    """What may still become a placeholder is held back, the rest leaves at once."""
    filler = StreamFiller(FACTS)
    shown = [filler.feed(chunk) for chunk in ("Sharpe {", "{train.", "sharpe}", "} up {", "x")]
    assert shown == ["Sharpe ", "", "", "1.25 up ", "{x"]
    assert filler.finish() == ""


def test_an_endless_opener_does_not_stall_the_stream() -> None:
    """After 120 characters an unclosed placeholder is plain text."""
    filler = StreamFiller(FACTS)
    assert filler.feed("{{" + "a" * 120) == ""
    assert filler.feed("a") == "{ {" + "a" * 121


def test_two_facts_with_one_key_are_refused() -> None:
    """A key that means two figures is a fault; the same fact twice is not."""
    other = FACTS[0].model_copy(update={"value": 9.0})
    with pytest.raises(InputError) as caught:
        fill("x", (*FACTS, other))
    assert caught.value.code == "FACT_REPEATED"
    assert fill("{{train.sharpe}}", (*FACTS, *FACTS)).text == "1.25"
