"""Which of the two languages a message is written in."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.normalise import Language

_GERMAN: Final = frozenset(
    str.split(
        "der die das und oder ein eine einen einem einer ich du mir mich mit ohne auf bei im in "
        "von vom zu zum zur wenn falls dann wie was warum wieso welche welcher welches ist sind "
        "war hat haben soll sollen will möchte bitte nicht kein keine keinen nur über unter "
        "kaufen kaufe kauf verkaufen verkaufe verkauf rein raus einstieg ausstieg handel handle "
        "handeln handelsidee täglich stündlich wöchentlich tageskerzen stundenkerzen kerzen "
        "stunde stunden tag tage tages woche wochen monat monate prozent risiko gewinnziel "
        "verlust durchschnitt gleitender gleitenden ausbruch kreuz kreuzt trendfolge strategie "
        "höchstens mindestens pro je für gegen statt stattdessen doch noch aber auch mach mache "
        "nimm erst jetzt und wäre schön irgendwas andersrum fertig beide richtungen silber öl "
        "hoch tief schlusskurs kurs erkläre zeig zeige überspring erhöhe lass setze ändere füge "
        "hinzu weg entferne streiche mein meine dieser diesem diese lauf wieviel geld echtes "
        "echtem alles bevor sobald solange aktien anleihen tauschen ersetze wechsle lieber "
        "sondern weniger mehr als aus an es er sie wir nach null eins zwei drei vier fünf sechs "
        "sieben acht neun zehn zwölf zwanzig maximal kein positionen ziel verlustbegrenzung"
    )
)
_ENGLISH: Final = frozenset(
    str.split(
        "the a an and or i you me my with without on at of to when if then how what why which is "
        "are was has have should would want please not no only over under above below buy sell "
        "long short out enter exit daily hourly weekly hour hours day days week weeks month "
        "months percent risk target loss average moving breakout cross crosses crossover trend "
        "strategy most least per for against instead also make use swap add remove drop set "
        "change explain show tell let lets do get go it its this that these hold until while be "
        "by from high low close price bars bar trade trades trading help idea both directions "
        "keep ignore push everything one two three four five six seven eight nine ten twenty "
        "maximum positions"
    )
)


def detect(text: str, default: Language = "en") -> Language:
    """The language with more of its small words in the text; umlauts count for German."""
    words = re.findall(r"[a-zäöüß]+", text.lower())
    german = sum(word in _GERMAN for word in words) + 2 * len(re.findall(r"[äöüß]", text.lower()))
    english = sum(word in _ENGLISH for word in words)
    if german == english:
        return default
    return "de" if german > english else "en"
