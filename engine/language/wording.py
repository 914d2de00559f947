"""A spec in words, German and English, line by line from its parts: no model writes rule text.

Works for drafts with findings too: what cannot be read is quoted as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.language.availability import levels_of
from engine.language.expressions import read
from engine.language.phrasing import Language, Phraser, number_words, percent_words
from engine.language.roles import ROLES
from engine.language.scope import LetType, Scope
from engine.language.spec import (
    Parameter,
    Regime,
    Rule,
    Sizing,
    Stop,
    StrategySpec,
    Target,
)
from engine.language.wordforms import form_lines

_PERCENT_KINDS: Final = frozenset({
    "pct", "trailing_pct", "max_loss_equity", "fixed_fraction", "risk_per_trade", "vol_target",
})  # fmt: skip


class _Writer:
    """Lines of one spec in one language."""

    def __init__(self, spec: StrategySpec, language: Language) -> None:
        self.spec = spec
        self.language = language
        scope = Scope(
            ROLES["let"],
            params={param.name: param for param in spec.params},
            lets={let.name: LetType(None) for let in spec.lets},
        )
        self.phraser = Phraser(language, scope)
        self.table = self.phraser.table

    def number(self, value: float) -> str:
        """A number by locale."""
        return number_words(value, self.language)

    def percent(self, value: float) -> str:
        """A fraction of one as percent."""
        return percent_words(value, self.language)

    def expression(self, text: str | None) -> str:
        """An expression in words, quoted when it cannot be read."""
        if text is None:
            return ""
        tree = read(text).tree
        if tree is None:
            return str(self.table["unreadable"].format(text))
        return self.phraser.say(tree)

    def lines(self) -> Iterator[str]:
        """The sentences, part by part."""
        yield self._head()
        yield from self._universe()
        for param in self.spec.params:
            yield self._parameter(param)
        for let in self.spec.lets:
            yield self.table["let"].format(name=let.name, expr=self.expression(let.expr))
        for regime in self.spec.regimes:
            yield self._regime(regime)
        for rule in self.spec.rules:
            yield from self._rule(rule)
        for part in levels_of(self.spec):
            yield self._level(part)
        yield self._sizing(self.spec.sizing)
        yield from self._resizing(self.spec.sizing)
        yield from form_lines(self.spec, self)
        yield from self._limits()

    def _head(self) -> str:
        universe = self.spec.universe
        symbols = ", ".join(universe.symbols)
        if universe.watchlist is not None:
            symbols = self.table["watchlist"].format(universe.watchlist)
        return str(
            self.table["head"].format(
                name=self.spec.name,
                family=self.table["families"][self.spec.family],
                timeframe=self.spec.timeframe.value,
                symbols=symbols or self.table["nowhere"],
            )
        )

    def _parameter(self, param: Parameter) -> str:
        reach = ""
        if param.low is not None and param.high is not None:
            step = "" if param.step is None else self.table["step"].format(self.number(param.step))
            reach = self.table["range"].format(
                low=self.number(param.low), high=self.number(param.high), step=step
            )
        return str(
            self.table["param"].format(
                name=param.name, default=self.number(param.default), range=reach
            )
        )

    def _regime(self, regime: Regime) -> str:
        until = regime.until and self.table["until"].format(self.expression(regime.until))
        bars = self.table["min_bars"].format(regime.min_bars) if regime.min_bars > 1 else ""
        return str(
            self.table["regime"].format(
                name=regime.name,
                when=self.expression(regime.when),
                until=until or "",
                bars=bars,
            )
        )

    def _rule(self, rule: Rule) -> Iterator[str]:
        table = self.table
        bars = rule.order.valid_bars
        order = table["orders"][rule.order.type].format(
            price=self.expression(rule.order.price),
            life=table["life_one"] if bars == 1 else table["life"].format(bars),
        )
        regimes = ""
        if rule.only_in_regimes:
            regimes = table["only_in"].format(table["or"].join(rule.only_in_regimes))
        yield table[f"entry_{rule.side}"].format(
            id=rule.id, order=order, entry=self.expression(rule.entry), regimes=regimes
        )
        if rule.exit is not None:
            yield table[f"exit_{rule.side}"].format(id=rule.id, exit=self.expression(rule.exit))
        if rule.only_in_regimes and rule.on_regime_end == "exit":
            yield table["regime_exit"].format(id=rule.id)

    def _value(self, kind: str, value: float | None) -> str:
        if value is None:
            return "?"
        return self.percent(value) if kind in _PERCENT_KINDS else self.number(value)

    def _level(self, part: Stop | Target) -> str:
        templates = self.table["stops" if isinstance(part, Stop) else "targets"]
        period = "?" if part.period is None else self.number(part.period)
        text = templates[part.kind].format(
            value=self._value(part.kind, part.value),
            period=period,
            price=self.expression(part.price),
        )
        if isinstance(part, Target) and part.close_fraction < 1:
            text += self.table["share"].format(self.percent(part.close_fraction))
        if part.rules:
            text += self.table["for_rules"].format(", ".join(part.rules))
        return f"{text}."

    def _sizing(self, sizing: Sizing) -> str:
        text = self.table["sizing"][sizing.kind].format(
            value=self._value(sizing.kind, sizing.value),
            lookback=sizing.lookback,
            expr=self.expression(sizing.expr),
        )
        return str(
            text
            + self._measured(sizing)
            + self.table["cap"].format(self.percent(sizing.max_position_frac))
        )

    def _measured(self, sizing: Sizing) -> str:
        """What the volatility of a target is measured by."""
        if sizing.kind != "vol_target":
            return ""
        if sizing.expr is not None:
            return str(self.table["measured_by"].format(self.expression(sizing.expr)))
        if sizing.lookback is not None:
            return str(self.table["measured_over"].format(sizing.lookback))
        return ""

    def _resizing(self, sizing: Sizing) -> Iterator[str]:
        if sizing.resize != "entry":
            band = self.table["band"].format(self.percent(sizing.band_frac))
            yield self.table["resize"].format(
                when=self.table["periods"][sizing.resize], band=band if sizing.band_frac else ""
            )

    def _universe(self) -> Iterator[str]:
        universe = self.spec.universe
        if universe.max_symbols is not None:
            yield self.table["max_symbols"].format(universe.max_symbols)
        if universe.benchmark is not None:
            yield self.table["benchmark"].format(universe.benchmark)

    def _limits(self) -> Iterator[str]:
        for name, value in self.spec.limits.model_dump(exclude_defaults=True).items():
            yield self.table["limit"].format(
                name=self.table["limits"][name], value=self._limit(name, value)
            )

    def _limit(self, name: str, value: object) -> str:
        if isinstance(value, bool):
            return str(self.table["yes" if value else "no"])
        if isinstance(value, tuple):
            return ", ".join(str(self.table["weekdays"].get(item, item)) for item in value)
        if isinstance(value, int | float):
            return self.percent(value) if name.endswith("_frac") else self.number(value)
        return str(value)


def in_words(spec: StrategySpec, language: Language) -> tuple[str, ...]:
    """The spec as sentences: head, parameters, regimes, rules, stops, targets, size, limits.

    language: `en` or `de`. Works for any spec, also one with findings.
    """
    return tuple(_Writer(spec, language).lines())
