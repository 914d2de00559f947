"""Which sections a report has: the research report has all, the management page five of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from engine.errors import InputError
from engine.reports.blocks import Section, facts_of
from engine.reports.data import Language, ReportData
from engine.reports.sections import closing, curves, studies
from engine.reports.sections.figures import figures_section
from engine.reports.sections.trades import trades_section
from engine.reports.sections.verdict import verdict_section

TemplateName = Literal["research", "management"]
TEMPLATES: Final[dict[str, tuple[int, ...]]] = {
    "research": tuple(range(18)),
    "management": (0, 1, 2, 9, 15),
}
NOTES: Final = 15
COMMENTARY: Final = 17

_PLAIN: Final[dict[int, Callable[[ReportData, Language], Section]]] = {
    2: curves.equity_section,
    3: curves.underwater_section,
    4: curves.months_section,
    5: curves.rolling_section,
    6: curves.price_section,
    7: trades_section,
    8: curves.exposure_section,
    9: studies.costs_section,
    10: studies.parameters_section,
    11: studies.walk_forward_section,
    12: studies.monte_carlo_section,
    13: studies.stress_section,
    14: studies.regimes_section,
    16: closing.rules_section,
}


def contents(
    data: ReportData, language: Language, template: TemplateName = "research"
) -> tuple[Section, ...]:
    """The sections of a template in order.

    Raises:
        InputError: TEMPLATE_UNKNOWN; TEXT_LANGUAGE for another language than en or de.
    """
    if template not in TEMPLATES:
        raise InputError(
            "TEMPLATE_UNKNOWN", "a report has no such template", value=template,
            hint=f"use {' or '.join(TEMPLATES)}",
        )  # fmt: skip
    brief = template == "management"
    wanted = TEMPLATES[template]
    found: list[Section] = []
    for number in wanted:
        if number == 0:
            found.append(verdict_section(data, language, brief=brief))
        elif number == 1:
            found.append(figures_section(data, language, brief=brief))
        elif number == NOTES:
            found.append(closing.notes_section(data, language, brief=brief))
        elif number != COMMENTARY:
            found.append(_PLAIN[number](data, language))
    if COMMENTARY in wanted:
        facts = facts_of(found, data.digest)
        found.append(closing.commentary_section(data, facts, language))
    return tuple(found)
