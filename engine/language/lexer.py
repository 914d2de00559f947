"""Characters to tokens: plain ASCII, no comments, no line breaks, no escapes.

A token that the grammar does not know is still a token (`%`, `{`, `**`): the parser names it in
its finding. Only characters outside the alphabet stop here.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from engine.language.codes import Code
from engine.language.nodes import Span
from engine.language.problems import Edit, Problem

MAX_CHARACTERS: Final = 600
MAX_NESTING: Final = 40

TokenKind = Literal["number", "name", "text", "sign", "end"]

_TOKEN: Final = re.compile(
    r"""(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"[^"\\]*"|'[^'\\]*')
    |(?P<sign><=|>=|==|!=|<>|\*\*|//|&&|\|\||:=|[-+*/<>()\[\],.=%&|^~!:;{}@])""",
    re.VERBOSE | re.ASCII,
)
_LOOKALIKES: Final = {
    "\u2265": ">=", "\u2264": "<=", "\u2260": "!=", "\u2212": "-", "\u2013": "-",
    "\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u201c": '"', "\u201d": '"', "\u201e": '"',
    "\u00a0": " ", "\t": " ", "\n": " ", "\r": " ", "\u2227": " and ", "\u2228": " or ",
}  # fmt: skip


class Token(NamedTuple):
    """One word of an expression with its place."""

    kind: TokenKind
    text: str
    start: int
    stop: int

    @property
    def span(self) -> Span:
        """Characters start..stop."""
        return (self.start, self.stop)


class Lexed(NamedTuple):
    """Tokens, or the one problem that stopped the reading."""

    tokens: tuple[Token, ...]
    problem: Problem | None = None


def _length(source: str) -> Problem | None:
    if len(source) > MAX_CHARACTERS:
        return Problem(
            Code.SYNTAX_TOO_LONG,
            (MAX_CHARACTERS, len(source)),
            f"the expression has {len(source)} characters, at most {MAX_CHARACTERS} are read:"
            " name a part of it in lets.",
            "move parts into lets",
        )
    return None


def _character(source: str) -> Problem | None:
    """The first character that is not printable ASCII."""
    for place, char in enumerate(source):
        if not " " <= char <= "~":
            swapped = "".join(_LOOKALIKES.get(c, c) for c in source)
            edit = Edit((0, len(source)), swapped) if swapped.isascii() else None
            return Problem(
                Code.SYNTAX_CHARACTER,
                (place, place + 1),
                f"the character U+{ord(char):04X} is not part of the language: write plain ASCII"
                " on one line.",
                "use plain ASCII characters on one line",
                edit,
            )
    return None


def _unknown(source: str, place: int) -> Problem:
    if source[place] in "\"'":
        return Problem(
            Code.SYNTAX_STRING,
            (place, len(source)),
            'this text has a prefix, a backslash or no end: write a quoted word such as "1d".',
            'write a quoted word such as "1d"',
        )
    return Problem(
        Code.SYNTAX_CHARACTER,
        (place, place + 1),
        f"the character `{source[place]}` is not part of the language.",
        "remove it",
        Edit((place, place + 1), " "),
    )


def _nesting(tokens: list[Token]) -> Problem | None:
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        if depth > MAX_NESTING:
            return Problem(
                Code.SYNTAX_TOO_LONG,
                token.span,
                f"brackets are nested more than {MAX_NESTING} deep: name a part in lets.",
                "move parts into lets",
            )
    return None


def lex(source: str) -> Lexed:
    """Tokens of an expression, with an `end` token last; caps are tested before anything else."""
    problem = _length(source) or _character(source)
    if problem is not None:
        return Lexed((), problem)
    tokens: list[Token] = []
    place = 0
    while place < len(source):
        if source[place] == " ":
            place += 1
            continue
        match = _TOKEN.match(source, place)
        if match is None or match.lastgroup is None:
            return Lexed((), _unknown(source, place))
        token = Token(match.lastgroup, match.group(), match.start(), match.end())  # type: ignore[arg-type]  # the pattern's group names are the kinds
        place = match.end()
        following = source[place : place + 1]
        if token.kind == "number" and following and _glued(following):
            return Lexed((), _bad_number(source, token))
        if token.kind == "name" and following in {"'", '"'}:
            return Lexed((), _unknown(source, place))
        tokens.append(token)
    tokens.append(Token("end", "", max(0, len(source) - 1), len(source)))
    return Lexed(tuple(tokens), _nesting(tokens))


def _glued(char: str) -> bool:
    return char.isalnum() or char in "_."


def _bad_number(source: str, token: Token) -> Problem:
    stop = token.stop
    while stop < len(source) and _glued(source[stop]):
        stop += 1
    return Problem(
        Code.SYNTAX_INVALID,
        (token.start, stop),
        f"`{source[token.start : stop]}` is not a number: write digits such as 20 or 0.05.",
        "write plain digits",
        Edit((token.start, stop), token.text),
    )
