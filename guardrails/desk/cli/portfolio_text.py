"""Words and tables of `peak portfolio`, in the person's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from engine.errors import InputError, PeakError
from guardrails.desk.cli.output import say, table

if TYPE_CHECKING:
    from engine.portfolio.recipes import Recipe
    from guardrails.desk.cli.choices import Language

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "recipes": "Recipes", "name": "name", "from": "from", "scheme": "scheme",
        "sleeves": "sleeves", "sleeve": "sleeve", "weight": "weight", "risk": "risk",
        "earned": "earned", "cash": "cash", "build": "weights after {day}",
        "backtest": "train days {first} to {day}", "lookback": "look-back {value} days",
        "rebalance": "weights are set anew: {value}", "vol_target": "volatility target {value}",
        "max_weight": "no sleeve above {value}", "correlation_cap": "correlation at most {value}",
        "trials": "trials on these markets",
        "return": "return {total}, CAGR {cagr}, volatility {volatility}",
        "risk_line": "Sharpe {sharpe}, worst drawdown {drawdown}, diversification {ratio}",
    },
    "de": {
        "recipes": "Rezepte", "name": "Name", "from": "woher", "scheme": "Schema",
        "sleeves": "Teile", "sleeve": "Teil", "weight": "Gewicht", "risk": "Risiko",
        "earned": "verdient", "cash": "Bargeld", "build": "Gewichte nach dem {day}",
        "backtest": "Train-Tage {first} bis {day}", "lookback": "Rückblick {value} Tage",
        "rebalance": "neu gewichtet: {value}", "vol_target": "Zielschwankung {value}",
        "max_weight": "kein Teil über {value}", "correlation_cap": "Korrelation höchstens {value}",
        "trials": "Versuche auf diesen Märkten",
        "return": "Rendite {total}, CAGR {cagr}, Schwankung {volatility}",
        "risk_line": "Sharpe {sharpe}, größter Rückgang {drawdown}, Streuung {ratio}",
    },
}  # fmt: skip
_REBALANCE_DE: Final = {
    "daily": "täglich", "weekly": "wöchentlich", "monthly": "monatlich",
    "quarterly": "vierteljährlich",
}  # fmt: skip


def described(recipe: Recipe, language: Language) -> str:
    """The recipe's own sentence."""
    return recipe.description_de or recipe.description if language == "de" else recipe.description


def recipe_row(name: str, found: Recipe | InputError, language: Language) -> dict[str, Any]:
    """One recipe of the list; a file that cannot be read says why and hides no other."""
    if isinstance(found, PeakError):
        nothing: dict[str, Any] = {"scheme": None, "sleeves": [], "description": ""}
        return {"name": name, **nothing, "error": found.as_dict()}
    return {
        "name": name, "scheme": found.scheme, "sleeves": list(found.labels),
        "description": described(found, language), "error": None,
    }  # fmt: skip


def recipe_cells(rows: Sequence[dict[str, Any]]) -> list[tuple[object, ...]]:
    """The list's rows as cells: name, from, scheme, number of sleeves or the fault."""
    return [
        (
            row["name"], row["from"], row["scheme"] or row["error"]["code"],
            len(row["sleeves"]) if row["error"] is None else row["error"]["message"],
        )
        for row in rows
    ]  # fmt: skip


def setting_lines(recipe: Recipe, language: Language) -> list[str]:
    """Look-back, rhythm and caps, one line each."""
    from engine.facts.numbers import format_value

    words = WORDS[language]
    rhythm = _REBALANCE_DE[recipe.rebalance] if language == "de" else recipe.rebalance
    lines = [
        words["lookback"].format(value=recipe.lookback_days),
        words["rebalance"].format(value=rhythm),
        words["max_weight"].format(value=format_value(recipe.max_weight, "percent", language)),
    ]
    if recipe.vol_target is not None:
        value = format_value(recipe.vol_target, "percent", language)
        lines.append(words["vol_target"].format(value=value))
    if recipe.correlation_cap is not None:
        value = format_value(recipe.correlation_cap, "ratio", language)
        lines.append(words["correlation_cap"].format(value=value))
    return lines


def print_answer(answer: dict[str, Any], language: Language, *, for_tomorrow: bool) -> None:
    """A table of the sleeves, then figures and notes."""
    from engine.facts.numbers import format_value

    def percent(value: float | None) -> str:
        """A share as text."""
        return format_value(value, "percent", language)

    words, figures = WORDS[language], answer["metrics"]
    columns = tuple(words[key] for key in ("sleeve", "weight", "risk", "earned"))
    rows = [
        (
            row["sleeve"], percent(row["weight"]), percent(row["risk_contribution"]),
            percent(row["contribution"]),
        )
        for row in answer["weights"]
    ]  # fmt: skip
    rows.append((words["cash"], percent(answer["cash"]), "", ""))
    title = words["build" if for_tomorrow else "backtest"]
    days = title.format(
        day=answer["as_of" if for_tomorrow else "last_day"], first=answer["first_day"]
    )
    table(answer["recipe"], columns, rows, right=columns[1:])
    say([
        days,
        words["return"].format(
            total=percent(figures["total_return"]), cagr=percent(figures["cagr"]),
            volatility=percent(figures["volatility"]),
        ),
        words["risk_line"].format(
            sharpe=format_value(figures["sharpe"], "ratio", language),
            drawdown=percent(figures["max_drawdown"]),
            ratio=format_value(answer["diversification_ratio"], "ratio", language),
        ),
        *[f"- {one['message']}" for one in answer["notes"]],
        f"{words['trials']}: "
        + ", ".join(f"{market} {count}" for market, count in answer["trials"].items()),
    ])  # fmt: skip
