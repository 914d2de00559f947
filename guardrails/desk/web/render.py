"""Pages: templates from this package alone, autoescaped, undefined names are faults."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final, Literal

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from engine.errors import InputError

Language = Literal["en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")
NOTHING: Final = "—"
_FIGURE_DIGITS: Final = 4


@cache
def texts(language: Language) -> dict[str, str]:
    """The message catalogue of one language."""
    path = resources.files(__package__) / "texts" / f"{language}.toml"
    return {key: str(value) for key, value in tomllib.loads(path.read_text("utf-8")).items()}


def translate(language: Language, key: str, **values: object) -> str:
    """One message with its values; an unknown key is a fault of ours."""
    try:
        text = texts(language)[key]
    except KeyError as error:
        raise InputError("TEXT_UNKNOWN", "this message has no text", value=key) from error
    return text.format(**values) if values else text


@dataclass(frozen=True, slots=True)
class Formats:
    """Numbers and times in one language; amounts stay decimal until here."""

    language: Language

    def amount(self, value: Decimal | int | None) -> str:
        """An amount with all its digits, grouped."""
        if value is None:
            return NOTHING
        return str(format_decimal(value, locale=self.language, decimal_quantization=False))

    def figure(self, value: float | None) -> str:
        """A plain figure with at most four decimals."""
        if value is None:
            return NOTHING
        shown = Decimal(repr(round(value, _FIGURE_DIGITS)))
        return str(format_decimal(shown, locale=self.language, decimal_quantization=False))

    def moment(self, value: datetime | None) -> str:
        """A time in UTC, with the zone's name."""
        if value is None:
            return NOTHING
        return format_datetime(value, "yyyy-MM-dd HH:mm:ss", locale=self.language) + " UTC"


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("guardrails.desk.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    formats = Formats(language)
    environment.filters.update(amount=formats.amount, figure=formats.figure, moment=formats.moment)

    def message(key: str, **values: object) -> str:
        return translate(language, key, **values)

    environment.globals.update(t=message)
    return environment


def page(name: str, language: Language, **values: object) -> str:
    """A rendered page."""
    return _environment(language).get_template(name).render(lang=language, **values)
