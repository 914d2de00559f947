"""German words of a report."""

from __future__ import annotations

from typing import Final

GERMAN: Final[dict[str, str]] = {
    "lang": "de",
    "report": "Strategiebericht",
    "subtitle": "{symbol} · {timeframe} · {first} bis {last}",
    "verdict.none": "Nicht beurteilt",
    "verdict.none.sentence": (
        "Das ist ein Backtest auf Trainingsdaten. Er sagt, was gewesen wäre, nicht was sein wird."
    ),
    "verdict.PASS": "Bestanden",
    "verdict.PASS.sentence": (
        "Auf diesen Daten nicht widerlegt. Stufe: {tier}. Bestanden heißt: darf versucht werden, "
        "nicht: funktioniert."
    ),
    "verdict.FAIL": "Nicht bestanden",
    "verdict.FAIL.sentence": "Widerlegt: die unten markierten Kriterien sind nicht erfüllt.",
    "verdict.INELIGIBLE": "Nicht beurteilbar",
    "verdict.INELIGIBLE.sentence": (
        "Eine Voraussetzung fehlt. Über die Güte der Idee sagt das nichts."
    ),
    "verdict.trials": "Versuche auf diesem Markt",
    "verdict.look": "Blick auf den Holdout",
    "verdict.looks_left": "Verbleibende Blicke",
    "verdict.holdout": "Holdout",
    "verdict.criteria": "Kriterien",
    "passed": "erfüllt",
    "effect.ineligible": "sperrt",
    "effect.fail": "verfehlt",
    "effect.cap": "begrenzt die Stufe",
    "effect.note": "Hinweis",
    "column.criterion": "Kriterium",
    "column.finding": "Befund",
    "column.value": "Wert",
    "column.threshold": "Grenze",
    "holdout.sealed": "versiegelt",
    "holdout.none": "keiner",
    "holdout.open": "offen",
    "holdout.why_sealed": (
        "Den Holdout gibt es, und niemand hat seine Zahlen gesehen. Sie bleiben versiegelt, bis "
        "das Gate sie öffnet."
    ),
    "section.figures": "Kennzahlen",
    "section.picture": "Kontostand und Rückgang",
    "section.months": "Monatsrenditen",
    "section.trades": "Trades",
    "section.rules": "Die Regeln in Worten",
    "section.costs": "Kosten und Grundlage",
    "section.notes": "Was man wissen muss",
    "section.digests": "Prüfsummen",
    "column.figure": "Kennzahl",
    "column.train": "Training",
    "column.holdout": "Holdout",
    "column.benchmark": "Kaufen und halten, Training",
    "group.return": "Rendite und Risiko zusammen",
    "group.risk": "Risiko",
    "group.trades": "Geschlossene Trades",
    "group.activity": "Aktivität",
    "figure.total_return": "Gesamtrendite",
    "figure.cagr": "Rendite pro Jahr",
    "figure.volatility": "Volatilität pro Jahr",
    "figure.sharpe": "Sharpe-Ratio",
    "figure.sortino": "Sortino-Ratio",
    "figure.calmar": "Calmar-Ratio",
    "figure.max_drawdown": "Größter Rückgang",
    "figure.max_drawdown_bars": "Längster Rückgang, Bars",
    "figure.max_drawdown_days": "Längster Rückgang, Tage",
    "figure.ulcer": "Ulcer-Index",
    "figure.tail_ratio": "Tail-Ratio",
    "figure.var_95_day": "Value at Risk, 95\u00a0%, je Tag",
    "figure.es_975_day": "Expected Shortfall, 97,5\u00a0%, je Tag",
    "figure.exposure_time": "Zeit im Markt",
    "figure.exposure_mean": "Mittleres Engagement mit Vorzeichen",
    "figure.turnover": "Umschlag pro Jahr, mal Kontostand",
    "figure.trades": "Anzahl",
    "figure.win_rate": "Trefferquote",
    "figure.profit_factor": "Profitfaktor",
    "figure.expectancy": "Mittleres Ergebnis, {currency}",
    "figure.expectancy_r": "Mittleres Ergebnis in Einheiten des geplanten Risikos",
    "figure.average_bars": "Mittlere Haltedauer, Bars",
    "figure.largest_win": "Größter Gewinn, {currency}",
    "figure.largest_loss": "Größter Verlust, {currency}",
    "figure.fees": "Gezahlte Gebühren, {currency}",
    "figures.basis": (
        "Nach allen Kosten. Je Bar, auf das Jahr gerechnet mit {per_year} Bars; Value at Risk und "
        "Expected Shortfall je Tag; risikoloser Zins null."
    ),
    "zone.train": "Training",
    "zone.holdout": "Holdout",
    "zone.sealed": "Holdout, versiegelt",
    "chart.title": "Kontostand und Rückgang",
    "chart.description": (
        "Kontostand der Strategie und von Kaufen und Halten auf logarithmischer Achse, darunter "
        "der Rückgang vom Höchststand."
    ),
    "chart.equity_axis": "Kontostand, {currency}, logarithmisch",
    "chart.drawdown": "Rückgang vom Höchststand",
    "legend.equity": "Strategie",
    "legend.held": "Kaufen und halten",
    "legend.sealed": "Versiegelter Holdout",
    "month.1": "Jan",
    "month.2": "Feb",
    "month.3": "Mär",
    "month.4": "Apr",
    "month.5": "Mai",
    "month.6": "Jun",
    "month.7": "Jul",
    "month.8": "Aug",
    "month.9": "Sep",
    "month.10": "Okt",
    "month.11": "Nov",
    "month.12": "Dez",
    "month.year": "Jahr",
    "trades.shown": "Die letzten {shown} von {total} Trades.",
    "trades.all": "Alle {total} Trades.",
    "trades.none": (
        "Es gab keinen Trade. Die Einstiegsbedingung lockern oder eine längere Historie nehmen."
    ),
    "trades.list": "Liste der Trades",
    "trade.zone": "Zone",
    "trade.side": "Seite",
    "trade.entered": "Einstieg",
    "trade.left": "Ausstieg",
    "trade.entry_price": "Einstiegskurs",
    "trade.exit_price": "Ausstiegskurs",
    "trade.quantity": "Menge",
    "trade.pnl": "Ergebnis, {currency}",
    "trade.pnl_fraction": "Ergebnis",
    "trade.bars": "Bars",
    "trade.reason": "Grund",
    "trade.mae": "Tiefst",
    "trade.mfe": "Höchst",
    "side.long": "long",
    "side.short": "short",
    "reasons.title": "Warum Trades endeten",
    "reasons.trades": "Trades",
    "reason.signal": "Ausstiegsregel",
    "reason.stop": "Stop",
    "reason.target": "Ziel",
    "reason.trailing": "nachgezogener Stop",
    "reason.time": "Zeit",
    "reason.reverse": "Drehung",
    "reason.ruin": "Ruin",
    "reason.open": "noch offen",
    "cost.taker": "Gebühr für Markt- und Stop-Orders",
    "cost.maker": "Gebühr für Limit-Orders",
    "cost.spread": "Spread",
    "cost.slippage": "Slippage",
    "cost.limit_fill": "Ein Limit wird ausgeführt, wenn der Kurs",
    "cost.through": "es durchhandelt",
    "cost.touch": "es berührt",
    "cost.start": "Startkapital",
    "cost.bps": "{value} Basispunkte",
    "cost.periods": "Zeiträume",
    "cost.period": "{name}: {first} bis {last}",
    "cost.fills": (
        "Entschieden am Schluss, ausgeführt zur nächsten Eröffnung. Stop vor Ziel, wenn beide in "
        "einem Bar liegen; eine Lücke wird zur Eröffnung ausgeführt."
    ),
    "note.TRADES_FEW": (
        "Geschlossene Trades: {count}. Unter 30 sind die Zahlen vor allem Zufall; eine längere "
        "Historie hilft."
    ),
    "note.NO_TRADES": "Die Regeln haben auf diesen Daten nie ausgelöst.",
    "note.ACCOUNT_RUINED": "Das Konto war ruiniert. Alles danach ist null.",
    "note.ORDERS_CUT": (
        "Auf Obergrenze oder Barbestand gekürzte Einstiege: {count}. Echte Ergebnisse hängen von "
        "der Kontogröße ab."
    ),
    "note.STOP_WRONG_SIDE": (
        "Ausgelassene Einstiege, Stop auf der falschen Seite oder zu nah: {count}."
    ),
    "note.TARGET_WRONG_SIDE": "Ausgelassene Einstiege, Ziel schon erreicht: {count}.",
    "note.STOP_MISSING": "Ausgelassene Einstiege, Stop fehlt für die Größe: {count}.",
    "note.QUANTITY_TOO_SMALL": (
        "Ausgelassene Einstiege, Konto zu klein für die kleinste Order: {count}."
    ),
    "note.BAR_ABSENT": "Verfallene Orders, in ihrem Bar wurde nichts gehandelt: {count}.",
    "note.TRADE_OPEN": "Am Ende noch offen, zum letzten Schluss bewertet: {count}.",
    "notes.none": "Nichts Ungewöhnliches.",
    "digest.spec": "Strategiedokument",
    "digest.rule": "Bedeutung der Regeln",
    "digest.dataset": "Datensatz",
    "digest.costs": "Kosten",
    "digest.code": "Code",
    "digest.criteria": "Kriterien des Gates",
    "digest.run": "Lauf auf Training",
    "digest.gate_report": "Gate-Bericht",
    "words.none": "Die Regeln in Worten fehlen.",
    "hypothesis": "Idee",
    "footer": "Vergangene Ergebnisse von Regeln auf vergangenen Daten. Keine Prognose, kein Rat.",
    "yes": "ja",
    "no": "nein",
}
