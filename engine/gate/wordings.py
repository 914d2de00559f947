"""The words of gate findings, English and German: what was found, and what to do.

`{value}` and `{limit}` are filled with formatted numbers, `{trials}` with the trial count.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from engine.gate.findings import GateCode

Kind = Literal["percent", "count", "bps", "none"]


class Wording(NamedTuple):
    """Both answers to one criterion in one language."""

    failed: str
    passed: str


class Entry(NamedTuple):
    """How a code's value reads, and its words."""

    kind: Kind
    en: Wording
    de: Wording


SEALED: Final[dict[str, Wording]] = {
    "en": Wording(
        "The holdout did not confirm this. The figures stay sealed; a new idea needs a new look.",
        "Measured on the holdout; the figure stays sealed.",
    ),
    "de": Wording(
        "Der Holdout hat das nicht bestätigt. Die Zahlen bleiben versiegelt; eine neue Idee "
        "braucht einen neuen Blick.",
        "Am Holdout gemessen; die Zahl bleibt versiegelt.",
    ),
}

WORDS: Final[dict[GateCode, Entry]] = {
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
            "{value} decision(s) change when later bars are removed: the rule sees the future.",
            "No decision changes when later bars are removed.",
        ),
        Wording(
            "{value} Entscheidung(en) ändern sich ohne spätere Kerzen: die Regel sieht voraus.",
            "Keine Entscheidung ändert sich ohne spätere Kerzen.",
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
    GateCode.TRADES_TOO_FEW: Entry(
        "count",
        Wording(
            "{value} trades on train, at least {limit}: a longer history or a rule that acts more "
            "often.",
            "{value} trades on train, at least {limit}.",
        ),
        Wording(
            "{value} Trades im Train, mindestens {limit}: längere Historie oder eine Regel, die "
            "öfter handelt.",
            "{value} Trades im Train, mindestens {limit}.",
        ),
    ),
    GateCode.TRAIN_NOT_SIGNIFICANT: Entry(
        "percent",
        Wording(
            "{value} of noise searches with {trials} trial(s) look at least this good (limit "
            "{limit}). More variants make this worse; a longer history or a second market helps.",
            "{value} of noise searches with {trials} trial(s) look at least this good (limit "
            "{limit}).",
        ),
        Wording(
            "{value} der Zufallssuchen mit {trials} Versuch(en) sehen mindestens so gut aus "
            "(Grenze {limit}). Mehr Varianten verschlechtern das; längere Historie oder ein "
            "zweiter Markt hilft.",
            "{value} der Zufallssuchen mit {trials} Versuch(en) sehen mindestens so gut aus "
            "(Grenze {limit}).",
        ),
    ),
    GateCode.TRAIN_BENCHMARK: Entry(
        "percent",
        Wording(
            "Against holding the market with the same exposure, {value} of noise searches with "
            "{trials} trial(s) look at least this good (limit {limit}): the market earned it, not "
            "the timing.",
            "Against the same exposure held: {value} of noise searches look as good (limit "
            "{limit}).",
        ),
        Wording(
            "Gegen Halten mit gleichem Einsatz sehen {value} der Zufallssuchen mit {trials} "
            "Versuch(en) so gut aus (Grenze {limit}): der Markt hat es verdient, nicht die Regel.",
            "Gegen Halten mit gleichem Einsatz: {value} der Zufallssuchen so gut (Grenze {limit}).",
        ),
    ),
    GateCode.COST_FRAGILE: Entry(
        "bps",
        Wording(
            "With doubled costs the mean day loses {value} bps: trade less often or "
            "aim for more per trade.",
            "With doubled costs the mean day still earns {value} bps.",
        ),
        Wording(
            "Mit doppelten Kosten verliert der mittlere Tag {value} bps: seltener handeln oder "
            "mehr je Trade anstreben.",
            "Mit doppelten Kosten bringt der mittlere Tag noch {value} bps.",
        ),
    ),
    GateCode.RUIN: Entry(
        "none",
        Wording(
            "The account reached zero: use a smaller size and a nearer stop.",
            "The account never reached zero.",
        ),
        Wording(
            "Das Konto fiel auf null: kleinere Größe und näheren Stopp wählen.",
            "Das Konto fiel nie auf null.",
        ),
    ),
    GateCode.LOOK_SPENT: Entry(
        "none",
        Wording(
            "This idea has had its one look at the holdout: wait for the next window.",
            "The idea's one look is taken now.",
        ),
        Wording(
            "Diese Idee hatte ihren einen Blick auf den Holdout: das nächste Fenster abwarten.",
            "Der eine Blick der Idee wird jetzt genommen.",
        ),
    ),
    GateCode.LOOK_SHARED: Entry(
        "none",
        Wording(
            "Its train returns move like those of a candidate that has had its look: that one's "
            "verdict stands for both.",
            "No candidate that moves like this one has had a look.",
        ),
        Wording(
            "Die Train-Renditen laufen wie die eines Kandidaten, der seinen Blick schon hatte: "
            "dessen Urteil gilt für beide.",
            "Kein Kandidat, der ähnlich läuft, hatte schon einen Blick.",
        ),
    ),
    GateCode.LOOK_BUDGET: Entry(
        "none",
        Wording(
            "This market has no look left in this calendar year: wait, or use another market.",
            "The market has looks left this year.",
        ),
        Wording(
            "Dieser Markt hat in diesem Kalenderjahr keinen Blick mehr: warten oder ein anderer "
            "Markt.",
            "Der Markt hat in diesem Jahr noch Blicke.",
        ),
    ),
    GateCode.HOLDOUT_REFUTED: Entry(
        "percent",
        Wording(
            "On the holdout the mean is not positive after costs (p {value}, limit {limit}).",
            "On the holdout the mean is positive after costs (p {value}, limit {limit}).",
        ),
        Wording(
            "Im Holdout ist das Mittel nach Kosten nicht positiv (p {value}, Grenze {limit}).",
            "Im Holdout ist das Mittel nach Kosten positiv (p {value}, Grenze {limit}).",
        ),
    ),
    GateCode.HOLDOUT_BENCHMARK: Entry(
        "percent",
        Wording(
            "On the holdout it does not beat the same exposure held (p {value}, limit {limit}).",
            "On the holdout it beats the same exposure held (p {value}, limit {limit}).",
        ),
        Wording(
            "Im Holdout schlägt es Halten mit gleichem Einsatz nicht (p {value}, Grenze {limit}).",
            "Im Holdout schlägt es Halten mit gleichem Einsatz (p {value}, Grenze {limit}).",
        ),
    ),
    GateCode.HOLDOUT_TRADES: Entry(
        "count",
        Wording(
            "{value} trades on the holdout, at least {limit}.",
            "{value} trades on the holdout, at least {limit}.",
        ),
        Wording(
            "{value} Trades im Holdout, mindestens {limit}.",
            "{value} Trades im Holdout, mindestens {limit}.",
        ),
    ),
}
