"""German words of a comparison."""

from __future__ import annotations

from typing import Final

COMPARE_GERMAN: Final[dict[str, str]] = {
    "compare.title": "Vergleich von {count} Läufen",
    "compare.kicker": "Vergleich von Berichten",
    "compare.runs": "Läufe",
    "compare.run": "Lauf",
    "compare.strategy": "Strategie",
    "compare.market": "Markt",
    "compare.days": "Tage",
    "compare.first": "Erster Tag",
    "compare.last": "Letzter Tag",
    "compare.verdict": "Urteil",
    "compare.trials": "Versuche",
    "compare.digest": "Prüfsumme",
    "compare.traps": "Ist dieser Vergleich redlich",
    "compare.trap.none": "Gleicher Markt, gleiche Tage, gleiche Kosten, gleiches Startkapital.",
    "compare.trap.window": (
        "ANDERE TAGE: die Läufe decken nicht denselben Zeitraum. Eine Regel in einem "
        "steigenden Markt sieht besser aus als eine ohne ihn. Nur auf den gemeinsamen Tagen "
        "vergleichen."
    ),
    "compare.trap.market": (
        "ANDERE MÄRKTE: die Läufe gehören zu verschiedenen Instrumenten oder Zeitrahmen."
    ),
    "compare.trap.dataset": "ANDERE DATEN: derselbe Markt, aber nicht dieselben Datensätze.",
    "compare.trap.costs": (
        "ANDERE KOSTEN: Gebühr, Spread oder Slippage weichen ab, ein Teil des Unterschieds "
        "kommt vom Kostenmodell."
    ),
    "compare.trap.start": "ANDERES STARTKAPITAL: kleinste Orders und Obergrenzen wirken anders.",
    "compare.trap.code": "ANDERER CODE: die Läufe stammen von verschiedenen Fassungen der Engine.",
    "compare.trap.best": (
        "Der beste von mehreren Läufen sieht besser aus, als er ist: jeder war ein Versuch, "
        "und das Gate zählt alle."
    ),
    "compare.trap.train_only": "Alle Zahlen sind Trainingszahlen, auch wo ein Holdout offen ist.",
    "compare.figures": "Kennzahlen auf Training",
    "compare.common": "Auf den gemeinsamen Tagen",
    "compare.common.none": (
        "Die Läufe haben weniger als {days} gemeinsame Tage: weder ihre Zahlen noch ihre "
        "Korrelation lassen sich vergleichen."
    ),
    "compare.common.basis": (
        "{days} gemeinsame Tage von {first} bis {last}; Tagesrenditen nach Kosten, auf das "
        "Jahr gerechnet."
    ),
    "compare.correlation": "Korrelation der Tagesrenditen",
    "compare.equity": "Wachstum auf einer Achse",
    "compare.equity_axis": "Wachstum, Start = 1, logarithmisch",
    "compare.equity_text": "Wachstum aller Läufe ab eins, logarithmisch.",
    "compare.equity_basis": "Jede Kurve beginnt am ersten gemeinsamen Tag bei eins.",
    "compare.equity_apart": (
        "Die Kurven haben keine gemeinsamen Tage: jede beginnt an ihrem eigenen ersten Tag "
        "bei eins."
    ),
    "compare.made_from": "Gemacht aus",
    "compare.bps": "Basispunkte",
    "compare.own_currency": "eigene Währung",
    "compare.drawdowns": "Rückgänge",
    "compare.drawdown_text": "Rückgang aller Läufe.",
    "compare.costs": "Kosten",
    "compare.digests": "Woraus jeder Lauf gemacht ist",
}
