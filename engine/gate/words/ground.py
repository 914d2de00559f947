"""Words of stage 0 about what a verdict stands on: data, zones, time limits, ledger, lineage."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.entries import Entry, Wording

GROUND_WORDS: Final[dict[GateCode, Entry]] = {
    GateCode.LIMIT_EXCEEDED: Entry(
        "none",
        Wording(
            "A run took more than 60 seconds or 2 GiB: use shorter windows, fewer instruments or "
            "longer bars.",
            "Every run stayed within 60 seconds and 2 GiB.",
        ),
        Wording(
            "Ein Lauf brauchte mehr als 60 Sekunden oder 2 GiB: kürzere Fenster, weniger Märkte "
            "oder längere Kerzen nehmen.",
            "Jeder Lauf blieb unter 60 Sekunden und 2 GiB.",
        ),
    ),
    GateCode.DATA_QUALITY: Entry(
        "count",
        Wording(
            "The data have {value} error(s), so nothing can be judged: see `peak data check` and "
            "import a corrected file.",
            "The data have no error, and calendar and adjustment are declared.",
            "The data have errors, so nothing can be judged: see `peak data check` and import a "
            "corrected file.",
        ),
        Wording(
            "Die Daten haben {value} Fehler, also gibt es kein Urteil: `peak data check` ansehen "
            "und eine berichtigte Datei importieren.",
            "Die Daten sind ohne Fehler, Kalender und Bereinigung sind angegeben.",
            "Die Daten haben Fehler, also gibt es kein Urteil: `peak data check` ansehen und eine "
            "berichtigte Datei importieren.",
        ),
    ),
    GateCode.DATA_TOO_SHORT: Entry(
        "none",
        Wording(
            "The history is too short to judge: at least 1 year of train and 9 months of holdout.",
            "The history is long enough.",
        ),
        Wording(
            "Die Historie ist zu kurz: mindestens 1 Jahr Train und 9 Monate Holdout.",
            "Die Historie ist lang genug.",
        ),
    ),
    GateCode.ZONE_SHORT: Entry(
        "none",
        Wording(
            "Short history: never more than the paper tier. Two years of train and 18 months of "
            "holdout lift this.",
            "The zones have full length.",
        ),
        Wording(
            "Kurze Historie: höchstens die Stufe Paper. Zwei Jahre Train und 18 Monate Holdout "
            "heben das auf.",
            "Die Zonen haben volle Länge.",
        ),
    ),
    GateCode.LEDGER_BROKEN: Entry(
        "none",
        Wording(
            "The trial ledger cannot be read, so nothing can be judged: verify the audit chain.",
            "The trial ledger is readable.",
        ),
        Wording(
            "Das Versuchsbuch ist nicht lesbar, also gibt es kein Urteil: Prüfkette verifizieren.",
            "Das Versuchsbuch ist lesbar.",
        ),
    ),
    GateCode.LINEAGE_UNKNOWN: Entry(
        "none",
        Wording(
            "Where this idea comes from is not known, so its trials cannot be counted: submit it "
            "with its parent or from its chat.",
            "Where this idea comes from is known.",
        ),
        Wording(
            "Woher diese Idee kommt, ist nicht bekannt, also lassen sich ihre Versuche nicht "
            "zählen: mit ihrem Vorgänger oder aus ihrem Gespräch einreichen.",
            "Woher diese Idee kommt, ist bekannt.",
        ),
    ),
}
