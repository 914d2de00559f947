"""A strategy while it is put together: what was said, what was assumed, what is still open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.offline.indicator_table import INDICATORS
from copilot.offline.limits import LimitValue
from copilot.offline.normalise import Language
from copilot.offline.tree import (
    Condition,
    Fixed,
    Joined,
    Operand,
    OperandKind,
    Relation,
    Tree,
    number,
    swap_names,
)
from engine.language.reply import Assumption, DraftReply
from engine.language.spec import (
    CrossSection,
    Family,
    Pair,
    Parameter,
    PositionSide,
    Sizing,
    Stop,
    StrategySpec,
    Target,
)
from engine.market import Timeframe


@dataclass(slots=True)
class Plan:
    """The parts of a spec, each said (not None) or still open.

    `assumptions` are by field; a field that is said later loses its assumption. `base` carries
    the parts of an earlier spec that the drafter does not write itself (lets, regimes, ...).
    """

    language: Language
    family: Family | None = None
    symbols: tuple[str, ...] = ()
    watchlist: str | None = None
    timeframe: Timeframe | None = None
    sides: tuple[PositionSide, ...] = ()
    entries: dict[PositionSide, Tree] = field(default_factory=dict)
    exits: dict[PositionSide, Tree] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    no_stop: bool = False
    targets: list[Target] = field(default_factory=list)
    sizing: Sizing | None = None
    cap: float | None = None
    limits: dict[str, LimitValue] = field(default_factory=dict)
    params: list[Parameter] = field(default_factory=list)
    ranking: CrossSection | None = None
    pair: Pair | None = None
    assumptions: dict[str, Assumption] = field(default_factory=dict)
    base: StrategySpec | None = None

    def assume(self, place: str, value: object, why: str) -> None:
        """Note that a gap was filled."""
        self.assumptions[place] = Assumption(
            field=place[:80], value=str(value)[:200], why=why[:500]
        )

    def said(self, place: str) -> None:
        """Note that a field was said: nothing about it is assumed any more."""
        for known in [
            key for key in self.assumptions if key == place or key.startswith(f"{place}/")
        ]:
            del self.assumptions[known]


ASSUMED_STOP: Final = "/stops"
ASSUMED_SIZING: Final = "/sizing"
_KINDS: Final[dict[str, OperandKind]] = {row.name: row.kind for row in INDICATORS} | {
    "close": "price", "open": "price", "high": "price", "low": "price", "volume": "neutral",
    "spread": "centred", "donchian_lower": "channel", "lowest": "channel", "max": "price",
    "min": "price", "delta": "centred", "vwap_session": "price", "vwap_rolling": "price",
    "span_a": "price", "span_b": "price",
}  # fmt: skip


def _top_level(text: str, word: str) -> list[str]:
    """A text split at a word that stands outside all brackets."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(rf"[()]| {word} ", text):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
        elif depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def operand_of(text: str) -> Operand | None:
    """The operand behind a piece of expression text; None when its operator is not known here."""
    text = text.strip()
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return number(float(text))
    bare = re.sub(r"\[\d+\]$", "", text)
    name = re.sub(r"^\d+(?:\.\d+)?\*", "", bare).split("(")[0].strip()
    if name not in _KINDS or not _one_call(bare):
        return None
    kind = _KINDS[name]
    if kind == "channel":
        return Operand(bare, "channel", name) if text.endswith("[1]") else None
    return Operand(text, kind, name)


def _one_call(text: str) -> bool:
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and char == ")" and index < len(text) - 1:
            return False
    return depth == 0


def tree_of(text: str) -> Tree:
    """Expression text as a tree, as far as its form is one of the drafter's own.

    What it does not know stays as a fixed piece whose mirror image exchanges highs and lows.
    """
    words: tuple[Literal["or"], Literal["and"]] = ("or", "and")
    for word in words:
        parts = _top_level(text, word)
        if len(parts) > 1:
            return Joined(word, tuple(tree_of(part) for part in parts))
    inner = text.strip()
    if inner.startswith("(") and inner.endswith(")") and _one_call(inner):
        return tree_of(inner[1:-1])
    return _comparison(inner) or Fixed(inner, swap_names(inner))


def _comparison(text: str) -> Condition | None:
    crossing = re.fullmatch(r"(cross_above|cross_below|rising|falling)\((.*)\)", text)
    if crossing:
        parts = _top_level_commas(crossing[2])
        operands = [operand_of(part) for part in parts]
        if len(operands) == 2 and operands[0] is not None and operands[1] is not None:  # noqa: PLR2004 - two arguments
            relation: Relation = crossing[1]  # type: ignore[assignment]  # one of the four
            if relation in {"rising", "falling"}:
                return Condition(operands[0], relation, None, int(operands[1].value or 1))
            return Condition(operands[0], relation, operands[1])
        return None
    match = re.fullmatch(r"(.+?) ?(<=|>=|==|<|>) ?(.+)", text)
    if match is None:
        return None
    left, right = operand_of(match[1]), operand_of(match[3])
    if left is None or right is None:
        return None
    return Condition(left, match[2], right)  # type: ignore[arg-type]  # one of the relations


def _top_level_commas(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def plan_of(reply: DraftReply, language: Language) -> Plan:
    """The plan behind an earlier draft, so that the next turn can change it."""
    spec = reply.spec
    if spec is None:
        return Plan(language)
    plan = Plan(language, base=spec, family=spec.family, timeframe=spec.timeframe)
    plan.symbols, plan.watchlist = spec.universe.symbols, spec.universe.watchlist
    for rule in spec.rules:
        plan.entries.setdefault(rule.side, tree_of(rule.entry))
        if rule.exit is not None:
            plan.exits.setdefault(rule.side, tree_of(rule.exit))
    plan.sides = tuple(dict.fromkeys(rule.side for rule in spec.rules))
    plan.stops, plan.targets = list(spec.stops), list(spec.targets)
    plan.sizing, plan.cap = spec.sizing, spec.sizing.max_position_frac
    plan.params, plan.ranking, plan.pair = list(spec.params), spec.cross_section, spec.pair
    plan.limits = {
        name: value
        for name in type(spec.limits).model_fields
        if (value := getattr(spec.limits, name)) not in (None, ())
    }
    if spec.pyramiding is not None:
        plan.limits["max_units"] = spec.pyramiding.max_units
    plan.assumptions = {item.field: item for item in reply.assumptions}
    _reopen(plan)
    return plan


def _reopen(plan: Plan) -> None:
    """What the drafter itself had assumed is open again, so that it follows the next change."""
    stop = plan.assumptions.get("/stops")
    for known in list(plan.stops):
        if stop is not None and known.kind == "atr" and stop.value == f"{known.value:g} ATR(14)":
            plan.stops.remove(known)
            plan.said("/stops")
    size = plan.assumptions.get("/sizing")
    if size is not None and size.value.startswith(("risk_per_trade ", "fixed_fraction ")):
        plan.sizing, plan.cap = None, None
        plan.said("/sizing")
    elif "/sizing/max_position_frac" in plan.assumptions and plan.sizing is not None:
        sizing = plan.sizing
        plan.sizing = Sizing(kind=sizing.kind, value=sizing.value, lookback=sizing.lookback)
        plan.cap = None
