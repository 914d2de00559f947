"""Too few or too many arguments: said with a call that uses what was given where it fits."""

from __future__ import annotations

from engine.language.codes import Code
from engine.language.nodes import Boolean, Call, Comparison, Logic, Node, Not, Text
from engine.language.problems import Edit, Problem
from engine.language.rendering import canonical
from engine.language.scope import Scope
from engine.language.signature import Arg, Kind, Operator


def wrong_arity(scope: Scope, node: Call, operator: Operator) -> Problem:
    """Too few or too many arguments, with a call that uses what was given where it fits."""
    call = f"{operator.name}({','.join(_fitted(scope, operator, node))})"
    return Problem(
        Code.ARITY_WRONG,
        node.span,
        f"`{operator.name}` takes {operator.shape}; got {len(node.args)}: `{call}`.",
        edit=Edit(node.span, call),
    )


def _fitted(scope: Scope, operator: Operator, node: Call) -> list[str]:
    """Text of each argument: the next given one that fits its kind, else its example."""
    left = list(node.args)
    out = []
    for arg in operator.args:
        while left and not _fits(scope, arg, left[0]) and len(left) > _still_needed(arg, operator):
            left.pop(0)
        fits = bool(left) and _fits(scope, arg, left[0])
        out.append(canonical(left.pop(0)) if fits else arg.example)
    return out


def _still_needed(arg: Arg, operator: Operator) -> int:
    return len(operator.args) - operator.args.index(arg) - 1


def _fits(scope: Scope, arg: Arg, given: Node) -> bool:
    constant = scope.constant(given) is not None
    if arg.kind in {Kind.WINDOW, Kind.NUMBER}:
        return constant
    if arg.kind is Kind.WORD:
        return isinstance(given, Text)
    is_condition = isinstance(given, Comparison | Logic | Not | Boolean)
    if arg.kind is Kind.CONDITION:
        return is_condition
    return not constant and not is_condition and not isinstance(given, Text)
