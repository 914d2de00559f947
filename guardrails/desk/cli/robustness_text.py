"""The robustness of a portfolio as lines of text, English and German."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.research.composition import Composition, PortfolioStudy
    from guardrails.desk.cli.choices import Language

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "base": "as it is", "without": "without {name}", "tilted": "{name} times {factor}",
        "line": "{what}: Sharpe {sharpe}, worst drawdown {fall}", "none": "none",
        "one": "all correlations at one: volatility {volatility} instead of {usual}",
        "paths": "{n} joint paths: drawdown {middle} in the middle, {bad} in a bad one in twenty",
        "train": "{name} on train days; the holdout has confirmed nothing of this",
    },
    "de": {
        "base": "wie es ist", "without": "ohne {name}", "tilted": "{name} mal {factor}",
        "line": "{what}: Sharpe {sharpe}, größter Rückgang {fall}", "none": "keine",
        "one": "alle Korrelationen bei eins: Volatilität {volatility} statt {usual}",
        "paths": "{n} gemeinsame Pfade: Rückgang {middle} in der Mitte, {bad} in einem von zwanzig",
        "train": "{name} auf Train-Tagen; der Holdout hat davon nichts bestätigt",
    },
}  # fmt: skip


def robustness_lines(name: str, study: PortfolioStudy, language: Language) -> list[str]:
    """What other compositions and worse days do to a portfolio."""
    words = WORDS[language]

    def percent(value: float) -> str:
        """A share as people of the language read it."""
        return _number(f"{value * 100:.1f}", language) + " %"

    def line(what: str, one: Composition | None) -> str:
        """One composition."""
        figures = study.base if one is None else one.figures
        if figures is None:
            return f"{what}: {words['none']}"
        sharpe = words["none"]
        if figures.sharpe is not None:
            sharpe = _number(f"{figures.sharpe:.2f}", language)
        return words["line"].format(what=what, sharpe=sharpe, fall=percent(figures.max_drawdown))

    lines = [words["train"].format(name=name), line(words["base"], None)]
    lines += [line(words["without"].format(name=one.sleeve), one) for one in study.without]
    for one in study.tilted:
        factor = _number(f"{one.factor:.1f}", language)
        lines.append(line(words["tilted"].format(name=one.sleeve, factor=factor), one))
    if study.as_one is not None:
        lines.append(
            words["one"].format(
                volatility=percent(study.as_one.as_one.volatility),
                usual=percent(study.as_one.usual.volatility),
            )
        )
    paths = study.monte_carlo
    if paths is not None:
        lines.append(
            words["paths"].format(
                n=paths.paths,
                middle=percent(paths.drawdown_middle),
                bad=percent(paths.drawdown_bad),
            )
        )
    return lines


def _number(text: str, language: Language) -> str:
    return text.replace(".", ",") if language == "de" else text
