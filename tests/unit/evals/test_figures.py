"""House figures: each of them sees what it is for, and not more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import figures
from evals.figures import Source

GOOD = '''"""A module."""

class Thing:
    """A thing."""

    def size(self, *parts: int, **named: str) -> int:
        """How large it is."""
        return len(parts)

    def _hidden(self) -> None:
        pass
'''


def sources_of(root: Path, **files: str) -> list[Source]:
    """A small tree with one package `engine`."""
    folder = root / "engine"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return figures.read_sources(root, ["engine"])


def test_a_good_file_has_nothing_to_mend(tmp_path: Path) -> None:
    """Documented, annotated, no assert, no cycle: empty lists."""
    sources = sources_of(tmp_path, good=GOOD)
    assert figures.without_docstring(sources) == []
    assert figures.without_annotation(sources) == []
    assert figures.asserts(sources) == []
    assert figures.broad_excepts(sources) == []
    assert figures.cycle(figures.import_graph(sources)) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = 1\n", "engine/bad.py:1 engine.bad"),
        ('"""M."""\n\ndef f() -> None:\n    pass\n', "engine/bad.py:3 f"),
        ('"""M."""\n\nclass C:\n    pass\n', "engine/bad.py:3 C"),
    ],
)
def test_a_missing_docstring_is_found(tmp_path: Path, text: str, place: str) -> None:
    """Modules, functions and classes are looked at."""
    assert figures.without_docstring(sources_of(tmp_path, bad=text)) == [place]


@pytest.mark.parametrize(
    "head", ["def f(a)->int:", "def f(*a)->int:", "def f(**a)->int:", "async def f():"]
)
def test_a_missing_annotation_is_found(tmp_path: Path, head: str) -> None:
    """Arguments of every kind and the result count."""
    assert figures.without_annotation(sources_of(tmp_path, bad=f"{head}\n    return 1\n"))


@pytest.mark.parametrize(
    "handler", ["except:", "except Exception:", "except (ValueError, BaseException):"]
)
def test_a_broad_except_is_found(tmp_path: Path, handler: str) -> None:
    """Bare, named, and hidden in a tuple."""
    text = f"try:\n    pass\n{handler}\n    pass\n"
    assert figures.broad_excepts(sources_of(tmp_path, bad=text)) == ["engine/bad.py:3"]


def test_cleaning_up_and_raising_again_is_no_broad_except(tmp_path: Path) -> None:
    """The twin: nothing is swallowed, so nothing is found."""
    text = "try:\n    pass\nexcept BaseException:\n    x = 1\n    raise\n"
    assert figures.broad_excepts(sources_of(tmp_path, bad=text)) == []


def test_an_assert_is_found(tmp_path: Path) -> None:
    """The place is file and line."""
    assert figures.asserts(sources_of(tmp_path, bad="x = 1\nassert x\n")) == ["engine/bad.py:2"]


def test_a_cycle_is_found_even_when_it_is_lazy(tmp_path: Path) -> None:
    """An import inside a function is an import."""
    sources = sources_of(
        tmp_path,
        a="import engine.b\n",
        b="from engine import c\n",
        c="def f():\n    from engine.a import x\n",
    )
    ring = figures.cycle(figures.import_graph(sources))
    assert set(ring) == {"engine.a", "engine.b", "engine.c"}
    assert ring[0] == ring[-1]


def test_a_function_is_measured_without_its_docstring(tmp_path: Path) -> None:
    """Three lines of docstring do not make a function longer."""
    text = '"""M."""\n\ndef f() -> int:\n    """One\n\n    two."""\n    return 1\n'
    (source,) = sources_of(tmp_path, one=text)
    (function,) = figures.functions_of(source)
    assert figures.body_lines(function) == 2


def test_shares_are_of_the_sorted_values() -> None:
    """The median of nothing is 0."""
    assert figures.at_share([5, 1, 3], 0.5) == 3
    assert figures.at_share([], 0.5) == 0


def test_the_command_prints_text_and_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same figures both ways, over this very checkout."""
    monkeypatch.setattr("sys.argv", ["figures", "--json"])
    figures.main()
    made = json.loads(capsys.readouterr().out)
    monkeypatch.setattr("sys.argv", ["figures"])
    figures.main()
    shown = capsys.readouterr().out
    assert made["files"] > 40
    assert all(name in shown for name in made)
