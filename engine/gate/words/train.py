"""Words of the train evidence: keys, trades, and what only noise would show."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.entries import Entry, Wording

TRAIN_WORDS: Final[dict[GateCode, Entry]] = {
    GateCode.TRAIN_NOT_SIGNIFICANT: Entry(
        "percent",
        Wording(
            "{value} of noise searches with {trials} look at least this good (limit {limit}). "
            "More variants make this worse; a longer history or a second market helps.",
            "{value} of noise searches with {trials} look at least this good (limit {limit}).",
        ),
        Wording(
            "{value} der Zufallssuchen mit {trials} sehen mindestens so gut aus (Grenze {limit}). "
            "Mehr Varianten verschlechtern das; längere Historie oder ein zweiter Markt hilft.",
            "{value} der Zufallssuchen mit {trials} sehen mindestens so gut aus (Grenze {limit}).",
        ),
    ),
    GateCode.TRAIN_BENCHMARK: Entry(
        "percent",
        Wording(
            "Against holding the market with the same exposure, {value} of noise searches with "
            "{trials} look at least this good (limit {limit}): the market earned it, not the "
            "timing. Look for a rule that beats holding.",
            "Against the same exposure held: {value} of noise searches with {trials} look as good "
            "(limit {limit}).",
        ),
        Wording(
            "Gegen Halten mit gleichem Einsatz sehen {value} der Zufallssuchen mit {trials} so gut "
            "aus (Grenze {limit}): der Markt hat es verdient, nicht die Regel. Eine Regel suchen, "
            "die das Halten schlägt.",
            "Gegen Halten mit gleichem Einsatz: {value} der Zufallssuchen mit {trials} so gut "
            "(Grenze {limit}).",
        ),
    ),
    GateCode.TRAIN_KEY_VOID: Entry(
        "none",
        Wording(
            "The train figures prove nothing here, because the search was made elsewhere or the "
            "pick was made on results: the holdout alone decides, with a stricter limit.",
            "The train figures count: every trial behind them is in the ledger.",
        ),
        Wording(
            "Die Train-Zahlen beweisen hier nichts, weil woanders gesucht oder nach Ergebnissen "
            "ausgewählt wurde: der Holdout entscheidet allein, mit strengerer Grenze.",
            "Die Train-Zahlen zählen: jeder Versuch dahinter steht im Versuchsbuch.",
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
    GateCode.MARTINGALE_NULL: Entry(
        "percent",
        Wording(
            "On the same bars with a fair coin for each direction, {value} of the paths do as well "
            "(limit {limit}): the way of sizing earns it, not the market. Size every entry alike.",
            "On the same bars with a fair coin for each direction, {value} of the paths do as well "
            "(limit {limit}).",
        ),
        Wording(
            "Auf denselben Kerzen mit fairer Münze für jede Richtung schneiden {value} der Pfade "
            "so gut ab (Grenze {limit}): die Einsatzweise verdient es, nicht der Markt. Jeden "
            "Einstieg gleich groß wählen.",
            "Auf denselben Kerzen mit fairer Münze für jede Richtung schneiden {value} der Pfade "
            "so gut ab (Grenze {limit}).",
        ),
    ),
    GateCode.NEIGHBOURHOOD_NEGATIVE: Entry(
        "number",
        Wording(
            "One step away from its parameters the median Sharpe ratio is {value} (must be at "
            "least {limit}): the point is an accident. Take a region in which neighbours earn too.",
            "One step away from its parameters the median Sharpe ratio is {value}.",
            "One step away from its parameters nothing is earned: the point is an accident. Take a "
            "region in which neighbours earn too.",
            "It has no parameter with a neighbour.",
        ),
        Wording(
            "Einen Schritt neben den Parametern ist die mittlere Sharpe-Ratio {value} (mindestens "
            "{limit}): der Punkt ist ein Zufall. Einen Bereich nehmen, in dem auch Nachbarn "
            "verdienen.",
            "Einen Schritt neben den Parametern ist die mittlere Sharpe-Ratio {value}.",
            "Einen Schritt neben den Parametern wird nichts verdient: der Punkt ist ein Zufall. "
            "Einen Bereich nehmen, in dem auch Nachbarn verdienen.",
            "Es hat keinen Parameter mit einem Nachbarn.",
        ),
    ),
    GateCode.NEIGHBOURHOOD_FRAGILE: Entry(
        "percent",
        Wording(
            "Neighbouring parameters reach {value} of its Sharpe ratio (note below {limit}): "
            "expect less than the report shows.",
            "Neighbouring parameters reach {value} of its Sharpe ratio.",
            "Neighbouring parameters do much worse: expect less than the report shows.",
            "It has no parameter with a neighbour.",
        ),
        Wording(
            "Benachbarte Parameter erreichen {value} seiner Sharpe-Ratio (Hinweis unter {limit}): "
            "weniger erwarten, als der Bericht zeigt.",
            "Benachbarte Parameter erreichen {value} seiner Sharpe-Ratio.",
            "Benachbarte Parameter sind viel schlechter: weniger erwarten, als der Bericht zeigt.",
            "Es hat keinen Parameter mit einem Nachbarn.",
        ),
    ),
    GateCode.WALK_FORWARD_WEAK: Entry(
        "percent",
        Wording(
            "{value} of the walk-forward windows earn something (note below {limit}): look at the "
            "windows that lose. Noise passes this often, so it decides nothing.",
            "{value} of the walk-forward windows earn something. Noise passes this often.",
            "Few walk-forward windows earn something: look at those that lose.",
            "Most walk-forward windows earn something. Noise passes this often.",
        ),
        Wording(
            "{value} der Walk-forward-Fenster verdienen etwas (Hinweis unter {limit}): die "
            "verlierenden Fenster ansehen. Zufall besteht das oft, es entscheidet nichts.",
            "{value} der Walk-forward-Fenster verdienen etwas. Zufall besteht das oft.",
            "Wenige Walk-forward-Fenster verdienen etwas: die verlierenden ansehen.",
            "Die meisten Walk-forward-Fenster verdienen etwas. Zufall besteht das oft.",
        ),
    ),
    GateCode.REGIME_ONE_SIDED: Entry(
        "percent",
        Wording(
            "{value} of the train profit comes from one market regime (note above {limit}): "
            "expect long waits while the market is in another.",
            "{value} of the train profit comes from one market regime.",
            "The train profit comes from one market regime: expect long waits while the market is "
            "in another.",
            "The train profit comes from several market regimes.",
        ),
        Wording(
            "{value} des Train-Gewinns stammen aus einer Marktlage (Hinweis über {limit}): lange "
            "Wartezeiten in anderen Lagen erwarten.",
            "{value} des Train-Gewinns stammen aus einer Marktlage.",
            "Der Train-Gewinn stammt aus einer Marktlage: lange Wartezeiten in anderen Lagen "
            "erwarten.",
            "Der Train-Gewinn stammt aus mehreren Marktlagen.",
        ),
    ),
}
