"""Text to syntax tree and back: the one way in for every expression; nothing is ever evaluated.

Caps come first (600 ASCII characters, 40 nested brackets), then the parser, then the size of the
tree (200 nodes, depth 40), so that every later walk is short.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, NamedTuple

from engine.errors import SpecError
from engine.language.codes import Code
from engine.language.cursor import StopError
from engine.language.lexer import lex
from engine.language.nodes import Node, Number, size_and_depth, walk
from engine.language.parser import Parser
from engine.language.problems import Edit, Problem
from engine.language.rendering import canonical

__all__ = ["MAX_DEPTH", "MAX_NODES", "MAX_NUMBER", "Reading", "canonical", "parse", "read"]

MAX_NODES: Final = 200
MAX_DEPTH: Final = 40
MAX_NUMBER: Final = 1e12


class Reading(NamedTuple):
    """Outcome of reading one text: a tree, or problems in the order of the text."""

    tree: Node | None
    problems: tuple[Problem, ...] = ()


def _refused(*problems: Problem) -> Reading:
    return Reading(None, problems)


def _size(tree: Node, length: int) -> Problem | None:
    size, depth = size_and_depth(tree)
    if size <= MAX_NODES and depth <= MAX_DEPTH:
        return None
    return Problem(
        Code.SYNTAX_TOO_LONG,
        (0, length),
        f"the expression has {size} parts in {depth} levels, at most {MAX_NODES} in {MAX_DEPTH}"
        " are read: name a part of it in lets.",
        "move parts into lets",
    )


def _numbers(tree: Node) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            Code.SYNTAX_INVALID,
            node.span,
            "numbers must be finite and below 1e12.",
            "write a smaller number",
        )
        for node in walk(tree)
        if isinstance(node, Number) and not (math.isfinite(node.value) and node.value < MAX_NUMBER)
    )


def _with_repair(problems: list[Problem], tree: Node, length: int) -> tuple[Problem, ...]:
    """Syntax problems whose meaning is plain share one replacement of the whole text."""
    edit = Edit((0, length), canonical(tree))
    return tuple(replace(problem, edit=edit) for problem in problems)


def read(text: str) -> Reading:
    """The tree of a text, or what is wrong with it; never raises on any text."""
    lexed = lex(text)
    if lexed.problem is not None:
        return _refused(lexed.problem)
    parser = Parser(lexed.tokens)
    try:
        tree = parser.whole()
    except StopError as stop:
        return _refused(*parser.problems, stop.problem)
    except (RecursionError, MemoryError, ValueError, OverflowError):
        message = "the expression cannot be read."
        return _refused(Problem(Code.SYNTAX_INVALID, (0, len(text)), message))
    wrong = _size(tree, len(text))
    if wrong is not None:
        return _refused(*parser.problems, wrong)
    problems = _numbers(tree)
    if parser.problems:
        found = parser.problems
        return _refused(*(_with_repair(found, tree, len(text)) if parser.repaired else found))
    return _refused(*problems) if problems else Reading(tree)


def parse(text: str) -> Node:
    """The tree of a text.

    Raises:
        SpecError: SYNTAX_* with the first problem, its characters as value.
    """
    reading = read(text)
    if reading.tree is None:
        first = reading.problems[0]
        start, stop = first.span
        raise SpecError(first.code, first.message, value=text[start:stop], hint=first.hint)
    return reading.tree
