"""The catalogues: equal keys, equal placeholders, plain words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from string import Formatter
from typing import get_args

import pytest

from engine.backtest.metrics import UNITS
from engine.backtest.orders import DROP_CODES
from engine.backtest.result import ExitReason
from engine.errors import InputError
from engine.gate.findings import Effect
from engine.reports.compare import Trap
from engine.reports.sections.figures import GROUPS, STATISTIC_UNITS
from engine.reports.sections.trades import TRADE_COLUMNS
from engine.reports.texts import CATALOGUES, date_text, has_text, text

ENGLISH, GERMAN = CATALOGUES["en"], CATALOGUES["de"]


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_both_languages_have_the_same_keys() -> None:
    """No text is missing in one language."""
    assert set(ENGLISH) == set(GERMAN)


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_both_languages_fill_the_same_places(key: str) -> None:
    """A number that one language shows is shown by the other."""
    assert _fields(ENGLISH[key]) == _fields(GERMAN[key])


def test_every_figure_column_reason_and_note_has_words() -> None:
    """Whatever the engine can produce can be said."""
    wanted = [f"figure.{name}" for name in UNITS]
    wanted += [f"group.{group}" for group, _ in GROUPS]
    wanted += [f"trade.{name}" for name in TRADE_COLUMNS]
    wanted += [f"drop.{code}" for code in DROP_CODES if code != "FINE"]
    wanted += [f"reason.{reason}" for reason in get_args(ExitReason)]
    wanted += [f"compare.trap.{trap}" for trap in get_args(Trap)]
    wanted += [f"statistic.{name}{n}" for name in STATISTIC_UNITS for n in ("", ".n")]
    wanted += [f"effect.{effect.value}" for effect in Effect]
    wanted += [f"verdict.{name}.sentence" for name in ("none", "PASS", "FAIL", "INELIGIBLE")]
    assert [key for key in wanted if not has_text(key)] == []
    assert {name for _, names in GROUPS for name in names} == set(UNITS)


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_promise_and_no_exclamation_mark(language: str) -> None:
    """A report never guarantees, never calls anything safe, never shouts."""
    words = " ".join(CATALOGUES[language].values())
    assert re.search(r"!|guarantee|garantier|\bsafe\b|\bsicher\b|vault|in-sample", words) is None


def test_dates_follow_the_language() -> None:
    """The same day in both languages."""
    day = datetime(2026, 1, 15, 23, 59, tzinfo=UTC)
    assert (date_text(day, "en"), date_text(day, "de")) == ("Jan 15, 2026", "15.01.2026")


def test_another_language_and_another_key_are_refused() -> None:
    """TEXT_LANGUAGE and TEXT_UNKNOWN; the known ones are words."""
    with pytest.raises(InputError) as caught:
        text("report", "fr")  # type: ignore[arg-type]  # the point of the test
    assert caught.value.code == "TEXT_LANGUAGE"
    with pytest.raises(InputError) as caught:
        text("no.such.key", "en")
    assert caught.value.code == "TEXT_UNKNOWN"
    assert text("holdout.sealed", "de") == "versiegelt"
