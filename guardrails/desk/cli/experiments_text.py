"""Words and tables of `peak experiments`, in the person's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from guardrails.desk.cli.output import say, table

if TYPE_CHECKING:
    from engine.facts.table import Unit
    from engine.reports.best_report import BestOf
    from guardrails.desk.cli.choices import Language

Shown = dict[str, Any]
FIGURE_UNITS: Final[dict[str, Unit]] = {
    "total_return": "percent", "cagr": "percent", "volatility": "percent", "sharpe": "ratio",
    "max_drawdown": "percent", "turnover": "number", "trades": "count", "win_rate": "percent",
    "profit_factor": "ratio", "exposure_time": "percent",
}  # fmt: skip
_SHORT: Final = 12

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "none": "No experiment yet. `peak backtest SPEC` makes the first one.",
        "none_fit": "No experiment fits. Leave out a filter; {trials} trials are in the ledger.",
        "title": "Experiments, the newest first ({trials} trials in the ledger)",
        "id": "no.", "type": "type", "at": "when", "market": "market", "strategy": "strategy",
        "status": "status", "sharpe": "Sharpe", "verdict": "gate", "rank": "rank",
        "figure": "figure", "params": "parameters", "best": "Best on {market}: {trials} trials",
        "not_judged": "not judged", "lineage": "lineage", "by": "by", "models": "models",
        "code": "code", "data": "data", "costs": "costs", "history": "outcomes",
        "train_only": "All figures are of train bars; only a verdict of the gate says more.",
        "no_best": "Nothing on this market has run long enough to be ranked.",
        "differs": "Beware: the runs differ in {what}; their figures say little together.",
        "days": "days", "timeframe": "timeframe", "kind": "kind of run",
        "last": "trials on this market: {trials}, p_IS of the best: {p}",
        "revealed": "revealed; the next look's cap is now {after}",
        "confirm": "Reveal the figures?", "report": "report", "trades": "trades",
        "exported": "{count} trials written to {where}, {known} were there before",
    },
    "de": {
        "none": "Noch kein Experiment. `peak backtest SPEC` macht das erste.",
        "none_fit": "Kein Experiment passt. Einen Filter weglassen; {trials} Versuche stehen im "
        "Versuchsbuch.",
        "title": "Experimente, die neuesten zuerst ({trials} Versuche im Versuchsbuch)",
        "id": "Nr.", "type": "Art", "at": "wann", "market": "Markt", "strategy": "Strategie",
        "status": "Stand", "sharpe": "Sharpe", "verdict": "Gate", "rank": "Rang",
        "figure": "Kennzahl", "params": "Parameter",
        "best": "Die Besten auf {market}: {trials} Versuche",
        "not_judged": "nicht beurteilt", "lineage": "Herkunft", "by": "von", "models": "Modelle",
        "code": "Code", "data": "Daten", "costs": "Kosten", "history": "Ergebnisse",
        "train_only": "Alle Zahlen sind aus Train-Kerzen; erst ein Urteil des Gates sagt mehr.",
        "no_best": "Auf diesem Markt lief nichts lange genug für eine Rangliste.",
        "differs": "Achtung: die Läufe unterscheiden sich in {what}; zusammen sagen ihre Zahlen "
        "wenig.",
        "days": "Tagen", "timeframe": "Zeiteinheit", "kind": "Art des Laufs",
        "last": "Versuche auf diesem Markt: {trials}, p_IS des besten: {p}",
        "revealed": "aufgedeckt; die Grenze des nächsten Blicks ist jetzt {after}",
        "confirm": "Die Zahlen aufdecken?", "report": "Bericht", "trades": "Trades",
        "exported": "{count} Versuche nach {where} geschrieben, {known} waren schon da",
    },
}  # fmt: skip


def _figure(name: str, value: float | None, language: Language) -> str:
    from engine.facts.numbers import format_value

    return format_value(value, FIGURE_UNITS.get(name, "number"), language)


def _label(name: str, language: Language) -> str:
    """What a figure is called; one without a name of its own stands for itself."""
    from engine.reports.texts import has_text, text

    if name == "trades":
        return WORDS[language]["trades"]
    key = f"figure.{name}"
    return text(key, language) if has_text(key) else name


def _ordered(names: Iterable[str]) -> list[str]:
    """Figures in the order of a report, others behind."""
    known = list(FIGURE_UNITS)
    return sorted(names, key=lambda name: (known.index(name) if name in known else 99, name))


def _percent(value: float | None, language: Language) -> str:
    from engine.gate.messages import number

    return number(value, "percent", language)


def strategy_words(row: Shown) -> str:
    """The strategy with what a sweep set: `trend (fast=5, slow=50)`."""
    params = ", ".join(f"{name}={value:g}" for name, value in row["params"].items())
    return f"{row['strategy']} ({params})" if params else str(row["strategy"])


def gate_words(row: Shown) -> str:
    """Verdict and tier, "" when nobody asked."""
    return " ".join(str(one) for one in (row["verdict"], row["tier"]) if one)


def print_list(answer: Shown, language: Language, *, filtered: bool) -> None:
    """The table, or a sentence that says what to do."""
    words, rows = WORDS[language], answer["experiments"]
    if not rows:
        say([words["none_fit" if filtered else "none"].format(trials=answer["trials"])])
        return
    keys = ("id", "type", "at", "market", "strategy", "status", "trades", "sharpe", "verdict")
    cells = [
        (
            row["id"], row["type"], str(row["at"])[:16].replace("T", " "),
            ", ".join(row["markets"]), strategy_words(row), row["status"],
            _figure("trades", row["figures"].get("trades"), language),
            _figure("sharpe", row["figures"].get("sharpe"), language),
            gate_words(row),
        )
        for row in rows
    ]  # fmt: skip
    title = words["title"].format(trials=answer["trials"])
    table(title, tuple(words[key] for key in keys), cells, right=(words["trades"], words["sharpe"]))
    say([words["train_only"]])


def print_one(row: Shown, language: Language) -> None:
    """One experiment: words, figures, where it came from, what happened to it."""
    words = WORDS[language]
    head = f"{row['id']}  {row['type']}  {strategy_words(row)}  {', '.join(row['markets'])}"
    lines = [head, f"{words['at']}: {row['at']}", f"{words['status']}: {row['status']}"]
    lines += [f"- {line}" for line in row.get("words", {}).get(language, [])]
    figures = row["figures"]
    lines += [
        f"{_label(name, language)}: {_figure(name, figures[name], language)}"
        for name in _ordered(figures)
    ]
    lines += [f"{name}: {_plain(value)}" for name, value in row["facts"].items()]
    lines.append(f"{words['verdict']}: {gate_words(row) or words['not_judged']}")
    if "lineage" in row:
        lines += _origin(row, words)
    say([*lines, words["train_only"]])


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _origin(row: Shown, words: dict[str, str]) -> list[str]:
    lineage = row["lineage"]
    models = ", ".join(f"{name} ({cutoff})" for name, cutoff in lineage["models"]) or "-"
    history = ", ".join(f"{one['status']} ({one['code'][:_SHORT]})" for one in row["outcomes"])
    author = lineage["person"] or lineage["chat"] or "-"
    idea = f"{lineage['lineage_id']}, {lineage['source']}, {words['by']} {author}"
    return [
        f"{words['lineage']}: {idea}",
        f"{words['models']}: {models}",
        f"{words['data']}: {', '.join(one[:_SHORT] for one in row['datasets'])}",
        f"{words['costs']}: {row['cost_digest'][:_SHORT]}",
        f"{words['code']}: {row['code'][:_SHORT]}",
        f"{words['history']}: {history or row['status']}",
    ]


def print_compared(answer: Shown, language: Language) -> None:
    """What makes them hard to compare first, then the figures side by side."""
    words, found = WORDS[language], answer["experiments"]
    if answer["differs"]:
        what = ", ".join(words[name] for name in answer["differs"])
        say([words["differs"].format(what=what)])
    columns = (words["figure"], *(str(one["id"]) for one in found))
    rows: list[tuple[str, ...]] = [
        (words["strategy"], *(strategy_words(one) for one in found)),
        (words["verdict"], *(gate_words(one) or words["not_judged"] for one in found)),
    ]
    figures = answer["figures"]
    rows += [
        (_label(name, language), *(_figure(name, value, language) for value in figures[name]))
        for name in _ordered(figures)
    ]
    table("", columns, rows, right=columns[1:])
    say([words["train_only"]])


def print_best(answer: Shown, language: Language) -> None:
    """Rank, N, p_IS and tier beside the Sharpe ratio, never that alone."""
    words, rows = WORDS[language], answer["best"]
    if not rows:
        say([words["no_best"]])
        return
    columns = (words["rank"], words["id"], words["strategy"], "p_IS", "N", words["verdict"],
               words["trades"], words["sharpe"])  # fmt: skip
    cells = [
        (
            row["rank"], row["id"], strategy_words(row), _percent(row["p_is"], language),
            _figure("trades", row["trials"], language), gate_words(row) or words["not_judged"],
            _figure("trades", row["figures"].get("trades"), language),
            _figure("sharpe", row["figures"].get("sharpe"), language),
        )
        for row in rows
    ]  # fmt: skip
    title = words["best"].format(market=answer["market"], trials=answer["trials"])
    table(title, columns, cells, right=("p_IS", "N", words["trades"], words["sharpe"]))
    best = _percent(answer["p_is"], language)
    say([words["train_only"], words["last"].format(trials=answer["trials"], p=best)])


def best_record(answer: Shown) -> BestOf:
    """The ranking as the record behind its report."""
    from engine.reports.best_report import BestLine, BestOf

    def line(row: Shown) -> BestLine:
        """One row of it."""
        figures = row["figures"]
        return BestLine(
            rank=row["rank"], id=row["id"], strategy=strategy_words(row)[:300], p_is=row["p_is"],
            trials=row["trials"], tier=gate_words(row), sharpe=figures.get("sharpe"),
            total_return=figures.get("total_return"), max_drawdown=figures.get("max_drawdown"),
            closed=figures.get("trades"),
        )  # fmt: skip

    rows: Sequence[Shown] = answer["best"]
    return BestOf(
        market=answer["market"], trials=answer["trials"], lines=tuple(line(row) for row in rows)
    )
