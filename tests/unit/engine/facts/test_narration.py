"""Narrations with figures of their own, unknown facts or wrong directions are refused."""

from __future__ import annotations

import pytest

from engine.facts.narration import NarrationCode, check
from engine.facts.table import Fact, Unit


def _fact(key: str, value: float | None, unit: Unit = "ratio", *, sealed: bool = False) -> Fact:
    return Fact(key=key, value=value, unit=unit, source="a" * 64, sealed=sealed)


FACTS = (
    _fact("train.sharpe", 1.2),
    _fact("benchmark.sharpe", 0.8),
    _fact("train.total_return", 0.5, "percent"),
    _fact("benchmark.total_return", 0.7, "percent"),
    _fact("train.excess_return", -0.2, "percent"),
    _fact("train.max_drawdown", 0.15, "percent"),
    _fact("benchmark.max_drawdown", 0.35, "percent"),
    _fact("train.profit_factor", 0.9),
    _fact("train.trades", 41.0, "count"),
    _fact("walk.1.return", -0.05, "percent"),
    _fact("walk.2.return", 0.04, "percent"),
    _fact("oos.sharpe", None, sealed=True),
)
NUMBER = NarrationCode.NARRATION_FREE_NUMBER
UNKNOWN = NarrationCode.NARRATION_UNKNOWN_FACT
DIRECTION = NarrationCode.NARRATION_DIRECTION


def _codes(text: str, user: str = "") -> list[NarrationCode]:
    return [finding.code for finding in check(text, FACTS, user)]


@pytest.mark.parametrize(
    "text",
    [
        "The Sharpe ratio is 1.2.",
        "It made {{train.trades}} trades and won 60.",
        "Return {{train.total_return}}, about half a percent a day.",
        "It returned twenty percent.",
        "Es brachte zwanzig Prozent.",
        "Ein Plus von fünfundzwanzig Prozent.",
        "zweihundertfünfzig Trades",
        "Ein achtprozentiger Ertrag.",
        "It doubled the money.",
        "Das Kapital verdoppelte sich.",
        "Sharpe \uff11.\uff12",
        "Sharpe \u0661\u066b\u0662",
        "Sharpe \U0001d7cf.\U0001d7d0",
        "Sharpe ½",
        "Sharpe Ⅳ",
        "Sharpe 二",
        "tw\u200benty percent",
        "fu\u0308nfzig Prozent",
        "three trades",
        "drei Trades",
        "a threefold gain of three-fold size",
        "Version 1️⃣",
        "H2O",
    ],
)
def test_figures_in_any_dress_are_refused(text: str) -> None:
    """Digits of every script and number words are free numbers."""
    assert NUMBER in _codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Sharpe ratio is {{train.sharpe}}.",
        "One of the rules needs both conditions, and two averages cross.",
        "Eine der Regeln verlangt drei Bedingungen; ein Stop sichert ab.",
        "Der zehnte Tag ist keiner.",
        "A small percentage of signals is skipped.",
        "Einmal im Jahr, einfach und ohne Hast.",
        "a standard deviation",
        "Acht geben auf Kosten.",
    ],
)
def test_prose_without_figures_passes(text: str) -> None:
    """Articles and small counts of things are not claims about a result."""
    assert _codes(text) == []


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("RSI(14) below 30 enters.", "buy when RSI 14 is under 30"),
        ("Der Stop liegt bei 2,5 %.", "stop at 2.5%"),
        ("A stop of 2%.", "Stop zwei Prozent"),
        ("The 1,000 unit cap.", "cap 1000 units"),
        ("The 1.000 unit cap.", "cap 1000 units"),
        ("Twenty bars.", "20 bars"),
    ],
)
def test_the_users_own_figures_may_be_repeated(text: str, user: str) -> None:
    """What the user wrote is allowed in either language, and nothing else is."""
    assert _codes(text, user) == []
    assert _codes(text) == [NUMBER] * len(_codes(text))
    assert _codes(text) != []


@pytest.mark.parametrize(
    ("text", "user"), [("A return of 14%.", "RSI 14"), ("Stop at 25.", "2.5"), ("Stop 3", "30")]
)
def test_a_near_figure_is_not_the_users(text: str, user: str) -> None:
    """A plain number does not license a percentage, nor a digit another number."""
    assert _codes(text, user) == [NUMBER]


@pytest.mark.parametrize(
    "text",
    [
        "{{train.sharp}}",
        "{{oos.return}}",
        "{{}}",
        "{{1.2}}",
        "{{Train.Sharpe}}",
        "Sharpe {{train.sharpe",
    ],
)
def test_unknown_and_broken_placeholders_are_refused(text: str) -> None:
    """Only facts that were handed in may be named."""
    assert _codes(text) == [UNKNOWN]


def test_the_nearest_key_is_offered() -> None:
    """A misspelt key gets its neighbour as hint."""
    (finding,) = check("x {{train.sharp}}", FACTS)
    assert (finding.hint, finding.start, finding.end) == ("did you mean train.sharpe?", 2, 17)


WRONG = [
    "The strategy made a loss of {{train.total_return}}.",
    "Die Strategie verlor {{train.total_return}}.",
    "A profit of {{walk.1.return}}.",
    "Im ersten Abschnitt ein Gewinn von {{walk.1.return}}.",
    "The return was not positive: {{train.total_return}}.",
    "The Sharpe of {{train.sharpe}} is below the benchmark's {{benchmark.sharpe}}.",
    "Die Sharpe-Ratio liegt mit {{train.sharpe}} unter der des Vergleichs ({{benchmark.sharpe}}).",
    "{{train.total_return}} is better than {{benchmark.total_return}}.",
    "Mit {{train.total_return}} ist sie besser als Halten mit {{benchmark.total_return}}.",
    "Its drawdown of {{train.max_drawdown}} is worse than {{benchmark.max_drawdown}}.",
    "Its drawdown of {{train.max_drawdown}} exceeds {{benchmark.max_drawdown}}.",
    "The return fell from {{walk.1.return}} to {{walk.2.return}}.",
    "Die Rendite ist von {{walk.1.return}} auf {{walk.2.return}} gesunken.",
    "The excess return of {{train.excess_return}} shows that it did better.",
    "Sie schlägt den Vergleich: {{train.excess_return}}.",
    "The return of {{walk.1.return}} is above zero.",
    "Die Rendite von {{train.total_return}} liegt unter null.",
    "It is profitable with a profit factor of {{train.profit_factor}}.",
    "The holdout Sharpe rose, see {{oos.sharpe}}.",
    "{{train.sharpe}} is no better than {{benchmark.sharpe}}.",
    "Compared with {{benchmark.sharpe}}, the strategy is worse at {{train.sharpe}}.",
]
RIGHT = [
    "The strategy made a profit of {{train.total_return}}.",
    "Die Strategie gewann {{train.total_return}}.",
    "A loss of {{walk.1.return}}.",
    "Im ersten Abschnitt ein Verlust von {{walk.1.return}}.",
    "The return was not negative: {{train.total_return}}.",
    "The Sharpe of {{train.sharpe}} is above the benchmark's {{benchmark.sharpe}}.",
    "Die Sharpe-Ratio liegt mit {{train.sharpe}} über der des Vergleichs ({{benchmark.sharpe}}).",
    "{{train.total_return}} is worse than {{benchmark.total_return}}.",
    "Mit {{train.total_return}} ist sie schlechter als Halten mit {{benchmark.total_return}}.",
    "Its drawdown of {{train.max_drawdown}} is better than {{benchmark.max_drawdown}}.",
    "Its drawdown of {{train.max_drawdown}} is below {{benchmark.max_drawdown}}.",
    "The return rose from {{walk.1.return}} to {{walk.2.return}}.",
    "Die Rendite ist von {{walk.1.return}} auf {{walk.2.return}} gestiegen.",
    "The excess return of {{train.excess_return}} shows that it did worse.",
    "Sie schlägt den Vergleich nicht: {{train.excess_return}}.",
    "The return of {{walk.1.return}} is below zero.",
    "Die Rendite von {{train.total_return}} liegt über null.",
    "It is unprofitable with a profit factor of {{train.profit_factor}}.",
    "The holdout Sharpe reads {{oos.sharpe}}.",
    "{{train.sharpe}} is no worse than {{benchmark.sharpe}}.",
    "Compared with {{benchmark.sharpe}}, the strategy is better at {{train.sharpe}}.",
    "Take profit and stop loss closed {{train.trades}} trades at {{train.total_return}}.",
    "It earned {{train.total_return}}, while the deepest loss was {{train.max_drawdown}}.",
    "Die Rendite von {{train.total_return}} entstand über {{train.trades}} Trades.",
    "The rule enters when the price closes above the channel.",
    "It gained {{train.total_return}}. Costs fell out of favour.",
    "Less is known about {{oos.sharpe}}; the train Sharpe is {{train.sharpe}}.",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_direction_against_its_facts_is_refused(text: str) -> None:
    """A word that the facts of its sentence contradict, or that a seal hides, is refused."""
    assert _codes(text) == [DIRECTION]


@pytest.mark.parametrize("text", RIGHT)
def test_a_direction_that_holds_passes(text: str) -> None:
    """The true twin of each sentence, and words that only look like a direction, pass."""
    assert _codes(text) == []


def test_findings_come_in_the_order_of_the_text() -> None:
    """Several problems are all named, with the words that carry them."""
    text = "A loss of {{train.total_return}}, 5 {{x.y}}."
    found = check(text, FACTS)
    assert [(item.code, text[item.start : item.end]) for item in found] == [
        (DIRECTION, "loss"),
        (NUMBER, "5"),
        (UNKNOWN, "{{x.y}}"),
    ]
