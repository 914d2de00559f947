# ruff: noqa: E501 - one row per code reads as a table
"""The gate's codes in plain words, German and English; no digits, no promises."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode

Both = tuple[str, str]

VERDICTS: Final[dict[str, Both]] = {
    "PASS": (
        "Not refuted on this data. That is not a forecast; it means the idea survived every check that could have sunk it.",
        "Auf diesen Daten nicht widerlegt. Das ist keine Vorhersage; es heißt, dass die Idee jede Prüfung überstanden hat, an der sie hätte scheitern können.",
    ),
    "FAIL": ("Refused by the gate.", "Von der Prüfung abgelehnt."),
    "INELIGIBLE": (
        "The gate could not judge this: something that must be in place is missing.",
        "Das konnte nicht geprüft werden: etwas, das vorhanden sein muss, fehlt.",
    ),
}

CODES: Final[dict[GateCode, Both]] = {
    GateCode.SPEC_INVALID: ("The strategy document has errors; correct what the check of the draft names.", "Die Strategie hat Fehler; was die Prüfung des Entwurfs nennt, muss berichtigt werden."),
    GateCode.SPEC_LINT: ("The check of the draft has a warning; read it.", "Die Prüfung des Entwurfs enthält eine Warnung; bitte lesen."),
    GateCode.PARAMETERS_TOO_MANY: ("It has so many free numbers that it would fit any past; fix the ones that matter least.", "Es hat so viele freie Zahlen, dass es zu jeder Vergangenheit passen würde; die unwichtigsten sollten fest werden."),
    GateCode.COST_BELOW_FLOOR: ("The costs it was tested with are lower than what trading really costs.", "Die angesetzten Kosten liegen unter dem, was Handel wirklich kostet."),
    GateCode.CAUSALITY_BROKEN: ("It acts on something that was not known yet at that moment.", "Es handelt nach etwas, das zu dem Zeitpunkt noch nicht bekannt war."),
    GateCode.STOP_MISSING: ("It has no stop whose price is known at entry; add one, even a wide one.", "Es hat keinen Stop, dessen Preis beim Einstieg feststeht; ein weiter genügt."),
    GateCode.NOT_REPRODUCIBLE: ("The same run gave another result when it was repeated.", "Derselbe Lauf ergab bei der Wiederholung etwas anderes."),
    GateCode.DATA_TOO_SHORT: ("The history is too short for this rule; take longer data or shorter windows.", "Die Historie ist für diese Regel zu kurz; längere Daten oder kürzere Fenster nehmen."),
    GateCode.ZONE_SHORT: ("The part of the data that was kept back is short, so the verdict is worth less.", "Der zurückgehaltene Teil der Daten ist kurz; das Urteil ist darum weniger wert."),
    GateCode.LEDGER_BROKEN: ("The record of trials does not add up; nothing can be judged until it does.", "Das Verzeichnis der Versuche stimmt nicht; vorher lässt sich nichts beurteilen."),
    GateCode.TRAIN_NOT_SIGNIFICANT: ("After all the trials made on this data, luck alone explains the result well enough.", "Nach allen Versuchen auf diesen Daten genügt der Zufall als Erklärung."),
    GateCode.TRAIN_BENCHMARK: ("Simply holding the market as much of the time would have served as well.", "Den Markt einfach im gleichen Umfang zu halten, hätte es auch getan."),
    GateCode.TRADES_TOO_FEW: ("It traded too rarely to tell skill from luck; a shorter bar or a looser rule trades more.", "Es hat zu selten gehandelt, um Können von Glück zu trennen; kürzere Kerzen oder eine weitere Regel handeln öfter."),
    GateCode.COST_FRAGILE: ("Once costs are stressed, nothing of it is left.", "Unter erhöhten Kosten bleibt davon nichts übrig."),
    GateCode.RUIN: ("It would have used up the account at some point.", "Es hätte das Konto irgendwann aufgebraucht."),
    GateCode.LOOK_SPENT: ("This idea has already been shown the data that was kept back; only a new idea gets a new look.", "Diese Idee durfte die zurückgehaltenen Daten schon sehen; nur eine neue Idee bekommt einen neuen Blick."),
    GateCode.LOOK_SHARED: ("It moves like an earlier idea that has already been shown the data that was kept back; that verdict stands for both.", "Sie läuft wie eine frühere Idee, die die zurückgehaltenen Daten schon sehen durfte; deren Urteil gilt für beide."),
    GateCode.LOOK_BUDGET: ("No looks at the data that was kept back are left on this market for now.", "Für diesen Markt sind vorerst keine Blicke auf die zurückgehaltenen Daten mehr übrig."),
    GateCode.HOLDOUT_REFUTED: ("The data that was kept back did not confirm it.", "Die zurückgehaltenen Daten haben es nicht bestätigt."),
    GateCode.HOLDOUT_BENCHMARK: ("On the data that was kept back, simply holding the market would have served as well.", "Auf den zurückgehaltenen Daten hätte es genügt, den Markt zu halten."),
    GateCode.HOLDOUT_TRADES: ("On the data that was kept back it traded too rarely to tell.", "Auf den zurückgehaltenen Daten hat es zu selten gehandelt."),
    GateCode.HOLDOUT_NOT_CONFIRMED: ("The data that was kept back did not confirm it. The figures stay sealed, so that they cannot be searched.", "Die zurückgehaltenen Daten haben es nicht bestätigt. Die Zahlen bleiben versiegelt, damit niemand nach ihnen sucht."),
    GateCode.CODE_CHANGED: ("The engine has changed since the certificate was made; have it judged again.", "Die Engine hat sich seit dem Zertifikat geändert; bitte neu prüfen lassen."),
    GateCode.EXPIRED: ("The certificate has expired; have it judged again.", "Das Zertifikat ist abgelaufen; bitte neu prüfen lassen."),
    GateCode.REVOKED: ("The certificate was withdrawn.", "Das Zertifikat wurde zurückgezogen."),
}  # fmt: skip

LINES: Final[dict[str, Both]] = {
    "gate.trials": ("Trials on this data so far: {{gate.trials}}. Every try counts, also this, and makes luck easier to mistake for skill.", "Versuche auf diesen Daten bisher: {{gate.trials}}. Jeder Versuch zählt, auch dieser, und macht es leichter, Glück für Können zu halten."),
    "train.trades": ("Closed trades on train: {{train.trades}}.", "Abgeschlossene Trades auf Train: {{train.trades}}."),
    "train.sharpe": ("Sharpe on train: {{train.sharpe}}.", "Sharpe auf Train: {{train.sharpe}}."),
    "train.max_drawdown": ("Deepest fall from a peak on train: {{train.max_drawdown}}.", "Tiefster Rückgang vom Hoch auf Train: {{train.max_drawdown}}."),
    "gate.looks_left": ("Looks at the kept-back data left: {{gate.looks_left}}.", "Verbleibende Blicke auf die zurückgehaltenen Daten: {{gate.looks_left}}."),
}  # fmt: skip
COSTS: Final[Both] = (
    "Fees, spread and slippage are included in every figure.",
    "Gebühren, Spanne und Slippage sind in jeder Zahl enthalten.",
)
TRIALS_UNKNOWN: Final[Both] = (
    "Every try on this data is counted, also this.",
    "Jeder Versuch auf diesen Daten wird gezählt, auch dieser.",
)
NEXT_PASS: Final[Both] = (
    "Next: a paper certificate lets it give signals, and a person signs each ticket.",
    "Als Nächstes: mit dem Papierzertifikat darf es Signale geben, und jedes Ticket zeichnet ein Mensch.",
)
NEXT_FAIL: Final[Both] = (
    "Next: change the idea, not its numbers, and say why it should earn; more tries on the same data make the bar harder to pass.",
    "Als Nächstes: die Idee ändern, nicht ihre Zahlen, und sagen, warum sie verdienen sollte; weitere Versuche auf denselben Daten legen die Latte höher.",
)
REASONS: Final[Both] = ("What did not hold:", "Was nicht gehalten hat:")
NOTES: Final[Both] = ("To keep in mind:", "Zu beachten:")
UNKNOWN_CODE: Final[Both] = (
    "The gate names a reason without a text here.",
    "Die Prüfung nennt einen Grund, zu dem hier kein Text steht.",
)
