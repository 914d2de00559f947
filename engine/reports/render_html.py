"""The report as one HTML file: own style sheet inside, inline SVG, no script, no address outside.

Everything that came from outside is escaped; a name that the template does not know is an error,
never an empty place.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from engine.reports.blocks import Section
from engine.reports.contents import TemplateName, contents
from engine.reports.data import Language, ReportData
from engine.reports.texts import date_text, text

if TYPE_CHECKING:
    from jinja2 import Template

_SHAPES: Final = {
    "enter-long": '<path class="enter-long" d="M9,1l4,8h-8z"/>',
    "enter-short": '<path class="enter-short" d="M9,9l4,-8h-8z"/>',
    "leave": '<path class="leave" d="M6,2l6,6m0,-6l-6,6"/>',
}
_BAR: Final = '<rect class="{}" x="0" y="2" width="18" height="6"/>'
_LINE: Final = '<line class="{}" x1="0" x2="18" y1="5" y2="5"/>'


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


def render(data: ReportData, language: Language, template: TemplateName = "research") -> str:
    """The report as one self-contained page.

    Args:
        data: the report.
        language: `en` or `de`, for words, numbers and dates.
        template: `research` has all sections, `management` fits one printed A4 page.

    Raises:
        InputError: TEXT_LANGUAGE, TEMPLATE_UNKNOWN.
    """
    return page(
        data.title,
        subtitle(data, language),
        contents(data, language, template),
        kicker=text("report", language),
        language=language,
        template=template,
    )


def page(  # noqa: PLR0913 - the parts of a page
    title: str,
    below: str,
    sections: Sequence[Section],
    *,
    kicker: str,
    language: Language,
    template: str = "research",
) -> str:
    """Sections as one self-contained page.

    Args:
        title: heading.
        below: the line under it.
        kicker: the small line above it.
        sections: what the page holds.
        language: `en` or `de`.
        template: class of the page; the sheet prints `management` on one page.
    """
    return _template().render(
        title=title,
        subtitle=below,
        kicker=kicker,
        sections=sections,
        template=template,
        t=partial(_word, language),
        mark=_mark,
        css=Markup(stylesheet()),  # noqa: S704 - our own file, nothing from outside
    )


def subtitle(data: ReportData, language: Language) -> str:
    """Instrument, timeframe and the days from the first to the last zone."""
    return text(
        "subtitle",
        language,
        symbol=", ".join(prices.symbol for prices in data.prices) or data.symbol,
        timeframe=data.timeframe.value,
        first=date_text(data.zones[0].first, language),
        last=date_text(data.zones[-1].last, language),
    )


def _word(language: Language, key: str, **values: object) -> str:
    return text(key, language, **values)


def _mark(name: str) -> Markup:
    """The sign of a legend: a shape, or a line of its class."""
    if name in _SHAPES:
        return Markup(_SHAPES[name])  # noqa: S704 - our own shapes
    if name.startswith("trend-"):
        return Markup(_BAR).format(name)  # noqa: S704 - our own bar
    return Markup(_LINE).format(name)  # noqa: S704 - our own line
