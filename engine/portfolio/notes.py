"""What is said about a portfolio: closed codes, one sentence each in English and German."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from engine.data.bars import BoolArray
from engine.facts.numbers import Locale, format_value
from engine.portfolio.allocation import Allocation
from engine.portfolio.recipes import Recipe
from engine.records import Record

FEW_MEMBERS: Final = 3
"""A mixture of more members that was weighted on train has no train key any more."""
_WHOLE: Final = 1.0 - 1e-9

NoteCode = Literal[
    "TRAIN_ONLY",
    "NOT_CERTIFIED",
    "PRESENT",
    "TRAIN_KEY_VOID",
    "SCHEME",
    "SLEEVE_IDLE",
    "CORRELATION_CAPPED",
    "VOLATILITY_SCALED",
    "REGIME",
    "CASH",
    "CURRENCY_MIXED",
    "CERTIFIED",
    "DUPLICATE_DROPPED",
    "NOT_COMPARED",
    "MEMBERS_CAPPED",
    "STRATEGY_ABSENT",
    "LIMITS",
]


class _Words(NamedTuple):
    en: str
    de: str


WORDS: Final[dict[NoteCode, _Words]] = {
    "TRAIN_ONLY": _Words(
        "Measured on train days up to {day}; the holdout has confirmed nothing of this.",
        "Gemessen an Train-Tagen bis {day}; der Holdout hat davon nichts bestätigt.",
    ),
    "NOT_CERTIFIED": _Words(
        "{names}: not certified, so the weights use train days only.",
        "{names}: nicht zertifiziert, also nutzen die Gewichte nur Train-Tage.",
    ),
    "PRESENT": _Words(
        "Every sleeve is certified: the weights use all days up to {day}.",
        "Jeder Teil ist zertifiziert: die Gewichte nutzen alle Tage bis {day}.",
    ),
    "TRAIN_KEY_VOID": _Words(
        "{count} members weighted on train: the train key is void, the gate asks the holdout key "
        "alone.",
        "{count} Teile, auf Train gewichtet: der Train-Schlüssel gilt nicht, das Gate fragt nur "
        "den Holdout-Schlüssel.",
    ),
    "SCHEME": _Words("Weights: {scheme}.", "Gewichte: {scheme}."),
    "SLEEVE_IDLE": _Words(
        "{names}: nothing happened in the last {count} days, so there is no risk to weigh.",
        "{names}: in den letzten {count} Tagen geschah nichts, also gibt es kein Risiko zu "
        "gewichten.",
    ),
    "CORRELATION_CAPPED": _Words(
        "{names}: correlates above {limit} with a larger sleeve and is left out.",
        "{names}: korreliert über {limit} mit einem größeren Teil und bleibt draußen.",
    ),
    "VOLATILITY_SCALED": _Words(
        "All weights times {scale}, so that the account has a volatility of {limit} a year.",
        "Alle Gewichte mal {scale}, damit das Konto {limit} Schwankung im Jahr hat.",
    ),
    "REGIME": _Words("The regime of {names} is {label}.", "Das Regime von {names} ist {label}."),
    "CASH": _Words("{share} of the account stays cash.", "{share} des Kontos bleiben Bargeld."),
    "CURRENCY_MIXED": _Words(
        "{names}: quoted in another currency than {currency}; no exchange rate is applied.",
        "{names}: in anderer Währung als {currency} notiert; kein Wechselkurs wird angewandt.",
    ),
    "CERTIFIED": _Words(
        "{count} certified strategies are offered; higher tiers first, then older certificates.",
        "{count} zertifizierte Strategien stehen bereit; höhere Stufen zuerst, dann ältere "
        "Zertifikate.",
    ),
    "DUPLICATE_DROPPED": _Words(
        "{names}: moves like {other} (correlation {limit}) and is left out.",
        "{names}: läuft wie {other} (Korrelation {limit}) und bleibt draußen.",
    ),
    "NOT_COMPARED": _Words(
        "{names} and {other} have too few days in common to be compared; both stay.",
        "{names} und {other} haben zu wenige gemeinsame Tage für einen Vergleich; beide bleiben.",
    ),
    "MEMBERS_CAPPED": _Words(
        "{names}: left out, the recipe holds at most {count} members.",
        "{names}: bleibt draußen, das Rezept hält höchstens {count} Teile.",
    ),
    "STRATEGY_ABSENT": _Words(
        "{names}: certified, but no strategy of this name is what was certified; save it again in "
        "the strategies folder.",
        "{names}: zertifiziert, aber keine Strategie dieses Namens ist die zertifizierte; bitte im "
        "Ordner der Strategien neu ablegen.",
    ),
    "LIMITS": _Words(
        "No sleeve above {limit}, volatility target {scale}: the profile {label}.",
        "Kein Teil über {limit}, Zielschwankung {scale}: das Profil {label}.",
    ),
}

SCHEMES: Final[dict[str, _Words]] = {
    "equal": _Words("the same for every sleeve", "für jeden Teil dasselbe"),
    "inverse_vol": _Words(
        "in inverse proportion to volatility", "umgekehrt proportional zur Schwankung"
    ),
    "risk_parity": _Words(
        "every sleeve carries the same share of the risk", "jeder Teil trägt gleich viel Risiko"
    ),
    "hrp": _Words(
        "risk is halved down a tree of alike sleeves",
        "das Risiko wird entlang eines Baums ähnlicher Teile halbiert",
    ),
    "fixed": _Words("as written in the recipe", "wie im Rezept geschrieben"),
    "regime": _Words(
        "by the regime, as written in the recipe", "nach dem Regime, wie im Rezept geschrieben"
    ),
}


class Note(Record):
    """One sentence with its code."""

    code: NoteCode
    en: str
    de: str

    def say(self, language: Locale) -> str:
        """The sentence."""
        return self.de if language == "de" else self.en


def note(
    code: NoteCode, *, percents: dict[str, float] | None = None,
    ratios: dict[str, float] | None = None, **words: object,
) -> Note:  # fmt: skip
    """A note; `percents` and `ratios` are written by language, `words` as they are."""

    def said(language: Locale) -> str:
        """The sentence in one language."""
        figures = {k: format_value(v, "percent", language) for k, v in (percents or {}).items()}
        figures |= {k: format_value(v, "ratio", language) for k, v in (ratios or {}).items()}
        template = WORDS[code].de if language == "de" else WORDS[code].en
        return template.format(**figures, **words)

    return Note(code=code, en=said("en"), de=said("de"))


def scheme_note(scheme: str) -> Note:
    """How the weights are found."""
    words = SCHEMES[scheme]
    en = WORDS["SCHEME"].en.format(scheme=words.en)
    return Note(code="SCHEME", en=en, de=WORDS["SCHEME"].de.format(scheme=words.de))


def train_key_note(members: int, scheme: str) -> tuple[Note, ...]:
    """TRAIN_KEY_VOID for a mixture of more than three that was not weighed equally."""
    if members <= FEW_MEMBERS or scheme == "equal":
        return ()
    return (note("TRAIN_KEY_VOID", count=members),)


def _named(names: Sequence[str], chosen: BoolArray) -> str:
    return ", ".join(name for name, one in zip(names, chosen.tolist(), strict=True) if one)


def allocation_notes(recipe: Recipe, allocation: Allocation) -> tuple[Note, ...]:
    """What shaped the weights, in the order in which it did."""
    found = [scheme_note(recipe.scheme)]
    if allocation.label is not None and recipe.regime is not None:
        found.append(note("REGIME", names=recipe.regime.symbol, label=allocation.label))
    if allocation.idle.any():
        names = _named(recipe.labels, allocation.idle)
        found.append(note("SLEEVE_IDLE", names=names, count=recipe.lookback_days))
    if allocation.capped.any() and recipe.correlation_cap is not None:
        names = _named(recipe.labels, allocation.capped)
        limit = {"limit": recipe.correlation_cap}
        found.append(note("CORRELATION_CAPPED", names=names, ratios=limit))
    if allocation.scale < _WHOLE and recipe.vol_target is not None:
        scale, target = {"scale": allocation.scale}, {"limit": recipe.vol_target}
        found.append(note("VOLATILITY_SCALED", ratios=scale, percents=target))
    cash = 1.0 - float(np.sum(allocation.weights))
    if cash > 1.0 - _WHOLE:
        found.append(note("CASH", percents={"share": cash}))
    return (*found, *train_key_note(len(recipe.sleeves), recipe.scheme))
