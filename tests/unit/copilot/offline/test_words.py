"""Numbers, forms of writing, languages: the text as the grammar reads it."""

from __future__ import annotations

import pytest

from copilot.offline.detection import detect
from copilot.offline.normalise import Language, normalise
from copilot.offline.number_words import english_numbers, german_numbers


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("twenty-five bars", "25 bars"),
        ("two hundred day", "200 day"),
        ("one hundred and fifty", "150"),
        ("half a percent", "0.5 percent"),
        ("a quarter percent", "0.25 percent"),
        ("two and a half", "2.5"),
        ("a percent", "1 percent"),
        ("twice its average", "2 times its average"),
        ("a dozen", "12"),
    ],
)
def test_english_number_words_become_digits(said: str, read: str) -> None:
    """Units, tens, hundreds, halves and multiples."""
    assert english_numbers(said) == read


@pytest.mark.parametrize("kept", ["this one", "the fast one", "double the position", "someone"])
def test_words_that_only_look_like_numbers_stay(kept: str) -> None:
    """The twin."""
    assert english_numbers(kept) == kept


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("fünfundzwanzig kerzen", "25 kerzen"),
        ("zweihundert tage", "200 tage"),
        ("hundertfünfzig", "150"),
        ("zweieinhalb", "2.5"),
        ("anderthalb prozent", "1.5  prozent"),
        ("ein halbes prozent", "0.5 prozent"),
        ("eine position", "1 position"),
        ("zwölf monate", "12 monate"),
        ("das dreifache", "das 3 mal"),
        ("doppelt so hoch", "2 mal so hoch"),
    ],
)
def test_german_number_words_become_digits(said: str, read: str) -> None:
    """Composed words, halves, multiples, and `ein` where it counts."""
    assert german_numbers(said) == read


@pytest.mark.parametrize("kept", ["ein ausbruch", "eine strategie", "einfach"])
def test_a_german_article_is_no_number(kept: str) -> None:
    """`ein` counts only before a unit."""
    assert german_numbers(kept) == kept


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("Stop 2,5 Prozent", "de", "stop 2.5%"),
        ("10.000 Euro je Trade", "de", "10000 euro je trade"),
        ("MACD(12,26,9)", "de", "macd(12,26,9)"),
        ("1,000 USDT", "en", "1000 usdt"),
        ("25 basis points", "en", "0.25%"),
        ("four-hour chart", "en", "4 hour chart"),
        ("4-Stunden-Chart", "de", "4 stunden chart"),
        ("below minus 90", "en", "below -90"),
        ("unter \u221290", "de", "unter -90"),
        ("\u00fcber dem \u201eHoch\u201c", "de", 'über dem "hoch"'),
        ("ueber 30, faellt", "de", "über 30, fällt"),
        ("w/ RSI", "en", "with rsi"),
        ("9:30-16:00", "en", "9:30-16:00"),
    ],
)
def test_one_way_to_write_a_thing(said: str, language: Language, read: str) -> None:
    """Decimal commas, thousands, percent, signs, dashes, quotes, umlauts."""
    assert normalise(said, language) == read


@pytest.mark.parametrize("text", ["9" * 4_000, "1,2," * 1_000, "\u2212" * 500])
def test_silly_numbers_do_not_take_long(text: str) -> None:
    """Runs of digits are no numbers and are dropped."""
    assert len(normalise(text, "en")) <= len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Buy when the RSI falls below thirty", "en"),
        ("Kaufe, wenn der RSI unter dreißig fällt", "de"),
        ("ema 8 über ema 34, rein, andersrum raus", "de"),
        ("Stop auf 2 Prozent", "de"),
        ("make the stop 4%", "en"),
        ("mach den stop 4%", "de"),
    ],
)
def test_the_language_is_found_from_small_words(text: str, language: Language) -> None:
    """Whatever the other setting says."""
    assert detect(text, "de" if language == "en" else "en") == language


def test_a_text_without_words_keeps_the_default() -> None:
    """`RSI 14` is neither."""
    assert (detect("RSI 14", "de"), detect("RSI 14", "en")) == ("de", "en")
