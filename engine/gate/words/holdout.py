"""Words of the look at the holdout: leave to look, and what it showed."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.entries import Entry, Wording

HOLDOUT_WORDS: Final[dict[GateCode, Entry]] = {
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
        "percent",
        Wording(
            "Its train returns move like those of candidates that have had their look ({value}, "
            "limit {limit}): their verdict stands for it. Bring an idea that earns differently.",
            "No candidate that moves like this one has had a look.",
            "Its train returns move like those of a candidate that has had its look: that one's "
            "verdict stands for both. Bring an idea that earns differently.",
        ),
        Wording(
            "Die Train-Renditen laufen wie die von Kandidaten, die ihren Blick schon hatten "
            "({value}, Grenze {limit}): deren Urteil gilt. Eine Idee bringen, die anders verdient.",
            "Kein Kandidat, der ähnlich läuft, hatte schon einen Blick.",
            "Die Train-Renditen laufen wie die eines Kandidaten, der seinen Blick schon hatte: "
            "dessen Urteil gilt für beide. Eine Idee bringen, die anders verdient.",
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
            "On the holdout luck alone does as well with a chance of {value} (limit {limit}): what "
            "train showed is not there. Bring another idea.",
            "On the holdout luck alone does as well with a chance of {value} (limit {limit}).",
        ),
        Wording(
            "Im Holdout schafft der Zufall das mit {value} Wahrscheinlichkeit (Grenze {limit}): "
            "was der Train zeigte, ist nicht da. Eine andere Idee bringen.",
            "Im Holdout schafft der Zufall das mit {value} Wahrscheinlichkeit (Grenze {limit}).",
        ),
    ),
    GateCode.HOLDOUT_WEAK: Entry(
        "percent",
        Wording(
            "All evidence together: {value} by luck (limit for testnet {limit}), so the paper "
            "tier at most. Sixty trading days on paper can still earn testnet.",
            "All evidence together: {value} by luck (limit for testnet {limit}).",
            "All evidence together is not enough for testnet, so the paper tier at most. "
            "Sixty trading days on paper can still earn it.",
        ),
        Wording(
            "Alle Belege zusammen: {value} durch Zufall (Grenze für Testnet {limit}), also "
            "höchstens die Stufe Paper. Sechzig Handelstage auf Papier können Testnet bringen.",
            "Alle Belege zusammen: {value} durch Zufall (Grenze für Testnet {limit}).",
            "Alle Belege zusammen reichen nicht für Testnet, also höchstens die Stufe Paper. "
            "Sechzig Handelstage auf Papier können es noch bringen.",
        ),
    ),
    GateCode.HOLDOUT_BENCHMARK: Entry(
        "percent",
        Wording(
            "On the holdout the same exposure simply held does as well, {value} by luck (limit "
            "{limit}): the market earned it. Bring a rule that beats holding.",
            "On the holdout it beats the same exposure held, {value} by luck (limit {limit}).",
        ),
        Wording(
            "Im Holdout ist Halten mit gleichem Einsatz so gut, {value} durch Zufall (Grenze "
            "{limit}): der Markt hat es verdient. Eine Regel bringen, die das Halten schlägt.",
            "Im Holdout schlägt es Halten mit gleichem Einsatz, {value} durch Zufall (Grenze "
            "{limit}).",
        ),
    ),
    GateCode.HOLDOUT_TRADES: Entry(
        "count",
        Wording(
            "{value} trades on the holdout, at least {limit} for the tier asked: trades on paper "
            "count later.",
            "{value} trades on the holdout, at least {limit}.",
        ),
        Wording(
            "{value} Trades im Holdout, mindestens {limit} für die gewünschte Stufe: Trades auf "
            "Papier zählen später mit.",
            "{value} Trades im Holdout, mindestens {limit}.",
        ),
    ),
    GateCode.HOLDOUT_TAIL: Entry(
        "number",
        Wording(
            "On the holdout, with full stop losses as often as its trades allow, the mean trade is "
            "{value} R (must be above {limit}): its losses are not bounded by what was seen.",
            "On the holdout, with full stop losses as often as its trades allow, the mean trade is "
            "{value} R.",
            "The holdout's trades do not bound the losses: a nearer stop or more trades would.",
            "The holdout's losses are those that the stops planned.",
        ),
        Wording(
            "Im Holdout, mit vollen Stopp-Verlusten so oft, wie die Trades es zulassen, ist der "
            "mittlere Trade {value} R (muss über {limit} liegen): die Verluste sind offen.",
            "Im Holdout, mit vollen Stopp-Verlusten so oft, wie die Trades es zulassen, ist der "
            "mittlere Trade {value} R.",
            "Die Trades im Holdout begrenzen die Verluste nicht: ein näherer Stopp oder mehr "
            "Trades täten es.",
            "Die Verluste im Holdout sind die, die die Stopps vorsahen.",
        ),
    ),
    GateCode.HOLDOUT_COST: Entry(
        "bps",
        Wording(
            "On the holdout, with doubled costs, the mean day does not earn: {value} bps. Not for "
            "the live tier; trade less often.",
            "On the holdout, with doubled costs, the mean day still earns {value} bps.",
        ),
        Wording(
            "Im Holdout verdient der mittlere Tag mit doppelten Kosten nichts: {value} bps. Nicht "
            "für die Stufe Live; seltener handeln.",
            "Im Holdout bringt der mittlere Tag mit doppelten Kosten noch {value} bps.",
        ),
    ),
    GateCode.HOLDOUT_NOT_CONFIRMED: Entry(
        "none",
        Wording(
            "The holdout did not confirm it. Why stays sealed; bring another idea, not a variant.",
            "The holdout did not refute it.",
        ),
        Wording(
            "Der Holdout hat es nicht bestätigt. Warum, bleibt versiegelt; eine andere Idee "
            "bringen, keine Variante.",
            "Der Holdout hat es nicht widerlegt.",
        ),
    ),
}
