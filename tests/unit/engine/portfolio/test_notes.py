"""Notes: one sentence in each language, figures by language, the right ones at the right time."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from engine.portfolio.allocation import Allocation
from engine.portfolio.notes import (
    SCHEMES,
    WORDS,
    Note,
    NoteCode,
    allocation_notes,
    note,
    scheme_note,
    train_key_note,
)
from engine.portfolio.recipe_files import find_recipe
from engine.portfolio.recipes import Scheme


def codes(notes: tuple[Note, ...]) -> list[str]:
    """Codes in order."""
    return [one.code for one in notes]


def test_every_code_has_words_in_both_languages() -> None:
    """The list is closed: no code without a sentence, no sentence without a code."""
    assert set(WORDS) == set(get_args(NoteCode))
    assert set(SCHEMES) == set(get_args(Scheme))
    for words in (*WORDS.values(), *SCHEMES.values()):
        assert words.en
        assert words.de
        assert words.en != words.de


@pytest.mark.parametrize("code", get_args(NoteCode))
def test_both_languages_name_the_same_figures(code: NoteCode) -> None:
    """What a sentence leaves open is the same in both."""
    fields: dict[str, Any] = dict.fromkeys(
        ("day", "count", "scheme", "names", "limit", "scale", "label", "share", "currency",
         "other"), "X",
    )  # fmt: skip
    said = note(code, **fields)
    assert said.en.count("X") == said.de.count("X")
    assert "{" not in said.en + said.de


def test_figures_are_written_by_language() -> None:
    """A share is percent; German has a comma and a blank before the sign."""
    said = note("CASH", percents={"share": 0.125})
    assert said.say("en") == "12.50% of the account stays cash."
    assert said.say("de") == "12,50\u00a0% des Kontos bleiben Bargeld."


def test_notes_follow_from_the_allocation() -> None:
    """Idle, capped, scaled and cash are said when they happened, and not else."""
    recipe = find_recipe("multi_style_moderate")
    none = np.zeros(5, dtype=np.bool_)
    plain = Allocation(np.full(5, 0.2), none, none)
    assert codes(allocation_notes(recipe, plain)) == ["SCHEME", "TRAIN_KEY_VOID"]
    idle, capped = none.copy(), none.copy()
    idle[0] = capped[4] = True
    shaped = Allocation(np.full(5, 0.1), idle, capped, 0.5)
    found = allocation_notes(recipe, shaped)
    assert codes(found) == [
        "SCHEME", "SLEEVE_IDLE", "CORRELATION_CAPPED", "VOLATILITY_SCALED", "CASH",
        "TRAIN_KEY_VOID",
    ]  # fmt: skip
    assert recipe.labels[0] in found[1].en
    assert recipe.labels[4] in found[2].de


def test_the_train_key_of_a_small_mixture_stands() -> None:
    """Three members keep it, four lose it, unless all have the same weight."""
    assert train_key_note(3, "hrp") == ()
    assert codes(train_key_note(4, "fixed")) == ["TRAIN_KEY_VOID"]
    assert train_key_note(4, "equal") == ()
    assert scheme_note("equal").en.startswith("Weights: the same")
