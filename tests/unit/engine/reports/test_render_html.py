"""The page: self-contained, complete without scripts, honest about what is sealed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from engine.backtest.costs import CostModel
from engine.data.bars import Bars
from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.reports.build import ReportRun, report_data
from engine.reports.data import Language, ReportData, RuleWords
from engine.reports.render_html import render, style_source, stylesheet
from engine.reports.texts import text

ReportOf = Callable[[str], ReportData]
VOID = {"meta", "br", "link", "img", "input", "hr"}
LANGUAGES: tuple[Language, ...] = ("en", "de")


class Checker(HTMLParser):
    """Remembers tags and attributes and complains about tags that do not close."""

    def __init__(self) -> None:
        """An empty page."""
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        """A closing tag must close the last open one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.append(data)


def _check(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    return checker


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["plain", "sealed", "open", "studied"])
def test_the_page_is_wellformed_and_self_contained(
    name: str, language: Language, report_of: ReportOf
) -> None:
    """No script, no style attribute, no address outside, small."""
    page = render(report_of(name), language)
    found = _check(page)
    assert found.tags.isdisjoint({"script", "link", "iframe", "img", "object", "form"})
    assert "style" not in found.attributes
    assert not any(attribute.startswith("on") for attribute in found.attributes)
    assert set(re.findall(r"(?:https?:)?//[\w.]+", page)) == {"http://www.w3.org"}
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert len(page) < 500_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_sealed_figures_read_sealed(language: Language, report_of: ReportOf) -> None:
    """Every holdout figure says so, and the number of the holdout's criterion is not there."""
    page = render(report_of("sealed"), language)
    word = text("holdout.sealed", language)
    cells = re.findall(r'data-fact="oos\.[a-z0-9_.]+">([^<]*)<', page)
    assert len(cells) == 25
    assert set(cells) == {word}
    criterion = re.search(r'data-fact="oos\.gate\.holdout_refuted"[^>]*>([^<]*)<', page)
    assert criterion is not None
    assert criterion[1] == word
    assert "765" not in page


def test_open_figures_are_shown(report_of: ReportOf) -> None:
    """The twin: an open holdout has numbers in its column."""
    page = render(report_of("open"), "en")
    cells = re.findall(r'data-fact="oos\.[a-z0-9_]+">([^<]*)<', page)
    assert len(cells) == 25
    assert "sealed" not in set(cells)
    assert "76.54%" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_comes_first(language: Language, report_of: ReportOf) -> None:
    """Before any figure; a pass names its tier and says what it does not mean."""
    page = render(report_of("open"), language)
    verdict = page.index(text("verdict.PASS", language))
    assert verdict < page.index(text("section.figures", language))
    assert text("verdict.PASS.sentence", language, tier="paper") in page
    assert ("1,312" if language == "en" else "1.312") in page


def test_without_a_verdict_the_page_says_so(report_of: ReportOf) -> None:
    """Nobody has judged: no criteria, no counts, one plain sentence."""
    page = render(report_of("plain"), "en")
    assert text("verdict.none", "en") in page
    assert text("verdict.trials", "en") not in page


def test_numbers_and_words_follow_the_language(report_of: ReportOf) -> None:
    """1,234.56 and 1.234,56; rules and dates too."""
    data = report_of("open")
    english, german = render(data, "en"), render(data, "de")
    assert "10,000.00 USDT" in english
    assert "10.000,00 USDT" in german
    assert "Buy when it has risen." in english
    assert "Kaufe, wenn es gestiegen ist." in german
    assert "Jan 1, 2020" in english
    assert "01.01.2020" in german
    assert '<html lang="de">' in german


def test_gains_and_losses_carry_a_sign(report_of: ReportOf) -> None:
    """Colour is never the only difference."""
    page = render(report_of("open"), "en")
    cells = re.findall(r'<td class="[^"]*\b(gain|loss)[-\d ]*"[^>]*>([^<]+)<', page)
    assert cells
    assert all(written.startswith("+" if tone == "gain" else "-") for tone, written in cells)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_stays_text(
    language: Language, hostile: str, hostile_report: ReportData
) -> None:
    """A title, a rule, an idea and a finding cannot become mark-up or hide direction marks."""
    page = render(hostile_report, language)
    found = _check(page)
    assert "script" not in found.tags
    assert "<script>" not in page
    assert hostile[:25] in "".join(found.words)
    assert "\u202e" not in hostile_report.title


def test_the_style_source_is_the_digest_of_the_sheet(report_of: ReportOf) -> None:
    """A page policy can allow exactly this sheet."""
    page = render(report_of("plain"), "en")
    sheet = page[page.index("<style>") + 7 : page.index("</style>")]
    assert sheet == stylesheet()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert style_source() == f"'sha256-{digest}'"


def test_the_sheet_knows_dark_and_print() -> None:
    """Light and dark come from the reader's system; no sheet from outside."""
    sheet = stylesheet()
    assert "prefers-color-scheme: dark" in sheet
    assert "@media print" in sheet
    assert re.search(r"@import|url\(|gradient", sheet) is None


def test_the_same_report_gives_the_same_page(report_of: ReportOf) -> None:
    """Byte-identical twice."""
    data = report_of("sealed")
    assert render(data, "de") == render(data, "de")


def test_another_language_is_refused(report_of: ReportOf) -> None:
    """TEXT_LANGUAGE instead of half a page."""
    with pytest.raises(InputError) as caught:
        render(report_of("plain"), "fr")  # type: ignore[arg-type]  # the point of the test
    assert caught.value.code == "TEXT_LANGUAGE"


def test_ten_years_and_a_thousand_trades_stay_small(
    run_on: Callable[[Bars], ReportRun], wave: Callable[..., Bars], spec: StrategySpec
) -> None:
    """Below three megabytes with every trade in the list; the trades are all there."""
    data = report_data(spec, RuleWords(), run_on(wave(3_650)), CostModel())
    many = (data.trades * 1_000)[:1_000]
    data = data.model_copy(update={"trades": many, "trades_total": 1_000})
    page = render(data, "de")
    assert len(page.encode()) < 3_000_000
    assert 'data-fact="trades.1000.pnl"' in page


@pytest.mark.parametrize("name", ["open", "studied"])
def test_every_number_of_the_page_has_a_fact(name: str, report_of: ReportOf) -> None:
    """Cells of number columns, counts and intervals carry the key of their fact."""
    page = render(report_of(name), "en")
    cells = re.findall(r'<(?:td|th)( class="n[ "][^>]*)>([^<]*)<', page)
    assert len(cells) > 100
    bare = [words for tag, words in cells if re.search(r"\d", words) and "data-fact" not in tag]
    heads = set(re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", page))
    assert [words for words in bare if words not in heads] == []
    assert re.findall(r'<span class="range"><span(?! data-fact)', page) == []


def test_intervals_stand_below_their_figure(report_of: ReportOf) -> None:
    """Both ends, each with a key of its own; none on a sealed holdout."""
    page = render(report_of("sealed"), "en")
    assert 'data-fact="train.sharpe.low"' in page
    assert 'data-fact="benchmark.cagr.high"' in page
    assert "oos.sharpe.low" not in page


def test_the_management_page_is_a_part_of_the_report(report_of: ReportOf) -> None:
    """Five sections, no list of trades; both templates use the same sheet."""
    page = render(report_of("open"), "de", "management")
    _check(page)
    assert page.count("<section") == 5
    assert "trades.1.pnl" not in page
    assert '<body class="management">' in page
    assert stylesheet() in page


def test_markdown_in_an_idea_stays_text(hostile_report: ReportData) -> None:
    """A link and a placeholder from outside are words."""
    said = hostile_report.spec.model_copy(update={"hypothesis": "[x](y) **bold** {{train.sharpe}}"})
    page = render(hostile_report.model_copy(update={"spec": said}), "en")
    assert "[x](y) **bold** {{train.sharpe}}" in page
