"""Words of stage 0: is it sound, causal, reproducible, bounded, and are data and ledger there?"""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.entries import Entry, Wording

CONTRACT_WORDS: Final[dict[GateCode, Entry]] = {
    GateCode.SPEC_INVALID: Entry(
        "count",
        Wording(
            "The spec has {value} error(s): correct what the check of the strategy names first.",
            "The spec is sound.",
        ),
        Wording(
            "Die Beschreibung hat {value} Fehler: zuerst beheben, was die Prüfung nennt.",
            "Die Beschreibung ist in Ordnung.",
        ),
    ),
    GateCode.SPEC_LINT: Entry(
        "count",
        Wording("The check gives {value} warning(s): read them.", "The check has no warning."),
        Wording("Die Prüfung gibt {value} Warnung(en): bitte lesen.", "Keine Warnung."),
    ),
    GateCode.TRADABLE_UNDER: Entry(
        "count",
        Wording(
            "Under {value} profile(s) the limits would deny its orders: tighten the stop or the "
            "size before you promote it.",
            "Its orders fit the limits of every profile.",
            "Some profiles would deny its orders: tighten the stop or the size before you "
            "promote it.",
        ),
        Wording(
            "Unter {value} Profil(en) würden die Limits seine Orders ablehnen: vor dem Befördern "
            "Stopp oder Größe verkleinern.",
            "Seine Orders passen in die Limits jedes Profils.",
            "Manche Profile würden seine Orders ablehnen: vor dem Befördern Stopp oder Größe "
            "verkleinern.",
        ),
    ),
    GateCode.PARAMETERS_TOO_MANY: Entry(
        "count",
        Wording(
            "{value} free parameters, at most {limit}: fix the ones that matter least.",
            "{value} free parameters, at most {limit}.",
        ),
        Wording(
            "{value} freie Parameter, höchstens {limit}: die unwichtigsten festlegen.",
            "{value} freie Parameter, höchstens {limit}.",
        ),
    ),
    GateCode.COST_BELOW_FLOOR: Entry(
        "bps",
        Wording(
            "Costs of {value} bps a side are below the floor of {limit} bps: use the venue's.",
            "Costs of {value} bps a side, floor {limit} bps.",
        ),
        Wording(
            "Kosten von {value} bps je Seite liegen unter der Untergrenze von {limit} bps: die "
            "des Handelsplatzes nehmen.",
            "Kosten von {value} bps je Seite, Untergrenze {limit} bps.",
        ),
    ),
    GateCode.CAUSALITY_BROKEN: Entry(
        "count",
        Wording(
            "{value} decision(s) change when later bars are removed: the rule sees the future. "
            "Find the operator that looks ahead and take it out.",
            "No decision changes when later bars are removed.",
        ),
        Wording(
            "{value} Entscheidung(en) ändern sich ohne spätere Kerzen: die Regel sieht voraus. "
            "Den vorausschauenden Operator suchen und entfernen.",
            "Keine Entscheidung ändert sich ohne spätere Kerzen.",
        ),
    ),
    GateCode.INVARIANCE_SCALE: Entry(
        "count",
        Wording(
            "{value} position(s) change when all prices are multiplied by 8 or divided by it: "
            "replace fixed price levels by ones that follow the market.",
            "The same positions at eight times and at an eighth of the prices.",
            "Positions change when all prices are multiplied by 8 or divided by it: replace "
            "fixed price levels by ones that follow the market.",
        ),
        Wording(
            "{value} Position(en) ändern sich, wenn alle Preise mal oder durch 8 genommen werden: "
            "feste Preismarken durch solche ersetzen, die dem Markt folgen.",
            "Dieselben Positionen bei achtfachen Preisen und bei einem Achtel.",
            "Positionen ändern sich, wenn alle Preise mal oder durch 8 genommen werden: feste "
            "Preismarken durch solche ersetzen, die dem Markt folgen.",
        ),
    ),
    GateCode.INVARIANCE_DATE: Entry(
        "count",
        Wording(
            "{value} position(s) change when all dates are moved by 28 years: the rule remembers "
            "dates. Use weekdays, months or operators instead.",
            "The same positions 28 years later.",
            "Positions change when all dates are moved by 28 years: the rule remembers dates. "
            "Use weekdays, months or operators instead.",
        ),
        Wording(
            "{value} Position(en) ändern sich, wenn alle Daten um 28 Jahre rücken: die Regel merkt "
            "sich Daten. Stattdessen Wochentage, Monate oder Operatoren nehmen.",
            "Dieselben Positionen 28 Jahre später.",
            "Positionen ändern sich, wenn alle Daten um 28 Jahre rücken: die Regel merkt sich "
            "Daten. Stattdessen Wochentage, Monate oder Operatoren nehmen.",
        ),
    ),
    GateCode.INVARIANCE_SYMBOL: Entry(
        "count",
        Wording(
            "{value} position(s) change when the market is renamed: take the name out of the "
            "rules.",
            "The same positions under another name of the market.",
            "Positions change when the market is renamed: take the name out of the rules.",
        ),
        Wording(
            "{value} Position(en) ändern sich, wenn der Markt anders heißt: den Namen aus den "
            "Regeln nehmen.",
            "Dieselben Positionen unter anderem Namen des Marktes.",
            "Positionen ändern sich, wenn der Markt anders heißt: den Namen aus den Regeln nehmen.",
        ),
    ),
    GateCode.DATED_FEATURE: Entry(
        "count",
        Wording(
            "{value} operator(s) work on fixed calendar dates, which cannot be tested by moving "
            "them: never more than the paper tier. Without them the cap goes.",
            "No operator works on fixed calendar dates.",
            "It works on fixed calendar dates, which cannot be tested by moving them: never more "
            "than the paper tier. Without them the cap goes.",
        ),
        Wording(
            "{value} Operator(en) arbeiten mit festen Kalendertagen und lassen sich nicht durch "
            "Verschieben prüfen: höchstens die Stufe Paper. Ohne sie fällt die Grenze weg.",
            "Kein Operator arbeitet mit festen Kalendertagen.",
            "Es arbeitet mit festen Kalendertagen, die sich nicht durch Verschieben prüfen lassen: "
            "höchstens die Stufe Paper. Ohne sie fällt die Grenze weg.",
        ),
    ),
    GateCode.STOP_MISSING: Entry(
        "count",
        Wording(
            "{value} rule(s) have no stop with a price: add a pct or atr stop, a wide one is fine.",
            "Every rule has a stop with a price.",
        ),
        Wording(
            "{value} Regel(n) ohne Stopp mit Preis: einen pct- oder atr-Stopp ergänzen, ein weiter "
            "genügt.",
            "Jede Regel hat einen Stopp mit Preis.",
        ),
    ),
    GateCode.ADDS_TO_LOSER: Entry(
        "count",
        Wording(
            "{value} rule(s) add to a position that loses: add only while open_return > 0.",
            "Nothing is added to a losing position.",
            "It adds to a position that loses: add only while open_return > 0.",
        ),
        Wording(
            "{value} Regel(n) stocken eine Position auf, die verliert: nur aufstocken, solange "
            "open_return > 0.",
            "Keine Position, die verliert, wird aufgestockt.",
            "Eine Position, die verliert, wird aufgestockt: nur aufstocken, solange "
            "open_return > 0.",
        ),
    ),
    GateCode.NOT_REPRODUCIBLE: Entry(
        "none",
        Wording(
            "Two runs gave different results: report this as a fault of the engine.",
            "Two runs gave the same bytes.",
        ),
        Wording(
            "Zwei Läufe ergaben Verschiedenes: bitte als Fehler der Engine melden.",
            "Zwei Läufe ergaben dieselben Bytes.",
        ),
    ),
}
