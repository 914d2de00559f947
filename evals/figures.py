"""House figures: how long files and functions are, what is documented, where imports go in circles.

`make figures` prints them. They are to be looked at, not to be gamed: a clear function split in
two only to be shorter reads worse. Four of them are hard and held by an architecture test:
public docstrings, annotations, `assert` in library code, import cycles.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final, NamedTuple

from config.ownership import HOME, PACKAGES

LONG_FILE_LINES: Final = 300
LONG_FUNCTION_LINES: Final = 50
_BROAD: Final = {"Exception", "BaseException"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Source(NamedTuple):
    """One file: its module name, where it lies below the root, its text and its syntax tree."""

    module: str
    place: str
    text: str
    tree: ast.Module


def read_sources(root: Path, folders: Iterable[str] = PACKAGES) -> list[Source]:
    """All Python files of the folders, sorted by place."""
    files = [file for folder in folders for file in sorted((root / folder).rglob("*.py"))]
    return [read_source(file, root) for file in files]


def read_source(file: Path, root: Path) -> Source:
    """One Python file of a tree."""
    place = file.relative_to(root)
    parts = place.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = file.read_text(encoding="utf-8")
    return Source(module, place.as_posix(), text, ast.parse(text))


def functions_of(source: Source) -> Iterator[FunctionNode]:
    """Every function and method of a file, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, FunctionNode))


def body_lines(function: FunctionNode) -> int:
    """Lines of a function from `def` to its end, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def is_annotated(function: FunctionNode) -> bool:
    """True when every argument but self and cls has a type, and the result too."""
    named = function.args
    arguments = [*named.posonlyargs, *named.args, *named.kwonlyargs]
    arguments += [extra for extra in (named.vararg, named.kwarg) if extra is not None]
    typed = all(one.annotation for one in arguments if one.arg not in {"self", "cls"})
    return typed and function.returns is not None


def documented(node: ast.Module | ast.ClassDef | FunctionNode) -> bool:
    """True when it opens with a docstring."""
    return ast.get_docstring(node) is not None


def without_annotation(sources: Iterable[Source]) -> list[str]:
    """Places of functions with a type missing, as `file:line name`."""
    return [
        f"{source.place}:{function.lineno} {function.name}"
        for source in sources
        for function in functions_of(source)
        if not is_annotated(function)
    ]


def without_docstring(sources: Iterable[Source]) -> list[str]:
    """Places of modules and of public names without a docstring, as `file:line name`."""
    missing = []
    for source in sources:
        nodes: list[ast.Module | ast.ClassDef | FunctionNode] = [source.tree]
        nodes += [
            node
            for node in ast.walk(source.tree)
            if isinstance(node, ast.ClassDef | FunctionNode) and not node.name.startswith("_")
        ]
        missing += [
            f"{source.place}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', source.module)}"
            for node in nodes
            if not documented(node)
        ]
    return missing


def asserts(sources: Iterable[Source]) -> list[str]:
    """Places of `assert` statements: they are gone under `-O`, so no check may be one."""
    return [
        f"{source.place}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assert)
    ]


def broad_excepts(sources: Iterable[Source]) -> list[str]:
    """Places that catch everything and do not raise again; only process edges may."""
    return [
        f"{source.place}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and _is_broad(node)
        and not isinstance(node.body[-1], ast.Raise)
    ]


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or (isinstance(one, ast.Name) and one.id in _BROAD) for one in kinds)


def import_graph(sources: Iterable[Source]) -> dict[str, set[str]]:
    """Module -> modules of the same tree that it imports, inside functions too."""
    every = list(sources)
    known = {source.module for source in every}
    return {
        source.module: {
            name for name in _imported(source) if name in known and name != source.module
        }
        for source in every
    }


def _imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def cycle(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules of one import cycle in order, the first again at the end; empty for none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def at_share(values: Iterable[int], share: float) -> int:
    """The value below which that share of all values lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def measure(root: Path = HOME) -> dict[str, object]:
    """All figures of a tree by name; lists hold the places that are worth a look."""
    sources = read_sources(root)
    tests = read_sources(root, ["tests"])
    files = {source.place: len(source.text.splitlines()) for source in sources}
    functions = {
        f"{source.place}:{function.lineno} {function.name}": body_lines(function)
        for source in sources
        for function in functions_of(source)
    }
    lines = sum(files.values())
    test_lines = sum(len(source.text.splitlines()) for source in tests)
    return {
        "files": len(files),
        "lines": lines,
        "test_lines_per_line": round(test_lines / max(1, lines), 2),
        "file_lines_median": at_share(files.values(), 0.5),
        "file_lines_p90": at_share(files.values(), 0.9),
        "long_files": [name for name, size in files.items() if size > LONG_FILE_LINES],
        "function_lines_median": at_share(functions.values(), 0.5),
        "function_lines_p90": at_share(functions.values(), 0.9),
        "long_functions": [name for name, size in functions.items() if size > LONG_FUNCTION_LINES],
        "without_docstring": without_docstring(sources),
        "without_annotation": without_annotation(sources),
        "asserts": asserts(sources),
        "broad_excepts": broad_excepts(sources),
        "import_cycle": cycle(import_graph(sources)),
    }


def main() -> None:
    """Print the figures as text, or as one JSON object with `--json`."""
    figures = measure()
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:24} {_shown(value)}\n")


def _shown(value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    return "".join(f"\n    {one}" for one in value) or "none"


if __name__ == "__main__":
    main()
