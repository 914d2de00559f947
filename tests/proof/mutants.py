"""Automatic mutants of the predicate: one small change each, made from the source's syntax tree."""

from __future__ import annotations
import __future__

import ast
import copy
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NamedTuple

from guardrails.rules import bounds as module

ANNOTATIONS = __future__.annotations.compiler_flag
FUNCTIONS = (
    "lowers", "size_rows", "risk_rows", "exposure_rows", "pace_rows", "price_rows",
)  # fmt: skip
SWAPPED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
}
OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


class Mutant(NamedTuple):
    """One changed predicate: what was changed where, and the function that runs it."""

    name: str
    rule: str
    run: Callable[..., tuple[tuple[Any, str, Any], ...]]


class Change(NamedTuple):
    """A rule of change, the node's number in the walk, and what it becomes."""

    rule: str
    place: int
    line: int
    apply: Callable[[ast.AST], None]


def mutants() -> Iterator[Mutant]:
    """Every mutant, in the order of the source."""
    number = 0
    for function in functions():
        for change in _changes(function):
            changed = copy.deepcopy(function)
            node = _nodes(changed)[change.place]
            before = ast.unparse(node)
            change.apply(node)
            name = (
                f"{number:03d} {change.rule}, line {change.line}: {before} -> {ast.unparse(node)}"
            )
            yield Mutant(name, change.rule, _compiled(changed))
            number += 1


def functions() -> list[ast.FunctionDef]:
    """Syntax trees of the predicate's functions, in the order of the source."""
    found = ast.parse(inspect.getsource(module)).body
    return [node for node in found if isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS]


def _compiled(changed: ast.FunctionDef) -> Callable[..., Any]:
    """`bounds` in a namespace of its own, in which one function was replaced."""
    space = dict(vars(module))
    for name in (*FUNCTIONS, "bounds"):
        space[name] = FunctionType(getattr(module, name).__code__, space, name)
    whole = ast.fix_missing_locations(ast.Module(body=[changed], type_ignores=[]))
    # the annotations need not be evaluated again
    code = compile(whole, "<mutant>", "exec", flags=ANNOTATIONS)
    exec(code, space)  # noqa: S102 - our own source with one node changed
    run: Callable[..., Any] = space["bounds"]
    return run


def _nodes(function: ast.FunctionDef) -> list[ast.AST]:
    """Nodes of the function's body, always in the same order."""
    return [node for statement in function.body for node in ast.walk(statement)]


def _changes(function: ast.FunctionDef) -> Iterator[Change]:
    for place, node in enumerate(_nodes(function)):
        for rule, apply in _of(node):
            yield Change(rule, place, getattr(node, "lineno", 0), apply)


def _of(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:  # noqa: C901 - one case a kind of node
    """The changes of one node."""
    match node:
        case ast.Compare(ops=[op]):
            for other in SWAPPED[type(op)]:
                yield "comparison", lambda n, other=other: n.ops.__setitem__(0, other())
        case ast.BinOp(op=ast.Add() | ast.Sub() as op):
            yield "plus and minus", lambda n, op=op: setattr(n, "op", OPPOSITE[type(op)]())
        case ast.UnaryOp(op=ast.USub()):
            yield "sign", lambda n: setattr(n, "op", ast.UAdd())
        case ast.Constant(value=int()) if not isinstance(node.value, bool):
            yield "constant", lambda n: setattr(n, "value", n.value + 1)
        case ast.Call(func=ast.Attribute(attr="And" | "Or" as name), args=args):
            other = {"And": "Or", "Or": "And"}[name]
            yield "and and or", lambda n, other=other: setattr(n.func, "attr", other)
            for place in range(len(args)):
                yield "argument dropped", lambda n, place=place: n.args.pop(place)
        case ast.Call(func=ast.Attribute(attr="If")):
            yield "branches", lambda n: n.args.__setitem__(slice(1, 3), n.args[:0:-1])
        case ast.Call(func=ast.Attribute(attr="Not")):
            # both negations leave the value alone
            yield "not dropped", _without_not
        case ast.Return(value=ast.Tuple(elts=rows)):
            for place in range(len(rows)):
                yield "row dropped", lambda n, place=place: n.value.elts.pop(place)
        case _:
            return


def _without_not(node: ast.Call) -> None:
    """`p.Not(x)` becomes `p.And(x)`: the value itself."""
    if isinstance(node.func, ast.Attribute):
        node.func.attr = "And"
