"""Placeholders: `{{oos.sharpe}}` in a text names a fact; the desk fills it, nobody else writes it.

A text from a model is hostile: braces may be nested, unclosed or repeated. The rules are few.
A placeholder is two opening braces, at most 120 characters without a brace or a line break, two
closing braces. A known key becomes the figure; anything else becomes `[?key]` and is reported.
What is left of opening braces is pulled apart (`{ {`), so a filled text holds no `{{` and filling
it again changes nothing. Figures are put in once and never read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from engine.facts.numbers import Locale, format_fact
from engine.facts.table import Fact, by_key
from engine.records import Record
from engine.text import clean_text

MAX_BODY: Final = 120
_TOKEN = re.compile(rf"\{{\{{([^{{}}\r\n]{{0,{MAX_BODY}}})\}}\}}")
_MAYBE = re.compile(rf"\{{(?:\{{(?:[^{{}}\r\n]{{0,{MAX_BODY}}}\}}?)?)?\Z")
_KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_SECOND_BRACE = re.compile(r"(?<=\{)\{")


class Token(Record):
    """A placeholder in a text: characters `start` to `end`, and the key if it is written as one."""

    start: int
    end: int
    body: str
    key: str | None


class Part(Record):
    """A piece of a filled text; `key` names the fact it shows, `missing` marks an unknown one."""

    text: str
    key: str | None = None
    missing: bool = False


class Filled(Record):
    """A text with its figures, the unknown keys in order, and the pieces for a page with links."""

    text: str
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


def tokens(text: str) -> tuple[Token, ...]:
    """All placeholders of a text from left to right, well written or not."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        body = match.group(1).strip()
        key = body if _KEY.fullmatch(body) else None
        yield Token(start=match.start(), end=match.end(), body=body, key=key)


def keys(text: str) -> tuple[str, ...]:
    """The fact keys that a text names, each once, in order of appearance."""
    return tuple(dict.fromkeys(token.key for token in _tokens(text) if token.key is not None))


def fill(text: str, facts: Iterable[Fact], locale: Locale = "en") -> Filled:
    """The text with every known placeholder replaced by its figure.

    Raises:
        InputError: FACT_REPEATED when two different facts have one key, LOCALE_UNKNOWN.
    """
    filler = StreamFiller(facts, locale)
    parts = (*filler.feed_parts(text), *filler.finish_parts())
    return Filled(text="".join(part.text for part in parts), missing=filler.missing, parts=parts)


class StreamFiller:
    """Fills a text that arrives in chunks; what may still become a placeholder is held back.

    The joined output equals `fill` of the joined input for every way of cutting it.
    """

    def __init__(self, facts: Iterable[Fact], locale: Locale = "en") -> None:
        """Take the facts once; `locale` is `en` or `de`."""
        self._facts = by_key(facts)
        self._locale: Locale = locale
        self._held = ""
        self._after_brace = False
        self._missing: dict[str, None] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """Unknown keys met so far, each once, in order."""
        return tuple(self._missing)

    def feed(self, chunk: str) -> str:
        """Take a chunk, return what is certain by now; never half a placeholder."""
        return "".join(part.text for part in self.feed_parts(chunk))

    def finish(self) -> str:
        """The rest, after the last chunk; an unclosed placeholder comes out as plain text."""
        return "".join(part.text for part in self.finish_parts())

    def feed_parts(self, chunk: str) -> tuple[Part, ...]:
        """Like `feed`, as pieces."""
        text = self._held + chunk
        maybe = _MAYBE.search(text, max(0, len(text) - MAX_BODY - 3))
        cut = maybe.start() if maybe else len(text)
        self._held = text[cut:]
        return tuple(self._parts(text[:cut]))

    def finish_parts(self) -> tuple[Part, ...]:
        """Like `finish`, as pieces."""
        rest, self._held = self._held, ""
        return tuple(self._parts(rest))

    def _parts(self, text: str) -> Iterator[Part]:
        at = 0
        for token in _tokens(text):
            yield from self._plain(text[at : token.start])
            yield self._figure(token)
            at = token.end
        yield from self._plain(text[at:])

    def _plain(self, text: str) -> Iterator[Part]:
        if not text:
            return
        lead = " " if self._after_brace and text.startswith("{") else ""
        self._after_brace = text.endswith("{")
        yield Part(text=lead + _SECOND_BRACE.sub(" {", text))

    def _figure(self, token: Token) -> Part:
        self._after_brace = False
        fact = self._facts.get(token.key) if token.key is not None else None
        if fact is not None:
            return Part(text=format_fact(fact, self._locale), key=fact.key)
        shown = clean_text(token.body, MAX_BODY)
        self._missing.setdefault(shown)
        return Part(text=f"[?{shown}]", key=token.key, missing=True)
