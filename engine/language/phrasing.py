"""Expressions in words, German and English, from the tree; numbers by locale, rates in percent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from engine.language.inference import Inference
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
)
from engine.language.rendering import canonical
from engine.language.roles import ROLES
from engine.language.scope import Scope
from engine.language.units import Unit
from engine.records import read_json

Language = Literal["en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")
# "[ of {0}]" is left out where the series is the close, as people speak of an average.
_OPTIONAL: Final = re.compile(r"\[(.*?)\]")
_SHARE_ARGUMENTS: Final = frozenset({("quantile", 2)})


@cache
def phrases(language: Language) -> Mapping[str, Any]:
    """The templates of one language (data beside the code)."""
    raw = files("engine.language").joinpath("phrases", f"{language}.json").read_bytes()
    found = read_json(raw)
    return found if isinstance(found, dict) else {}


def number_words(value: float, language: Language) -> str:
    """A number by locale: 1,234.56 in English, 1.234,56 in German."""
    text = f"{Decimal(repr(float(value))).normalize():,f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def percent_words(value: float, language: Language) -> str:
    """A fraction of one as percent: 5% in English, 5 % in German."""
    text = number_words(float(Decimal(repr(float(value))) * 100), language)
    return f"{text} %" if language == "de" else f"{text}%"


class Phraser:
    """Words for the expressions of one scope in one language."""

    def __init__(self, language: Language, scope: Scope | None = None) -> None:
        """Parameters of the scope are shown with their values."""
        self.language = language
        self.table = phrases(language)
        self.scope = scope or Scope(ROLES["let"])

    def say(self, node: Node) -> str:
        """A node in words."""
        if isinstance(node, Comparison):
            left, right = self._beside(node.left, node.right), self._beside(node.right, node.left)
            return str(self.table["signs"][node.sign].format(left, right))
        if isinstance(node, Logic):
            words = [
                f"({self.say(item)})" if isinstance(item, Logic) else self.say(item)
                for item in node.items
            ]
            return str(self.table[node.word]).join(words)
        if isinstance(node, Not):
            return str(self.table["not"].format(self.say(node.of)))
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Lag):
            return self._lag(node)
        return self._value(node)

    def _value(self, node: Arithmetic | Minus | Number | Boolean | Name | Text) -> str:
        if isinstance(node, Arithmetic):
            sign = "×" if node.sign == "*" else node.sign  # noqa: RUF001 - the sign people read
            return f"{self._grouped(node.left)} {sign} {self._grouped(node.right)}"
        if isinstance(node, Minus):
            return f"-{self._grouped(node.of)}"
        if isinstance(node, Number):
            return number_words(node.value, self.language)
        if isinstance(node, Boolean):
            return str(self.table["true" if node.value else "false"])
        return self._name(node) if isinstance(node, Name) else node.value

    def _grouped(self, node: Node) -> str:
        text = self.say(node)
        return f"({text})" if isinstance(node, Arithmetic | Comparison | Logic) else text

    def _name(self, node: Name) -> str:
        param = self.scope.params.get(node.name)
        if param is not None:
            return f"{number_words(param.default, self.language)} ({node.name})"
        return str(self.table["names"].get(node.name, node.name))

    def _lag(self, node: Lag) -> str:
        if node.bars == Number(1):
            return str(self.table["lag_one"].format(self._grouped(node.of)))
        return str(self.table["lag"].format(self._grouped(node.of), self.say(node.bars)))

    def _call(self, node: Call) -> str:
        template = self.table["operators"].get(node.name)
        if template is None:
            return canonical(node)
        keep = r"\1" if not node.args or node.args[0] != Name("close") else ""
        template = _OPTIONAL.sub(keep, template)
        words = [self._argument(node, place) for place in range(len(node.args))]
        try:
            return str(template.format(*words))
        except IndexError:
            # A call with too few arguments is shown as written; the checker names the problem.
            return canonical(node)

    def _argument(self, node: Call, place: int) -> str:
        arg = node.args[place]
        if (node.name, place) in _SHARE_ARGUMENTS and isinstance(arg, Number):
            return percent_words(arg.value, self.language)
        if node.name in {"cross_above", "cross_below"} and len(node.args) > 1:
            return self._beside(arg, node.args[1 - place])
        if isinstance(arg, Name) and arg.name in self.scope.params:
            return number_words(self.scope.params[arg.name].default, self.language)
        return self.say(arg)

    def _beside(self, node: Node, other: Node) -> str:
        """One side of a comparison; a constant beside a ratio is a percentage."""
        constant = self.scope.constant(node)
        if constant is None or isinstance(other, Number):
            return self.say(node)
        if Inference(self.scope).unit(other) is not Unit.R:
            return self.say(node)
        words = percent_words(constant.value, self.language)
        return f"{words} ({node.name})" if isinstance(node, Name) else words
