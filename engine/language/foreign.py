"""What methods of other languages mean here: `close.shift(1)`, `close.rolling(20).mean()`."""

from __future__ import annotations

from typing import Final

from engine.language.nodes import Call, Lag, Name, Node, Number, Span

_MODULES: Final = frozenset({"ta", "talib", "np", "numpy", "pd", "math", "df", "data", "self"})
_ROLLING: Final = {
    "mean": "sma", "max": "highest", "min": "lowest", "std": "stdev", "sum": "sum",
    "median": "median",
}  # fmt: skip


def without_attribute(  # noqa: PLR0911 - one line per method
    tree: Node, name: str, args: tuple[Node, ...] | None, span: Span
) -> Node | None:
    """What `tree.name(args)` of other languages means here, None when nothing does."""
    if isinstance(tree, Name) and tree.name in _MODULES:
        return Name(name, span) if args is None else Call(name, args, span, span)
    if args is None:
        return None
    if name == "shift" and len(args) <= 1:
        return Lag(tree, args[0] if args else Number(1), span)
    if name in {"rolling", "ewm"} and len(args) == 1:
        return Call(name, (tree, args[0]), span, span)
    if isinstance(tree, Call) and not args and tree.name == "rolling" and name in _ROLLING:
        return Call(_ROLLING[name], tree.args, span, span)
    if isinstance(tree, Call) and not args and tree.name == "ewm" and name == "mean":
        return Call("ema", tree.args, span, span)
    if name == "abs" and not args:
        return Call("abs", (tree,), span, span)
    return None
