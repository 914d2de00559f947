"""Text to tree: the grammar, what is refused by which code, and what is repaired."""

from __future__ import annotations

import pytest

from engine.errors import SpecError
from engine.language.expressions import canonical, parse, read
from engine.language.nodes import Arithmetic, Call, Comparison, Lag, Logic, Name, Not, Number

GOOD = [
    ("rsi(close, 14)<30", "rsi(close,14) < 30"),
    ("a or b and not c", "a or b and not c"),
    ("(a or b) and c", "(a or b) and c"),
    ("not (a and b)", "not (a and b)"),
    ("a - (b - c)", "a - (b - c)"),
    ("(a - b) - c", "a - b - c"),
    ("a*(b+c)/d", "a*(b + c)/d"),
    ("a/(b*c)", "a/(b*c)"),
    ("-(-a)", "--a"),
    ("-(a+b)", "-(a + b)"),
    ("(close)[1][2]", "close[1][2]"),
    ("(a+b)[1] > 0", "(a + b)[1] > 0"),
    ("1e3 > .5", "1000 > 0.5"),
    ("close*1.0 > 2.50", "close*1 > 2.5"),
    ("htf('1d', close > open)", 'htf("1d",close > open)'),
    ("tr() > 1", "tr() > 1"),
    ("true and false", "true and false"),
    ("((a > b)) == c", "(a > b) == c"),
]

REFUSED = [
    ("", "SYNTAX_INVALID"),
    ("a >", "SYNTAX_INVALID"),
    ("a b", "SYNTAX_INVALID"),
    ("(a", "SYNTAX_INVALID"),
    ("a)", "SYNTAX_INVALID"),
    ("f(a,", "SYNTAX_INVALID"),
    ("f(a b)", "SYNTAX_INVALID"),
    ("close[]", "SYNTAX_INVALID"),
    ("0x10 > 1", "SYNTAX_INVALID"),
    ("1_000 > 1", "SYNTAX_INVALID"),
    ("1e12 > close", "SYNTAX_INVALID"),
    ("1e999 > close", "SYNTAX_INVALID"),
    ("[a]", "SYNTAX_FORBIDDEN"),
    ("close[1:2]", "SYNTAX_FORBIDDEN"),
    ("a := b", "SYNTAX_INVALID"),
    ("lambda x: x", "SYNTAX_FORBIDDEN"),
    ("a if b else c", "SYNTAX_FORBIDDEN"),
    ("f(a)(b)", "SYNTAX_FORBIDDEN"),
    ("f(*a)", "SYNTAX_INVALID"),
    ("f(x for x in a)", "SYNTAX_FORBIDDEN"),
    ("a is b", "SYNTAX_FORBIDDEN"),
    ("import os", "SYNTAX_INVALID"),
    ("a; b", "SYNTAX_INVALID"),
    ("a && b", "SYNTAX_INVALID"),
    ("a = b", "SYNTAX_INVALID"),
    ("a & b", "SYNTAX_FORBIDDEN"),
    ("{a}", "SYNTAX_FORBIDDEN"),
    ("__import__('os').system('ls')", "SYNTAX_ATTRIBUTE"),
    ("f'1d' > a", "SYNTAX_STRING"),
    ("a ** b", "SYNTAX_FORBIDDEN"),
    ("a % b", "SYNTAX_FORBIDDEN"),
    ("a and True", "SYNTAX_FORBIDDEN"),
    ("+a", "SYNTAX_FORBIDDEN"),
    ("close.shift(1)", "SYNTAX_ATTRIBUTE"),
    ("close.", "SYNTAX_ATTRIBUTE"),
    ("sma(close,n=3)", "SYNTAX_KEYWORD_ARGUMENT"),
    ("a < b < c", "SYNTAX_CHAIN"),
    ("'a' > 1", "SYNTAX_STRING"),
    ("htf('1d, close)", "SYNTAX_STRING"),
    ('htf("a\\"b", close)', "SYNTAX_STRING"),
    ("close > 5 # note", "SYNTAX_CHARACTER"),
    ("close\n> 5", "SYNTAX_CHARACTER"),
    ("close > $5", "SYNTAX_CHARACTER"),
    ("\uff43lose > 5", "SYNTAX_CHARACTER"),
    ("close > \u0665", "SYNTAX_CHARACTER"),
    ("a" * 601, "SYNTAX_TOO_LONG"),
    ("(" * 41 + "a" + ")" * 41, "SYNTAX_TOO_LONG"),
    ("-" * 60 + "a", "SYNTAX_TOO_LONG"),
    ("not " * 60 + "a", "SYNTAX_TOO_LONG"),
    ("a+" * 60 + "a", "SYNTAX_TOO_LONG"),
    ("a>b and " * 74 + "a", "SYNTAX_TOO_LONG"),
]

REPAIRED = [
    ("close.shift(1) > close", "close[1] > close"),
    ("close.rolling(20).mean() > close", "sma(close,20) > close"),
    ("close.ewm(span=20).mean() > close", "ema(close,20) > close"),
    ("ta.rsi(close,14) < 30", "rsi(close,14) < 30"),
    ("df.close > 5", "close > 5"),
    ("(close-open).abs() > 5", "abs(close - open) > 5"),
    ("a > b > c", "a > b and b > c"),
    ("x if c else y", "where(c,x,y)"),
    ("a & b | ~c", "a and b or not c"),
    ("a && b || !c", "a and b or not c"),
    ("a AND NOT b", "a and not b"),
    ("a = b", "a == b"),
    ("a <> b", "a != b"),
    ("x**2 > 1", "x*x > 1"),
    ("x // 2 > 1", "x/2 > 1"),
    ("roc(close,1) > 5%", "roc(close,1) > 0.05"),
    ("+x > 1", "x > 1"),
    ("True and a", "true and a"),
    ("'close' > 5", "close > 5"),
    ("close \u2265 5", "close >= 5"),
]


@pytest.mark.parametrize(("text", "expected"), GOOD)
def test_a_text_has_one_canonical_form(text: str, expected: str) -> None:
    """What is in the grammar is read, and written back in one spelling."""
    tree = parse(text)
    assert canonical(tree) == expected
    assert parse(expected) == tree


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_outside_the_grammar_is_refused_by_code(text: str, code: str) -> None:
    """Each refusal has its code and a span inside the text."""
    reading = read(text)
    assert reading.tree is None
    assert code in [problem.code for problem in reading.problems]
    for problem in reading.problems:
        start, stop = problem.span
        assert 0 <= start <= stop <= len(text)
        assert start < stop or not text


@pytest.mark.parametrize(("text", "repair"), REPAIRED)
def test_what_other_languages_write_is_translated(text: str, repair: str) -> None:
    """The replacement says the same in our grammar."""
    edits = [problem.edit for problem in read(text).problems]
    assert edits
    assert edits[0] is not None
    assert edits[0].apply(text) == repair


def test_all_syntax_problems_are_found_at_once() -> None:
    """One reading names every construct that is not part of the language."""
    codes = [p.code for p in read("close.shift(1) & sma(close, n=3) > open > low").problems]
    assert codes == [
        "SYNTAX_ATTRIBUTE", "SYNTAX_FORBIDDEN", "SYNTAX_KEYWORD_ARGUMENT", "SYNTAX_CHAIN",
    ]  # fmt: skip


def test_precedence_is_that_of_the_grammar() -> None:
    """Lags bind tightest, then minus, products, sums, comparisons, not, and, or."""
    tree = parse("not a + b*-c[1] < 2 or d")
    inner = Arithmetic("*", Name("b"), parse("-c[1]"))
    left = Not(Comparison("<", Arithmetic("+", Name("a"), inner), Number(2)))
    assert tree == Logic("or", (left, Name("d")))


def test_spans_point_at_what_was_written() -> None:
    """Every node knows its characters, brackets around it excluded."""
    text = "sma( close , 20 )[1] > (open)"
    tree = parse(text)
    assert isinstance(tree, Comparison)
    assert isinstance(tree.left, Lag)
    assert isinstance(tree.left.of, Call)
    assert text[slice(*tree.left.of.span)] == "sma( close , 20 )"
    assert text[slice(*tree.left.span)] == "sma( close , 20 )[1]"
    assert text[slice(*tree.right.span)] == "open"


def test_parse_raises_the_first_problem() -> None:
    """`parse` is for text that was checked: it faults with code and value."""
    with pytest.raises(SpecError) as caught:
        parse("close[1:2]")
    assert caught.value.code == "SYNTAX_FORBIDDEN"
    assert caught.value.value == ":"
