"""Hostile text: ten thousand random and mutated strings; none raises, imports or opens a file."""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.language.checker import check, check_expression
from engine.language.operators import OPERATORS
from engine.language.roles import ROLES
from engine.seeds import stream
from tests.language_world import RULE, spec

STRINGS = 10_000
OPENING = {"open", "os.open", "import", "exec", "compile", "subprocess.Popen", "os.system"}
PIECES = [
    *OPERATORS, *(operator.example for operator in OPERATORS.values()),
    "__import__('os')", "eval", "exec(", "lambda x:", "open('/etc/passwd')", "close", "[", "]",
    "(", ")", "[-1]", "[1:2]", ".__class__.__mro__", "{", "}", "0x10", "1e308", "1_000", "nan",
    "\x00", "\u2028", "\ud7ff", "é", "\uff41", "\U0001f4a9", "\\", "'", '"', "#", "\n", "\t", ";",
    "and", "or", "not", "if", "else", ":=", "**", "//", "@", "%", "<", "<=", "==", "!=", "=",
]  # fmt: skip
"""What random text is glued from."""


def _texts() -> Iterator[str]:
    """Random glue, random characters, and right expressions with a few characters changed."""
    random = stream("tests/hostile")
    right = [operator.example for operator in OPERATORS.values()]
    right += ["close > sma(close,20) and not (rsi(close,14) < 30)", 'htf("1d",close)[1] < close']
    letters = string.printable + "äß€\u202e\x00"
    for number in range(STRINGS):
        kind = number % 4
        if kind == 0:
            yield "".join(PIECES[at] for at in random.integers(0, len(PIECES), 1 + number % 23))
        elif kind == 1:
            yield "".join(letters[at] for at in random.integers(0, len(letters), number % 300))
        elif kind == 2:
            yield "([{-"[number % 16 // 4] * int(random.integers(1, 700)) + "close"
        else:
            yield _mutated(right[int(random.integers(0, len(right)))], letters, random)


def _mutated(text: str, letters: str, random: np.random.Generator) -> str:
    """A few characters put in, taken out or replaced."""
    for _ in range(int(random.integers(1, 6))):
        at = int(random.integers(0, len(text) + 1))
        new = letters[int(random.integers(0, len(letters)))]
        keep = int(random.integers(0, 2))
        text = text[:at] + (new if random.random() < 0.7 else "") + text[at + keep :]
    return text


TEXTS = list(_texts())


def _watched(watching: list[bool], seen: list[str]) -> None:
    """Note what would touch the world while `watching` holds something."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        """Called by the interpreter at every such event."""
        if watching and event in OPENING:
            seen.append(f"{event} {args[:1]}")

    sys.addaudithook(hook)


def test_no_text_raises_imports_or_touches_a_file() -> None:
    """Whatever stands there, the answer is findings; the audit hook sees nothing happen."""
    roles = list(ROLES)
    for role in roles:
        check_expression("close > sma(close,20) or foo", role)
    seen: list[str] = []
    watching = [True]
    _watched(watching, seen)
    try:
        for number, text in enumerate(TEXTS):
            for found in check_expression(text, roles[number % len(roles)]):
                assert found.message
                assert found.span is None or 0 <= found.span[0] <= found.span[1] <= len(text)
    finally:
        watching.clear()
    assert seen == []


def test_the_watch_sees_a_file_being_opened(tmp_path: Path) -> None:
    """The control: the same watch goes red when a file is touched."""
    seen: list[str] = []
    watching = [True]
    _watched(watching, seen)
    (tmp_path / "x").write_text("x")
    watching.clear()
    assert any(event.startswith("open") for event in seen)


def test_there_are_ten_thousand_different_texts() -> None:
    """Most of them are refused, some mutants are still right: both paths are walked."""
    assert len(TEXTS) == STRINGS
    assert len(set(TEXTS)) > STRINGS // 2
    right = sum(not check_expression(text, "let") for text in TEXTS[3:4000:4])
    assert 0 < right < 900


@pytest.mark.parametrize("number", range(0, STRINGS, 200))
def test_hostile_text_in_a_spec_is_only_data(number: int) -> None:
    """A whole document with such an entry is checked like any other."""
    report = check(spec(rules=[{**RULE, "entry": TEXTS[number][:600] or "x"}]))
    assert len(report.findings) <= 20
