"""The report as one HTML file: own style sheet inside, inline SVG, no script, no address outside.

Everything that came from outside is escaped; a name that the template does not know is an error,
never an empty place.
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from engine.facts.numbers import format_value
from engine.reports import summary
from engine.reports.charts import equity_picture
from engine.reports.data import Language, ReportData
from engine.reports.figures import (
    TRADE_COLUMNS,
    figure_groups,
    finding_rows,
    month_rows,
    signed,
    trade_rows,
)
from engine.reports.texts import text

if TYPE_CHECKING:
    from jinja2 import Template


def stylesheet() -> str:
    """The style sheet that stands inside every report."""
    return _file("report.css")


def style_source() -> str:
    """Its source expression for a content security policy: `'sha256-...'`."""
    raw = hashlib.sha256(stylesheet().encode()).digest()
    return f"'sha256-{base64.b64encode(raw).decode('ascii')}'"


def _file(name: str) -> str:
    folder = resources.files("engine.reports") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _template() -> Template:
    from jinja2 import DictLoader, Environment, StrictUndefined  # noqa: PLC0415 - only to render

    environment = Environment(
        loader=DictLoader({"report.html": _file("report.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def render(data: ReportData, language: Language) -> str:
    """The report as one self-contained page.

    Args:
        data: the report.
        language: `en` or `de`, for words, numbers and dates.

    Raises:
        InputError: TEXT_LANGUAGE for another language.
    """
    return _template().render(
        data=data,
        t=partial(_word, language),
        css=Markup(stylesheet()),  # noqa: S704 - our own file, nothing from outside
        verdict=summary.verdict_key(data),
        sentence=summary.verdict_sentence(data, language),
        subtitle=summary.subtitle(data, language),
        counts=summary.verdict_counts(data, language),
        findings=finding_rows(data, language),
        figures=figure_groups(data, language),
        basis=summary.basis(data, language),
        picture=equity_picture(data, language),
        months=month_rows(data, language),
        reasons=_reasons(data, language),
        shown=summary.trades_shown(data, language),
        trade_columns=TRADE_COLUMNS,
        trades=trade_rows(data, language),
        words=summary.rule_lines(data, language),
        notes=summary.note_lines(data, language),
        costs=summary.cost_lines(data, language),
        digests=[(summary.digest_name(item, language), item.digest) for item in data.digests],
    )


def _word(language: Language, key: str, **values: object) -> str:
    return text(key, language, **values)


def _reasons(data: ReportData, language: Language) -> list[tuple[object, ...]]:
    return [
        (
            text(f"reason.{line.reason}", language),
            format_value(line.trades, "count", language),
            signed(line.pnl, "money", language),
        )
        for line in data.reasons
    ]
