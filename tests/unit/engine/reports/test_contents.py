"""The numbered sections: all of them, in order, and what is absent says how to run it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from engine.errors import InputError
from engine.facts.table import by_key
from engine.reports.blocks import NotRun, Paragraph, Section, Table, cells_of, facts_of
from engine.reports.contents import TEMPLATES, contents
from engine.reports.data import Language, ReportData
from engine.reports.texts import text

ReportOf = Callable[[str], ReportData]
LANGUAGES: tuple[Language, ...] = ("en", "de")
STUDIES = (9, 10, 11, 12, 13, 14)


def _words(section: Section) -> str:
    return " ".join(cell.text for cell in cells_of(section.blocks))


@pytest.mark.parametrize("name", ["plain", "sealed", "open", "studied"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_research_report_has_all_sections_in_order(
    name: str, language: Language, report_of: ReportOf
) -> None:
    """Numbers 0 to 17, each with a title and something to read."""
    found = contents(report_of(name), language)
    assert [section.number for section in found] == list(range(18))
    assert all(section.title and section.blocks for section in found)
    assert len({section.name for section in found}) == 18


def test_the_management_page_has_five(report_of: ReportOf) -> None:
    """Verdict, key figures, equity, costs, notes."""
    found = contents(report_of("open"), "en", "management")
    assert tuple(section.number for section in found) == TEMPLATES["management"]


def test_what_nobody_ran_says_how_to_run_it(report_of: ReportOf) -> None:
    """Six studies, the statistics and the calibration: a sentence and a command each."""
    found = contents(report_of("sealed"), "en")
    for number in STUDIES:
        (block,) = found[number].blocks
        assert isinstance(block, NotRun)
        assert block.command.startswith("peak research ")
    said = [block for section in found[:2] for block in section.blocks if isinstance(block, NotRun)]
    assert len(said) == 2


def test_what_was_run_is_shown(report_of: ReportOf) -> None:
    """The twin: with studies no section says that nobody ran it."""
    found = contents(report_of("studied"), "en")
    blocks = [block for section in found for block in section.blocks]
    assert not [block for block in blocks if isinstance(block, NotRun)]
    assert "<i>x</i>" in _words(found[13])
    assert "fast=5" in _words(found[11])


def test_named_statistics_carry_year_and_trials(report_of: ReportOf) -> None:
    """PSR 2012 and DSR 2014 with N in one row each; a sealed holdout's value reads sealed."""
    table = contents(report_of("studied"), "en")[1].blocks[0]
    assert isinstance(table, Table)
    rows = {row[0].text: row for row in table.groups[-1].rows}
    psr = next(row for label, row in rows.items() if "(PSR 2012)" in label)
    assert (psr[1].text, psr[2].text) == ("93.00%", "sealed")
    assert any("(DSR 2014, N = 1,312)" in label for label in rows)


@pytest.mark.parametrize("name", ["plain", "sealed", "open", "studied"])
def test_every_number_in_a_table_has_a_fact(name: str, report_of: ReportOf) -> None:
    """Cells of number columns: a fact key, or no digit at all."""
    for section in contents(report_of(name), "en"):
        for block in section.blocks:
            for table in [block] if isinstance(block, Table) else []:
                for group in table.groups:
                    for row in group.rows:
                        bare = [c for i, c in enumerate(row) if i not in table.words and not c.fact]
                        assert not [cell for cell in bare if re.search(r"\d", cell.text)]


@pytest.mark.parametrize("name", ["plain", "sealed", "open", "studied"])
def test_fact_keys_are_wellformed_and_say_one_thing(name: str, report_of: ReportOf) -> None:
    """Every figure becomes a fact; no key stands for two values; sealed ones hold none."""
    data = report_of(name)
    sections = contents(data, "en")
    seen: dict[str, float | None] = {}
    for section in sections:
        for cell in cells_of(section.blocks):
            if cell.fact:
                assert seen.setdefault(cell.fact, cell.value) == cell.value
    facts = by_key(facts_of(sections, data.digest))
    assert len(facts) > 60
    assert all(facts[key].value is None for key in facts if facts[key].sealed)
    if name in ("sealed", "studied"):
        assert all(fact.value is None for key, fact in facts.items() if key.startswith("oos."))


@pytest.mark.parametrize("language", LANGUAGES)
def test_criteria_have_units(language: Language, report_of: ReportOf) -> None:
    """A share reads as percent, a count as a count: never bare beside each other."""
    table = next(b for b in contents(report_of("open"), language)[0].blocks if isinstance(b, Table))
    rows = [row for group in table.groups for row in group.rows]
    values = {row[1].below.text: row[2].text for row in rows if row[1].below}
    assert values["TRADES_TOO_FEW"] == "41"
    assert values["HOLDOUT_REFUTED"] == ("76.54%" if language == "en" else "76,54\u00a0%")


def test_a_commentary_is_filled_from_the_facts(report_of: ReportOf) -> None:
    """Placeholders become the report's own figures, each with its key; sealed ones read sealed."""
    said = "Train ended with {{train.trades}} trades; the holdout: {{oos.sharpe}}."
    data = report_of("sealed").model_copy(update={"commentary": said})
    section = contents(data, "en")[17]
    trades = str(data.train.trades)
    assert _words(section).replace("  ", " ").count(trades) == 1
    assert "sealed" in _words(section)
    assert {"train.trades", "oos.sharpe"} <= {cell.fact for cell in cells_of(section.blocks)}


def test_what_a_commentary_leaves_out_is_said(report_of: ReportOf) -> None:
    """Costs, trades, holdout length and N; the twin names all four."""
    data = report_of("sealed")
    short = contents(data.model_copy(update={"commentary": "{{train.trades}} trades."}), "en")[17]
    said = "{{train.trades}} {{costs.taker}} {{report.holdout_days}} {{gate.trials}}"
    whole = contents(data.model_copy(update={"commentary": said}), "en")[17]
    assert "costs, the length of the holdout, the number of trials" in _words(short)
    assert "does not mention" not in _words(whole)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("It made 12 % a year.", "NARRATION_FREE_NUMBER"),
        ("It made {{train.nothing}}.", "NARRATION_UNKNOWN_FACT"),
    ],
)
def test_a_commentary_with_figures_of_its_own_is_refused(
    said: str, code: str, report_of: ReportOf
) -> None:
    """The text is not shown; its codes are."""
    section = contents(report_of("plain").model_copy(update={"commentary": said}), "en")[17]
    assert code in _words(section)
    assert "It made" not in _words(section)


def test_another_template_is_refused(report_of: ReportOf) -> None:
    """TEMPLATE_UNKNOWN names the two that exist."""
    with pytest.raises(InputError) as caught:
        contents(report_of("plain"), "en", "board")  # type: ignore[arg-type]  # the point of the test
    assert caught.value.code == "TEMPLATE_UNKNOWN"
    assert "management" in caught.value.hint


def test_trades_are_grouped_when_there_is_more_than_one(report_of: ReportOf) -> None:
    """Two symbols and two rules give groups and columns of their own; one gives none."""
    data = report_of("plain")
    from engine.reports.tables import slice_lines  # noqa: PLC0415 - only this test regroups

    mixed = tuple(
        line.model_copy(update={"symbol": f"S{i % 2}", "rule": f"r{i % 2}"})
        for i, line in enumerate(data.trades)
    )
    several = data.model_copy(update={"trades": mixed, "slices": slice_lines(mixed)})
    assert {line.kind for line in several.slices} == {"side", "symbol", "rule"}
    assert {line.kind for line in data.slices} == {"side"}
    assert text("slice.by_symbol", "en") in str(contents(several, "en")[7].blocks)
    assert text("trade.rule", "en") in str(contents(several, "en")[7].blocks)
    assert text("slice.by_symbol", "en") not in str(contents(data, "en")[7].blocks)


def test_the_management_page_counts_what_it_does_not_list(report_of: ReportOf) -> None:
    """Passed criteria are a number; failed ones stand there."""
    section = contents(report_of("sealed"), "en", "management")[0]
    said = [b for b in section.blocks if isinstance(b, Paragraph)]
    assert any("gate.criteria_passed" in {cell.fact for cell in block.parts} for block in said)
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert all("passed" not in row[0].tone for row in table.groups[0].rows)
