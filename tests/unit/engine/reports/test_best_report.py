"""The best-of report: rank, N, p_IS and the gate's word beside every Sharpe ratio."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from engine.reports.best_report import BestLine, BestOf, best_html, best_markdown, best_sections
from engine.reports.blocks import cells_of
from engine.reports.texts_best_de import BEST_GERMAN
from engine.reports.texts_best_en import BEST_ENGLISH

LANGUAGES: Final[tuple[Literal["en", "de"], ...]] = ("en", "de")
FOUND: Final = BestOf(
    market="BTC/USDT",
    trials=1_312,
    lines=(
        BestLine(
            rank=1, id="17", strategy="trend (fast=5)", p_is=0.4137, trials=1_312,
            tier="PASS paper", sharpe=1.25, total_return=0.5, max_drawdown=0.2, closed=41.0,
        ),
        BestLine(rank=2, id="3", strategy="<b>*evil*</b>", p_is=1.0, trials=1_312),
    ),
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sharpe_ratio_never_stands_alone(language: Literal["en", "de"]) -> None:
    """Each line has rank, N, p_IS and what the gate said; the numbers are the language's."""
    text = best_markdown(FOUND, language)
    line = next(one for one in text.splitlines() if "fast=5" in one)
    mark = "." if language == "en" else ","
    assert f"41{mark}37" in line
    assert f"1{mark}25" in line
    assert ("1,312" if language == "en" else "1.312") in line
    assert "PASS paper" in line
    warned = "verdict" if language == "en" else "Urteil"
    assert warned in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_was_not_judged_is_said(language: Literal["en", "de"]) -> None:
    """No word of the gate is said in words, not left blank."""
    words = BEST_ENGLISH if language == "en" else BEST_GERMAN
    assert words["best.not_judged"] in best_markdown(FOUND, language)


def test_foreign_text_is_escaped() -> None:
    """A strategy's name is text in either form."""
    assert "<b>" not in best_html(FOUND, "en")
    assert "\\*evil\\*" in best_markdown(FOUND, "en")


def test_the_page_needs_nothing_from_outside() -> None:
    """One file: no script, no address."""
    page = best_html(FOUND, "de")
    assert "<script" not in page
    assert "http" not in page
    assert page.lower().startswith("<!doctype html>")


def test_every_figure_has_a_fact() -> None:
    """A number in the table can be named."""
    cells = [one for part in best_sections(FOUND, "en") for one in cells_of(part.blocks)]
    figures = [one for one in cells if one.unit is not None]
    assert len(figures) == 13
    assert all(one.fact for one in figures)


def test_an_empty_ranking_says_why() -> None:
    """Nothing to rank is a sentence."""
    empty = BestOf(market="X", trials=2)
    assert BEST_ENGLISH["best.none"] in best_markdown(empty, "en")


def test_catalogues_have_equal_keys() -> None:
    """Both languages say the same things."""
    assert set(BEST_ENGLISH) == set(BEST_GERMAN)
