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
    GateCode.TRADABLE_UNDER: ("Some risk profiles would deny every one of its orders; a nearer stop or less risk a trade helps.", "Manche Risikoprofile würden jede ihrer Orders ablehnen; ein näherer Stop oder weniger Risiko je Trade hilft."),
    GateCode.INVARIANCE_SCALE: ("It trades differently when all prices are multiplied: a price level is written into it.", "Sie handelt anders, wenn alle Preise vervielfacht werden: ein Preisniveau steht in ihr."),
    GateCode.INVARIANCE_DATE: ("It trades differently when the same bars lie at another time: a date is written into it.", "Sie handelt anders, wenn dieselben Kerzen zu einer anderen Zeit liegen: ein Datum steht in ihr."),
    GateCode.INVARIANCE_SYMBOL: ("It trades differently when the market has another name: a ticker is written into it.", "Sie handelt anders, wenn der Markt anders heißt: ein Kürzel steht in ihr."),
    GateCode.DATED_FEATURE: ("It uses dates that somebody fixed in advance; that is worth paper at most.", "Sie benutzt Daten, die jemand vorher festgelegt hat; das reicht höchstens für Papier."),
    GateCode.ADDS_TO_LOSER: ("It may add to a position that is losing; add only while the position gains.", "Sie darf einer Position im Verlust hinzufügen; nur bei Gewinn aufstocken."),
    GateCode.LIMIT_EXCEEDED: ("A run took more time or memory than is allowed; simplify the rule.", "Ein Lauf brauchte mehr Zeit oder Speicher als erlaubt; die Regel vereinfachen."),
    GateCode.DATA_QUALITY: ("The data have errors; repair or replace the file first.", "Die Daten haben Fehler; zuerst die Datei reparieren oder ersetzen."),
    GateCode.LINEAGE_UNKNOWN: ("It cannot be told where this idea comes from; submit it from its chat or with its parent.", "Woher diese Idee kommt, lässt sich nicht sagen; aus ihrem Chat oder mit ihrem Vorgänger einreichen."),
    GateCode.TRAIN_KEY_VOID: ("The search for it was made elsewhere, so the train figures do not count; the data that was kept back decide alone.", "Gesucht wurde sie anderswo, darum zählen die Train-Zahlen nicht; die zurückgehaltenen Daten entscheiden allein."),
    GateCode.TAIL_UNPROVEN: ("Its trades do not show what a full loss costs often enough to trust the small gains.", "Ihre Trades zeigen nicht oft genug, was ein voller Verlust kostet, um den kleinen Gewinnen zu trauen."),
    GateCode.JUMP_RUIN: ("One gap against its largest position would cost too much of the account; hold less.", "Eine Kurslücke gegen ihre größte Position würde zu viel vom Konto kosten; weniger halten."),
    GateCode.MARTINGALE_NULL: ("With fair coins for the direction of each bar the same rule does about as well.", "Mit fairen Münzen für die Richtung jeder Kerze ist dieselbe Regel etwa so gut."),
    GateCode.NEIGHBOURHOOD_NEGATIVE: ("One step aside of its numbers it loses: the numbers fit the past, not the market.", "Einen Schritt neben ihren Zahlen verliert sie: die Zahlen passen zur Vergangenheit, nicht zum Markt."),
    GateCode.ENGINE_DISAGREES: ("A second engine makes other trades from the same rules; nothing is certified until that is understood.", "Eine zweite Engine macht aus denselben Regeln andere Trades; vorher wird nichts zertifiziert."),
    GateCode.ENGINE_DID_NOT_RUN: ("The second engine did not answer; try again.", "Die zweite Engine hat nicht geantwortet; bitte noch einmal versuchen."),
    GateCode.ENGINE_NOT_COMPARABLE: ("No second engine can check this form of strategy, so live stays closed to it.", "Keine zweite Engine kann diese Form prüfen, darum bleibt Live ihr verschlossen."),
    GateCode.ORDERS_CUT_OFTEN: ("Many of its orders were cut to what the account allows; smaller sizes say more.", "Viele ihrer Orders wurden auf das Mögliche gekürzt; kleinere Größen sagen mehr."),
    GateCode.NEIGHBOURHOOD_FRAGILE: ("One step aside of its numbers much of the result is gone.", "Einen Schritt neben ihren Zahlen ist viel vom Ergebnis weg."),
    GateCode.WALK_FORWARD_WEAK: ("Chosen anew again and again, it did worse afterwards than when it was chosen.", "Immer wieder neu gewählt, war sie danach schlechter als bei der Wahl."),
    GateCode.REGIME_ONE_SIDED: ("Most of its gain comes from one kind of market.", "Der größte Teil des Gewinns stammt aus einer Marktlage."),
    GateCode.HOLDOUT_WEAK: ("The data that was kept back agree, but not strongly enough for more than paper.", "Die zurückgehaltenen Daten stimmen zu, aber nicht stark genug für mehr als Papier."),
    GateCode.HOLDOUT_TAIL: ("With the trades on the data that was kept back full losses are not paid for any more.", "Mit den Trades auf den zurückgehaltenen Daten sind volle Verluste nicht mehr bezahlt."),
    GateCode.HOLDOUT_COST: ("On the data that was kept back nothing is left of it under stressed costs.", "Auf den zurückgehaltenen Daten bleibt unter erhöhten Kosten nichts davon."),
    GateCode.CUTOFF_OVERLAP: ("A model that touched the idea may have read about the time that was kept back; live stays closed.", "Ein beteiligtes Modell kann über die zurückgehaltene Zeit gelesen haben; Live bleibt verschlossen."),
    GateCode.CUTOFF_UNKNOWN: ("It is not known up to when a model that touched the idea has read; live stays closed.", "Bis wann ein beteiligtes Modell gelesen hat, ist unbekannt; Live bleibt verschlossen."),
    GateCode.ONLINE_LEVEL: ("After all the looks on this market it is no discovery yet.", "Nach allen Blicken auf diesen Markt ist es noch keine Entdeckung."),
    GateCode.FORWARD_SHORT: ("It has not run long enough since its certificate.", "Seit dem Zertifikat ist sie noch nicht lange genug gelaufen."),
    GateCode.FORWARD_WEAK: ("What it did since its certificate is no strong evidence yet.", "Was sie seit dem Zertifikat getan hat, ist noch kein starker Beleg."),
    GateCode.SIGN_OFF_MISSING: ("The signatures of people that live needs are missing.", "Die Unterschriften von Menschen, die Live verlangt, fehlen."),
    GateCode.DECAY_DRAWDOWN: ("The certificate ended: it fell further than its forecast allows.", "Das Zertifikat endete: der Rückgang ist größer, als die Vorhersage zulässt."),
    GateCode.DECAY_EDGE: ("The certificate ended: half of what was promised is not there any more.", "Das Zertifikat endete: nicht einmal die Hälfte des Versprochenen ist noch da."),
    GateCode.COST_REALISED: ("The certificate ended: trading costs more than was assumed.", "Das Zertifikat endete: Handeln kostet mehr als angenommen."),
    GateCode.FORWARD_MISMATCH: ("The certificate ended: fills differ from a replay on the same bars.", "Das Zertifikat endete: Ausführungen weichen von der Wiederholung auf denselben Kerzen ab."),
    GateCode.DATA_RESTATED: ("The certificate ended: the data behind it were changed.", "Das Zertifikat endete: die Daten dahinter wurden geändert."),
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
