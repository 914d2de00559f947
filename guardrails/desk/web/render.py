"""Pages: templates from this package alone, autoescaped, undefined names are faults."""

from __future__ import annotations

import tomllib
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Final

from engine.errors import InputError
from engine.text import clean_text
from guardrails.desk.web.formats import NOTHING, Formats, Language

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")
FILES: Final = ("pages", "words")
__all__ = ["LANGUAGES", "NOTHING", "Formats", "Language", "page", "sentence", "texts", "translate"]


@cache
def texts(language: Language) -> dict[str, str]:
    """The message catalogue of one language, keys as `table.name`."""
    found: dict[str, str] = {}
    for name in FILES:
        path = resources.files(__package__) / "texts" / f"{name}.{language}.toml"
        for table, rows in tomllib.loads(path.read_text("utf-8")).items():
            found.update({f"{table}.{key}": str(value) for key, value in rows.items()})
    return found


def translate(language: Language, key: str, **values: object) -> str:
    """One message with its values; an unknown key is a fault of ours."""
    try:
        text = texts(language)[key]
    except KeyError as error:
        raise InputError("TEXT_UNKNOWN", "this message has no text", value=key) from error
    return text.format(**values) if values else text


def word(language: Language, table: str, name: object) -> str:
    """The word for a closed value (`word("ticket", state)`); what has none stands as it is."""
    return texts(language).get(f"{table}.{name}", clean_text(str(name), 80))


def sentence(text: str) -> str:
    """A fault's words as a sentence: capital first letter, full stop."""
    shown = clean_text(text).strip()
    if not shown:
        return ""
    ended = shown if shown[-1] in ".:;…?" else f"{shown}."
    return ended[0].upper() + ended[1:]


@cache
def _environment(language: Language) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - first page

    environment = Environment(
        loader=PackageLoader("guardrails.desk.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formats = Formats(language)
    names = ("amount", "money", "price", "figure", "percent", "moment", "second", "day", "span")
    environment.filters.update({name: getattr(formats, name) for name in names})
    environment.filters["sentence"] = sentence
    environment.globals.update(t=partial(translate, language), w=partial(word, language))
    return environment


def page(name: str, language: Language, /, **values: object) -> str:
    """A rendered page."""
    return _environment(language).get_template(name).render(lang=language, **values)
