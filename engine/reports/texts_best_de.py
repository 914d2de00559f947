"""German words of the best-of report."""

from __future__ import annotations

from typing import Final

BEST_GERMAN: Final[dict[str, str]] = {
    "best.kicker": "Experimente",
    "best.title": "Die Besten auf {market}",
    "best.below": "{trials} Versuche auf diesem Markt",
    "best.ranking": "Rangliste",
    "best.reading": "Wie man sie liest",
    "best.rank": "Rang",
    "best.id": "Nr.",
    "best.strategy": "Strategie",
    "best.p_is": "p_IS",
    "best.trials": "N",
    "best.tier": "Gate",
    "best.sharpe": "Sharpe-Ratio, Training",
    "best.total_return": "Gesamtrendite, Training",
    "best.max_drawdown": "Größter Rückgang, Training",
    "best.closed": "Trades",
    "best.none": "Auf diesem Markt lief nichts lange genug für eine Rangliste.",
    "best.not_judged": "nicht beurteilt",
    "best.about_p": (
        "p_IS ist der Anteil der Suchen in reinem Zufall, mit so vielen Versuchen wie auf diesem "
        "Markt, die mindestens so gut aussehen. Über {limit} schaut das Gate nicht weiter."
    ),
    "best.about_sharpe": (
        "Der Beste aus vielen Versuchen hat auf den Daten seiner Auswahl immer eine schöne "
        "Sharpe-Ratio. Erst ein Urteil des Gates sagt mehr."
    ),
}
