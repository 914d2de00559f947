"""The narration check stands hostile text: it ends, points into the text, and misses no digit."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from engine.facts.narration import NarrationCode, check
from engine.facts.placeholders import tokens
from engine.facts.table import Fact

FACTS = (
    Fact(key="a.return", value=0.1, unit="percent", source="1" * 64),
    Fact(key="b.return", value=-0.1, unit="percent", source="2" * 64),
)
WORDS = st.sampled_from(
    [
        "{{a.return}}",
        "{{b.return}}",
        "rose ",
        "fell ",
        "not ",
        "above ",
        "than ",
        ", ",
        ". ",
        "von ",
        "zwanzig",
        "hundert",
        "und",
        "percent",
        "{{",
        "}}",
        "\u200b",
        "\u0308",
        "fu",
        "nf",
        " ",
    ]
)
HOSTILE = st.lists(WORDS | st.text(max_size=4), max_size=30).map("".join)
DIGITS = st.characters(categories=["Nd", "Nl", "No"])


@given(HOSTILE)
def test_findings_point_into_the_text(text: str) -> None:
    """Every finding names a stretch that exists, in order."""
    found = check(text, FACTS)
    assert all(0 <= item.start < item.end <= len(text) for item in found)
    assert [item.start for item in found] == sorted(item.start for item in found)


@given(st.text(max_size=20), DIGITS, st.text(max_size=20))
def test_no_digit_of_any_script_passes(before: str, digit: str, after: str) -> None:
    """One digit anywhere outside a placeholder is enough."""
    text = before + digit + after
    inside = any(token.start <= len(before) < token.end for token in tokens(text))
    codes = {item.code for item in check(text, FACTS)}
    assert inside or NarrationCode.NARRATION_FREE_NUMBER in codes


@given(st.floats(-1e6, 1e6), st.sampled_from(["profit", "loss", "Gewinn", "Verlust"]))
def test_gain_and_loss_follow_the_sign(value: float, word: str) -> None:
    """A profit needs a figure above zero, a loss one below it."""
    fact = Fact(key="x.total_return", value=value, unit="percent", source="1" * 64)
    up = word in {"profit", "Gewinn"}
    wrong = bool(check(f"{word}: {{{{x.total_return}}}}", (fact,)))
    assert wrong == (not (value > 0 if up else value < 0))


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_above_and_below_exclude_each_other(left: float, right: float) -> None:
    """Of "above" and "below" at most one passes, and exactly one for unequal figures."""
    facts = (
        Fact(key="x.sharpe", value=left, unit="ratio", source="1" * 64),
        Fact(key="y.sharpe", value=right, unit="ratio", source="2" * 64),
    )
    above = not check("{{x.sharpe}} is above {{y.sharpe}}", facts)
    below = not check("{{x.sharpe}} is below {{y.sharpe}}", facts)
    assert (above, below) == (left > right, left < right)


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Zs"]), max_size=30))
def test_repeating_the_user_is_never_a_free_number(text: str) -> None:
    """A narration that is the user's text holds no free number."""
    decomposed = unicodedata.normalize("NFD", text) + " 12.5 % fünfzig Prozent"
    codes = {item.code for item in check(decomposed, FACTS, decomposed)}
    assert NarrationCode.NARRATION_FREE_NUMBER not in codes
