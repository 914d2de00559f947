"""The words around the figures: verdict, counts, costs, periods; shared by all renderers."""

from __future__ import annotations

from engine.facts.numbers import format_value
from engine.reports.data import Language, NamedDigest, ReportData, Zone
from engine.reports.figures import note_text
from engine.reports.texts import date_text, has_text, text


def verdict_key(data: ReportData) -> str:
    """PASS, FAIL, INELIGIBLE, or none when nobody has judged."""
    return "none" if data.gate is None else data.gate.verdict


def verdict_sentence(data: ReportData, language: Language) -> str:
    """One sentence on what the verdict means; a pass names its tier and promises nothing."""
    tier = data.gate.tier if data.gate is not None and data.gate.tier else "-"
    return text(f"verdict.{verdict_key(data)}.sentence", language, tier=tier)


def subtitle(data: ReportData, language: Language) -> str:
    """Instrument, timeframe and the days from the first to the last zone."""
    return text(
        "subtitle",
        language,
        symbol=data.symbol,
        timeframe=data.timeframe.value,
        first=date_text(data.zones[0].first, language),
        last=date_text(data.zones[-1].last, language),
    )


def verdict_counts(data: ReportData, language: Language) -> list[tuple[str, str, str]]:
    """Label, value and tone of the counts beside the verdict; empty without one."""
    if data.gate is None:
        return []
    state = data.holdout_state
    return [
        (text("verdict.trials", language), format_value(data.gate.trials, "count", language), ""),
        (text("verdict.look", language), format_value(data.gate.look, "count", language), ""),
        (
            text("verdict.looks_left", language),
            format_value(data.gate.looks_left, "count", language),
            "",
        ),
        (
            text("verdict.holdout", language),
            text(f"holdout.{state}", language),
            "sealed" if state == "sealed" else "",
        ),
    ]


def cost_lines(data: ReportData, language: Language) -> list[tuple[str, str]]:
    """Label and value of each cost, the account and the periods."""
    costs = data.costs

    def bps(value: float) -> str:
        """Basis points as text."""
        return text("cost.bps", language, value=format_value(value, "count", language))

    return [
        (text("cost.taker", language), bps(costs.taker_fee_bps)),
        (text("cost.maker", language), bps(costs.maker_fee_bps)),
        (text("cost.spread", language), bps(costs.spread_bps)),
        (text("cost.slippage", language), bps(costs.slippage_bps)),
        (text("cost.limit_fill", language), text(f"cost.{costs.limit_fill}", language)),
        (
            text("cost.start", language),
            f"{format_value(data.start_equity, 'money', language)} {data.currency}",
        ),
        (text("cost.periods", language), "; ".join(_period(z, language) for z in data.zones)),
    ]


def _period(zone: Zone, language: Language) -> str:
    name = text(f"zone.{'sealed' if zone.sealed else zone.name}", language)
    return text(
        "cost.period",
        language,
        name=name,
        first=date_text(zone.first, language),
        last=date_text(zone.last, language),
    )


def trades_shown(data: ReportData, language: Language) -> str:
    """How many of all trades the table holds."""
    total = format_value(data.trades_total, "count", language)
    if data.trades_total == len(data.trades):
        return text("trades.all", language, total=total)
    return text("trades.shown", language, shown=len(data.trades), total=total)


def basis(data: ReportData, language: Language) -> str:
    """What the figures are net of and annualised with."""
    per_year = format_value(data.bars_per_year, "count", language)
    return text("figures.basis", language, per_year=per_year)


def note_lines(data: ReportData, language: Language) -> list[str]:
    """The notes as sentences."""
    return [note_text(note, language) for note in data.notes]


def rule_lines(data: ReportData, language: Language) -> tuple[str, ...]:
    """The rules in words of this language."""
    return data.words.de if language == "de" else data.words.en


def digest_name(named: NamedDigest, language: Language) -> str:
    """What a digest is the digest of; an unknown name stands for itself."""
    key = f"digest.{named.name}"
    return text(key, language) if has_text(key) else named.name
