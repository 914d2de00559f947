"""A place in a list of tokens: look, take, expect, and note what is not part of the language."""

from __future__ import annotations

from typing import Final

from engine.language.codes import Code
from engine.language.lexer import Token
from engine.language.nodes import Span
from engine.language.problems import Problem

FOREIGN_WORDS: Final = frozenset({
    "if", "else", "for", "in", "is", "lambda", "None", "async", "await", "yield",
})  # fmt: skip
"""Words of expressions elsewhere that are refused by name."""

STATEMENT_WORDS: Final = frozenset({
    "import", "from", "def", "class", "return", "while", "with", "assert", "del", "global",
    "nonlocal", "pass", "raise", "try", "except", "finally",
})  # fmt: skip
"""Words that begin statements elsewhere: there are none here."""

_OUT_OF_PLACE: Final = frozenset({
    ")", "]", ";", ":=", "=", "<", "<=", ">", ">=", "==", "!=", "*", "/", "and", "or",
})  # fmt: skip


class StopError(Exception):
    """The parser cannot go on; the problem says why. Never leaves `expressions.py`."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.message)
        self.problem = problem


class Cursor:
    """The tokens of one expression and how far they were read."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        """Start at the first token."""
        self.tokens = tokens
        self.place = 0
        self.problems: list[Problem] = []
        self.repaired = True

    @property
    def _token(self) -> Token:
        return self.tokens[self.place]

    def _take(self) -> Token:
        token = self._token
        self.place += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        return self._token.kind in {"sign", "name"} and self._token.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            token = self._token
            found = f"`{token.text}`" if token.text else "the end"
            raise stopped(Code.SYNTAX_INVALID, token.span, f"`{text}` is missing before {found}.")
        self._take()

    def _since(self, start: int) -> Span:
        return (start, self.tokens[self.place - 1].stop)

    def _note(self, code: Code, span: Span, message: str, *, repaired: bool = True) -> None:
        self.problems.append(Problem(code, span, message))
        self.repaired = self.repaired and repaired


def stopped(code: Code, span: Span, message: str) -> StopError:
    """The error that stops the parser, to be raised by the caller."""
    return StopError(Problem(code, span, message))


def stranger(token: Token) -> StopError:
    """The error for a token that stands where none of its kind may stand."""
    if token.kind == "end":
        return stopped(Code.SYNTAX_INVALID, token.span, "the expression ends too early.")
    if token.text in FOREIGN_WORDS:
        return stopped(
            Code.SYNTAX_FORBIDDEN,
            token.span,
            f"`{token.text}` is not part of the language: conditions are joined with and, or,"
            " not; a choice is `where(condition, x, y)`.",
        )
    if token.text in STATEMENT_WORDS:
        return stopped(
            Code.SYNTAX_INVALID,
            token.span,
            f"`{token.text}` is a statement of another language: only one expression stands here.",
        )
    if token.text in _OUT_OF_PLACE or token.kind in {"number", "name", "text"}:
        return stopped(
            Code.SYNTAX_INVALID,
            token.span,
            f"`{token.text}` does not belong here: join conditions with `and` or `or`, close"
            " every bracket.",
        )
    return stopped(
        Code.SYNTAX_FORBIDDEN,
        token.span,
        f"`{token.text}` is not part of the language: lists, slices, assignments and other signs"
        " do not exist.",
    )
