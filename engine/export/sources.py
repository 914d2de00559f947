"""Our own definitions as text: functions with everything they use, ready to stand in one file.

Exported files carry the source of the very kernels that this engine runs, so their values cannot
drift apart from ours. All modules read here share one namespace: no name stands in two of them.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType
from typing import Final, NamedTuple

from engine.backtest import matching
from engine.errors import InputError
from engine.export import clock, runtime, scalars
from engine.indicators import (
    averages,
    candles,
    levels,
    oscillators,
    statistics,
    trend,
    volatility,
    volume,
    windows,
)

MODULES: Final = (
    windows, averages, volatility, volume, statistics, levels, oscillators, trend, candles,
    matching, runtime, clock, scalars,
)  # fmt: skip
"""Where definitions are taken from, each after those it uses at import."""

_ALIASES: Final = dict.fromkeys(("FloatArray", "BoolArray", "IntArray"), "np.ndarray")
_TOOL_COMMENT: Final = re.compile(r"[ ]+# (noqa|type: ignore|fmt: skip).*$", re.MULTILINE)


class Definition(NamedTuple):
    """One top-level function, class or constant: its text and the names it uses."""

    text: str
    uses: frozenset[str]
    block: bool


class Import(NamedTuple):
    """Where a name comes from: `from module import name`, or the whole statement."""

    module: str
    statement: str


class Table(NamedTuple):
    """Every definition in file order, every import from outside, names taken from our packages."""

    definitions: dict[str, Definition]
    imports: dict[str, Import]
    ours: set[str]


def names_in(tree: ast.AST) -> frozenset[str]:
    """Every name that stands in a piece of Python."""
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _defined(node: ast.stmt) -> str | None:
    """The name that a top-level statement defines, if it is one of the three kinds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _imported(node: ast.stmt) -> Iterator[tuple[str, Import]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name
            suffix = f" as {alias.asname}" if alias.asname else ""
            yield name, Import("", f"import {alias.name}{suffix}")
    if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("engine"):
        for alias in node.names:
            yield alias.name, Import(node.module or "", alias.name)


def _read(module: ModuleType, table: Table) -> None:
    text = inspect.getsource(module)
    lines = text.splitlines()
    for node in ast.parse(text).body:
        table.imports.update(_imported(node))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engine"):
            table.ours.update(alias.name for alias in node.names)
        name = _defined(node)
        if name is None:
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        left_out = _compiled_lines(node)
        kept = range(first, (node.end_lineno or first) + 1)
        body = "\n".join(lines[row - 1] for row in kept if row not in left_out)
        block = isinstance(node, ast.FunctionDef | ast.ClassDef)
        table.definitions[name] = Definition(
            _TOOL_COMMENT.sub("", body), _used_names(ast.parse(body)) - {name}, block
        )


def _used_names(tree: ast.AST) -> frozenset[str]:
    """Names that a definition reads and does not make itself."""
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names_in(tree) - own


def _compiled_lines(tree: ast.AST) -> set[int]:
    """Lines that hand a loop to the compiler when that pays: the plain form is enough in a file."""
    return {
        row
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and not node.orelse and "fast.worth" in ast.unparse(node.test)
        for row in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


@cache
def table() -> Table:
    """Definitions and imports of all modules; read once."""
    found = Table({}, {}, set())
    for module in MODULES:
        _read(module, found)
    return found


def _closure(wanted: Iterable[str]) -> tuple[set[str], set[str]]:
    """(definitions, all names used) that these names lead to."""
    known = table()
    needed: set[str] = set()
    used: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        used.add(name)
        if name in known.definitions and name not in needed:
            needed.add(name)
            waiting += known.definitions[name].uses
    return needed, used


def _import_lines(used: set[str]) -> list[str]:
    known = table().imports
    plain = {known[name].statement for name in used & known.keys() if not known[name].module}
    grouped: dict[str, set[str]] = {}
    for name in used & known.keys():
        if known[name].module not in {"", "__future__"}:
            grouped.setdefault(known[name].module, set()).add(known[name].statement)
    lines = [f"from {module} import {', '.join(sorted(grouped[module]))}" for module in grouped]
    standard = sorted(line for line in [*plain, *lines] if "numpy" not in line)
    return [*standard, "", "import numpy as np"]


def prelude(code: str, more: Iterable[str] = ()) -> tuple[list[str], str]:
    """(import lines, definitions) of everything of ours that a piece of Python uses.

    Args:
        code: source that will stand below.
        more: names of definitions wanted beside.

    Raises:
        InputError: EXPORT_SOURCE_MISSING when a definition uses something that cannot be copied.
    """
    known = table()
    needed, used = _closure([*names_in(ast.parse(code)), *more])
    _check_complete(needed)
    parts = [f"{name} = {_ALIASES[name]}" for name in sorted(_ALIASES.keys() & used)]
    texts = [("\n".join(parts), False)] if parts else []
    texts += [
        (known.definitions[n].text, known.definitions[n].block)
        for n in known.definitions
        if n in needed
    ]
    joined = ""
    before = False
    for text, block in texts:
        gap = "" if not joined else "\n\n\n" if block or before else "\n"
        joined += gap + text
        before = block
    return _import_lines(used), joined


def _check_complete(needed: set[str]) -> None:
    """Copied functions may use copied definitions, imports from outside and nothing else."""
    known = table()
    lost = {
        name
        for one in needed
        for name in known.definitions[one].uses
        if name in known.ours and name not in known.definitions and name not in _ALIASES
    }
    if lost:
        raise InputError(
            "EXPORT_SOURCE_MISSING",
            f"the definition of {min(lost)} cannot be copied into a file of its own",
            value=", ".join(sorted(lost)),
            hint="keep kernels on numpy and the modules beside them",
        )
