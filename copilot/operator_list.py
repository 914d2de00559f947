"""The operators that a drafting model may use, one line each, from the language's own table."""

from __future__ import annotations

from functools import cache

from engine.language.operators import OPERATORS


@cache
def operator_list() -> str:
    """`ema(s, n): alpha 2/(n+1), ...` for every operator of the language."""
    short = {"series": "s", "window": "n", "number": "k", "condition": "b", "word": '"word"'}
    lines = []
    for operator in OPERATORS.values():
        arguments = ", ".join(short.get(arg.kind.value, "x") for arg in operator.args)
        note = f": {operator.note}" if operator.note else ""
        lines.append(f"{operator.name}({arguments}){note}")
    return "\n".join(lines)
