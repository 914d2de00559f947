"""Text to tree to text is the identity; no text makes the checker fault."""

from __future__ import annotations

import builtins
import random
import string
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.language.checker import check_expression
from engine.language.expressions import canonical, parse, read
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Text,
    size_and_depth,
)
from engine.language.operators import NAMES
from engine.language.roles import ROLES
from tests.needs import OPTIONS

HOSTILE_TEXTS = 10_000 if OPTIONS.full_volume else 1_500
NUMBERS = st.one_of(
    st.integers(0, 10**11),
    st.floats(0, 1e11, allow_nan=False).map(lambda v: int(v) if v.is_integer() else v),
)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    NUMBERS.map(Number),
    st.sampled_from(["close", "volume", "n", "a_1"]).map(Name),
    st.booleans().map(Boolean),
)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.lists(inner, min_size=2, max_size=4).map(tuple)
    args = st.lists(st.one_of(inner, st.just(Text("1d"))), max_size=3).map(tuple)
    return st.one_of(
        st.builds(Call, st.sampled_from(["sma", "htf", "f"]), args),
        st.builds(Lag, inner, inner),
        st.builds(Minus, inner),
        st.builds(Not, inner),
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(Comparison, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), items),
    )


TREES = st.recursive(LEAVES, _grown, max_leaves=12)


@given(TREES)
def test_text_to_tree_to_text_is_the_identity(tree: Node) -> None:
    """The canonical text of any tree reads back as that tree, and is its own canonical text."""
    text = canonical(tree)
    if len(text) <= 600 and size_and_depth(tree)[1] <= 40:
        again = parse(text)
        assert again == tree
        assert canonical(again) == text


@given(TREES)
def test_spans_cover_what_reads_back_as_the_same_node(tree: Node) -> None:
    """The characters under a node's span, read alone, are that node."""
    text = canonical(tree)
    if len(text) > 600:
        return
    root = parse(text)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        start, stop = node.span
        assert 0 <= start < stop <= len(text)
        if isinstance(node, Comparison | Arithmetic):
            waiting += [node.left, node.right]
            assert parse(text[start:stop]) == node


WORDS = [*sorted(NAMES), "1", "0.5", "-1", "(", ")", "[", "]", ",", "+", "-", "*", "/", "<", ">=",
         "==", "and", "or", "not", "if", "else", ".", "=", '"1d"', "'", "&", "%", "**", "lambda",
         "__import__", "\u00e9", "\x00", "\u202e", "for", "in", "5d", "1e308"]  # fmt: skip


@given(st.text(max_size=700), st.sampled_from(sorted(ROLES)))
@example("\x00", "entry")
@example("(" * 600, "entry")
@example("not " * 150, "exit")
@example("a[" * 300, "entry")
@example("f(" * 300, "let")
@example("x if x else " * 50, "entry")
def test_the_checker_never_faults_on_any_text(text: str, role: str) -> None:
    """Every text is either right or has findings with spans inside and fixes that pass."""
    for finding in check_expression(text, role):
        assert finding.span is not None
        assert 0 <= finding.span[0] <= finding.span[1] <= len(text)
        if finding.fix is not None:
            assert [f for f in check_expression(finding.fix, role) if f.level == "error"] == []


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.sampled_from(sorted(ROLES)))
def test_the_checker_never_faults_on_words_of_the_language(text: str, role: str) -> None:
    """Near-misses are the harder texts: same promise."""
    for finding in check_expression(text, role):
        if finding.fix is not None:
            assert [f for f in check_expression(finding.fix, role) if f.level == "error"] == []


def test_hostile_text_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random and mutated strings: no fault, no import, no file, no evaluation, and fast."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("an expression reached the interpreter")

    source = random.Random(11)  # noqa: S311 - repeatable texts, not secrets
    good = "rsi(close,14) < 30 and cross_above(ema(close,9),ema(close,21)) or close[1]*1.01 > open"
    texts = []
    for _ in range(HOSTILE_TEXTS):
        if source.random() < 0.5:
            length = source.randrange(80)
            texts.append("".join(source.choice(string.printable) for _ in range(length)))
        else:
            chars = list(good)
            for _ in range(source.randrange(1, 6)):
                chars[source.randrange(len(chars))] = source.choice(string.printable)
            texts.append("".join(chars))
    check_expression(good, "entry")
    for name in ("eval", "exec", "compile", "open", "__import__"):
        monkeypatch.setattr(builtins, name, forbidden)
    start = time.perf_counter()
    for text in texts:
        read(text)
        check_expression(text, "entry")
    spent = time.perf_counter() - start
    monkeypatch.undo()
    assert spent / len(texts) < 0.02
