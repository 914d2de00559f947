"""Tokens to tree by recursive descent; what other languages would write is named and repaired.

A construct outside the grammar is a problem, never accepted. Where its meaning is plain
(`close.shift(1)`, `a > b > c`, `x if c else y`, `&`) the parser goes on with what should have
been written, so that all problems are found at once and a replacement can be offered.
"""

from __future__ import annotations

from typing import Final

from engine.language.codes import Code
from engine.language.cursor import (
    FOREIGN_WORDS,
    STATEMENT_WORDS,
    Cursor,
    StopError,
    stopped,
    stranger,
)
from engine.language.foreign import without_attribute
from engine.language.lexer import Token
from engine.language.nodes import (
    Arithmetic,
    ArithmeticSign,
    Boolean,
    Call,
    Comparison,
    ComparisonSign,
    Lag,
    Logic,
    LogicWord,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Text,
)

_WORDS: Final[dict[LogicWord, frozenset[str]]] = {
    "or": frozenset({"|", "||", "OR", "Or"}),
    "and": frozenset({"&", "&&", "AND", "And"}),
}
_NEGATIONS: Final = frozenset({"!", "~", "NOT", "Not"})
_COMPARISONS: Final[dict[str, ComparisonSign]] = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!=",
}  # fmt: skip
_MISSPELT_COMPARISONS: Final[dict[str, ComparisonSign]] = {"=": "==", "<>": "!="}
_NOT_NAMES: Final = FOREIGN_WORDS | STATEMENT_WORDS | {"and", "or"}
# These parse elsewhere and are forbidden here; the other spellings parse nowhere.
_BITWISE: Final = frozenset({"&", "|", "~"})
_TRUTHS: Final = {"True": True, "False": False, "TRUE": True, "FALSE": False}


class Parser(Cursor):
    """One pass over the tokens of one expression."""

    def whole(self) -> Node:
        """The tree of all tokens.

        Raises:
            StopError: at the first thing that cannot be read past.
        """
        tree = self._choice()
        token = self._token
        if token.kind != "end":
            raise stranger(token)
        return tree

    # The grammar, loosest first

    def _choice(self) -> Node:
        start = self._token.start
        value = self._logic("or")
        if not self._is("if"):
            return value
        self._take()
        condition = self._logic("or")
        self._expect("else")
        other = self._choice()
        span = self._since(start)
        self._note(
            Code.SYNTAX_FORBIDDEN,
            span,
            "`x if c else y` is not part of the language: write `where(c, x, y)`.",
        )
        return Call("where", (condition, value, other), span, span)

    def _misspelt(self, token: Token, meant: str) -> None:
        """A sign of other languages whose meaning is plain."""
        code = Code.SYNTAX_FORBIDDEN if token.text in _BITWISE else Code.SYNTAX_INVALID
        self._note(
            code, token.span, f"`{token.text}` is not part of the language: write `{meant}`."
        )

    def _logic(self, word: LogicWord) -> Node:
        start = self._token.start
        items = [self._negated() if word == "and" else self._logic("and")]
        while self._is(word, *_WORDS[word]):
            token = self._take()
            if token.text != word:
                self._misspelt(token, word)
            items.append(self._negated() if word == "and" else self._logic("and"))
        if len(items) == 1:
            return items[0]
        return Logic(word, tuple(items), self._since(start))

    def _negated(self) -> Node:
        starts: list[int] = []
        while self._is("not", *_NEGATIONS):
            token = self._take()
            starts.append(token.start)
            if token.text != "not":
                self._misspelt(token, "not")
        tree = self._comparison()
        for start in reversed(starts):
            tree = Not(tree, self._since(start))
        return tree

    def _comparison_sign(self) -> ComparisonSign | None:
        token = self._token
        if token.kind != "sign":
            return None
        if token.text in _COMPARISONS:
            return _COMPARISONS[self._take().text]
        if token.text in _MISSPELT_COMPARISONS:
            sign = _MISSPELT_COMPARISONS[self._take().text]
            self._misspelt(token, sign)
            return sign
        return None

    def _comparison(self) -> Node:
        start = self._token.start
        terms = [self._sum()]
        signs: list[ComparisonSign] = []
        while (sign := self._comparison_sign()) is not None:
            signs.append(sign)
            terms.append(self._sum())
        if not signs:
            return terms[0]
        span = self._since(start)
        links: list[Node] = [
            Comparison(sign, left, right, span)
            for sign, left, right in zip(signs, terms, terms[1:], strict=False)
        ]
        if len(links) == 1:
            return links[0]
        self._note(
            Code.SYNTAX_CHAIN,
            span,
            "comparisons cannot be chained: write `a > b and b > c`.",
        )
        return Logic("and", tuple(links), span)

    def _sum(self) -> Node:
        start = self._token.start
        tree = self._term()
        while self._is("+", "-"):
            sign: ArithmeticSign = "+" if self._take().text == "+" else "-"
            right = self._term()
            tree = Arithmetic(sign, tree, right, self._since(start))
        return tree

    def _term(self) -> Node:
        start = self._token.start
        tree = self._unary()
        while self._is("*", "/", "//", "**", "%"):
            token = self._take()
            if token.text == "%" and self._ends_operand():
                tree = self._percent(tree, start)
                continue
            right = self._unary()
            tree = self._product(token, tree, right, start)
        return tree

    def _ends_operand(self) -> bool:
        token = self._token
        return token.kind == "end" or token.text in {")", ",", "]", "and", "or", *_COMPARISONS}

    def _percent(self, tree: Node, start: int) -> Node:
        self._note(
            Code.SYNTAX_INVALID,
            self._since(start),
            "percent signs are not part of the language: 5 % is 0.05.",
            repaired=isinstance(tree, Number),
        )
        if isinstance(tree, Number):
            return Number(tree.value / 100, self._since(start))
        return tree

    def _product(self, token: Token, left: Node, right: Node, start: int) -> Node:
        span = self._since(start)
        if token.text in {"*", "/"}:
            return Arithmetic("*" if token.text == "*" else "/", left, right, span)
        square = token.text == "**" and right == Number(2)
        self._note(
            Code.SYNTAX_FORBIDDEN,
            token.span,
            f"`{token.text}` is not part of the language: only + - * / exist; a square is `x*x`.",
            repaired=square or token.text == "//",
        )
        return Arithmetic("*" if square else "/", left, left if square else right, span)

    def _unary(self) -> Node:
        starts: list[int] = []
        while self._is("-", "+"):
            token = self._take()
            if token.text == "+":
                self._note(
                    Code.SYNTAX_FORBIDDEN, token.span, "a leading `+` is not part of the language."
                )
            else:
                starts.append(token.start)
        tree = self._postfix()
        for start in reversed(starts):
            tree = Minus(tree, self._since(start))
        return tree

    def _postfix(self) -> Node:
        start = self._token.start
        tree = self._atom()
        while self._is("[", ".", "("):
            if self._is("["):
                self._take()
                bars = self._choice()
                self._expect_lag_end()
                tree = Lag(tree, bars, self._since(start))
            elif self._is("."):
                tree = self._attribute(tree, start)
            else:
                raise stopped(
                    Code.SYNTAX_FORBIDDEN,
                    self._token.span,
                    "only an operator's name can stand before `(`.",
                )
        return tree

    def _expect_lag_end(self) -> None:
        if self._is(":", ","):
            raise stranger(self._token)
        self._expect("]")

    def _attribute(self, tree: Node, start: int) -> Node:
        dot = self._take()
        if self._token.kind != "name":
            raise stopped(Code.SYNTAX_ATTRIBUTE, dot.span, "attributes do not exist.")
        name = self._take()
        args: tuple[Node, ...] | None = None
        if self._is("("):
            args = self._arguments()
        repaired = without_attribute(tree, name.text, args, self._since(start))
        self._note(
            Code.SYNTAX_ATTRIBUTE,
            self._since(dot.start),
            f"`.{name.text}` does not exist: attributes and methods are not part of the language;"
            " the previous bar is `close[1]`, an average `sma(close, 20)`.",
            repaired=repaired is not None,
        )
        return tree if repaired is None else repaired

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Number(_number(token.text), token.span)
        if token.kind == "text":
            return self._stray_text(token)
        if token.kind == "name" and token.text not in _NOT_NAMES:
            return self._named(token)
        if token.text == "(":
            inner = self._choice()
            self._expect(")")
            return inner
        if token.text == "[":
            raise stopped(
                Code.SYNTAX_FORBIDDEN,
                token.span,
                "lists and comprehensions are not part of the language.",
            )
        raise stranger(token)

    def _named(self, token: Token) -> Node:
        if token.text in {"true", "false"}:
            return Boolean(token.text == "true", token.span)
        if token.text in _TRUTHS:
            value = _TRUTHS[token.text]
            word = "true" if value else "false"
            self._note(Code.SYNTAX_FORBIDDEN, token.span, f"write `{word}` in small letters.")
            return Boolean(value, token.span)
        if self._is("("):
            args = self._arguments()
            return Call(token.text, args, self._since(token.start), token.span)
        return Name(token.text, token.span)

    def _stray_text(self, token: Token) -> Node:
        word = token.text[1:-1]
        self._note(
            Code.SYNTAX_STRING,
            token.span,
            f"{token.text} is text; text stands only in `htf`, `sym` and `candle`: write numbers"
            " and names without quotes.",
            repaired=word.isidentifier(),
        )
        return Name(word, token.span)

    # Arguments

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        if self._is(")"):
            self._take()
            return ()
        while True:
            found.append(self._argument())
            if self._is(","):
                self._take()
                continue
            if not self._is(")"):
                raise self._missing_bracket()
            self._take()
            return tuple(found)

    def _missing_bracket(self) -> StopError:
        token = self._token
        if token.text in FOREIGN_WORDS | STATEMENT_WORDS:
            return stranger(token)
        return stopped(Code.SYNTAX_INVALID, token.span, "a bracket `)` or a comma is missing here.")

    def _argument(self) -> Node:
        token = self._token
        following = self.tokens[min(self.place + 1, len(self.tokens) - 1)]
        if token.kind == "text" and following.text in {",", ")"}:
            self._take()
            return Text(token.text[1:-1], token.span)
        if token.kind == "name" and following.text == "=":
            self._take()
            self._take()
            value = self._argument()
            self._note(
                Code.SYNTAX_KEYWORD_ARGUMENT,
                self._since(token.start),
                f"`{token.text}=` is not part of the language: arguments stand by position.",
            )
            return value
        return self._choice()


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value
