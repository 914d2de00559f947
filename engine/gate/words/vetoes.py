"""Words of the vetoes on train: costs, tails, jumps, ruin, the second engine, cut orders."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.entries import Entry, Wording

VETO_WORDS: Final[dict[GateCode, Entry]] = {
    GateCode.COST_FRAGILE: Entry(
        "bps",
        Wording(
            "With doubled costs the mean day loses: {value} bps. Trade less often or aim for more "
            "per trade.",
            "With doubled costs the mean day still earns {value} bps.",
        ),
        Wording(
            "Mit doppelten Kosten verliert der mittlere Tag: {value} bps. Seltener handeln oder "
            "mehr je Trade anstreben.",
            "Mit doppelten Kosten bringt der mittlere Tag noch {value} bps.",
        ),
    ),
    GateCode.TAIL_UNPROVEN: Entry(
        "number",
        Wording(
            "If full stop losses come as often as these trades still allow, the mean trade is "
            "{value} R (must be above {limit}): too few losses were seen. More trades or a nearer "
            "stop show the tail.",
            "Even if full stop losses come as often as these trades allow, the mean trade is "
            "{value} R.",
            "There are too few trades with a planned loss to know the tail: more trades or a "
            "nearer stop show it.",
        ),
        Wording(
            "Kommen volle Stopp-Verluste so oft, wie diese Trades es noch zulassen, ist der "
            "mittlere Trade {value} R (muss über {limit} liegen): zu wenige Verluste gesehen. Mehr "
            "Trades oder ein näherer Stopp zeigen den Rand.",
            "Auch wenn volle Stopp-Verluste so oft kommen, wie diese Trades es zulassen, ist der "
            "mittlere Trade {value} R.",
            "Zu wenige Trades mit geplantem Verlust, um den Rand zu kennen: mehr Trades oder ein "
            "näherer Stopp zeigen ihn.",
        ),
    ),
    GateCode.JUMP_RUIN: Entry(
        "percent",
        Wording(
            "A gap against its largest positions, filled behind the stop, costs {value} of the "
            "account (limit {limit}): trade smaller sizes.",
            "A gap against its largest positions, filled behind the stop, costs {value} of the "
            "account (limit {limit}).",
        ),
        Wording(
            "Ein Kurssprung gegen die größten Positionen, ausgeführt hinter dem Stopp, kostet "
            "{value} des Kontos (Grenze {limit}): kleinere Größen handeln.",
            "Ein Kurssprung gegen die größten Positionen, ausgeführt hinter dem Stopp, kostet "
            "{value} des Kontos (Grenze {limit}).",
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
    GateCode.ENGINE_DISAGREES: Entry(
        "count",
        Wording(
            "The second engine differs in {value} trade(s): nothing may be believed before this "
            "is understood. Report it with both rows.",
            "The second engine makes the same trades.",
            "The second engine makes other trades: nothing may be believed before this is "
            "understood. Report it with both rows.",
        ),
        Wording(
            "Die zweite Engine weicht in {value} Trade(s) ab: nichts darf geglaubt werden, bevor "
            "das verstanden ist. Mit beiden Zeilen melden.",
            "Die zweite Engine macht dieselben Trades.",
            "Die zweite Engine macht andere Trades: nichts darf geglaubt werden, bevor das "
            "verstanden ist. Mit beiden Zeilen melden.",
        ),
    ),
    GateCode.ENGINE_DID_NOT_RUN: Entry(
        "none",
        Wording(
            "The second engine gave no answer, so nothing can be judged: see `peak doctor` and "
            "submit again.",
            "The second engine gave its answer.",
        ),
        Wording(
            "Die zweite Engine gab keine Antwort, also gibt es kein Urteil: `peak doctor` ansehen "
            "und neu einreichen.",
            "Die zweite Engine gab ihre Antwort.",
        ),
    ),
    GateCode.ENGINE_NOT_COMPARABLE: Entry(
        "none",
        Wording(
            "The second engine cannot run this form of strategy: never more than the testnet "
            "tier. Forms that both can run lift this.",
            "Both engines can run this form of strategy.",
        ),
        Wording(
            "Die zweite Engine kann diese Form von Strategie nicht rechnen: höchstens die Stufe "
            "Testnet. Formen, die beide rechnen, heben das auf.",
            "Beide Engines können diese Form von Strategie rechnen.",
        ),
    ),
    GateCode.ORDERS_CUT_OFTEN: Entry(
        "percent",
        Wording(
            "{value} of the entries were cut to the cap or to cash (note above {limit}): results "
            "depend on the account's size. Choose smaller sizes.",
            "{value} of the entries were cut to the cap or to cash.",
        ),
        Wording(
            "{value} der Einstiege wurden auf Grenze oder Bargeld gekürzt (Hinweis über {limit}): "
            "die Ergebnisse hängen von der Kontogröße ab. Kleinere Größen wählen.",
            "{value} der Einstiege wurden auf Grenze oder Bargeld gekürzt.",
        ),
    ),
}
