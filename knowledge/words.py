"""Words of a question: folded, without stop words, and quoted for the full-text search.

The full-text index has a query language of its own; a question is never handed to it raw. Each
word is quoted by itself and the words are joined with OR.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_TERMS: Final = 40
_WORD = re.compile(r"[^\W_]+")
_EN_STOP = """
a about after all also am an and any are as at be because been before being between both but by can
could did do does doing don down during each few for from further had has have having he her here
hers him his how i if in into is it its itself just me more most my no nor not now of off on once
only or other our out over own s same she should so some such t than that the their them then there
these they this those through to too under until up very was we were what when where which while
who whom why will with would you your explain tell please mean means meaning
"""
_DE_STOP = """
aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch
auf aus bei beim bin bis bist da damit dann das dass dein deine dem den denn der des dessen dich
die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines
er es etwas euch euer für gegen gewesen hab habe haben hat hatte hatten hier hin ich ihm ihn ihnen
ihr ihre im in indem ins ist jede jedem jeden jeder jedes jener jetzt kann kein keine keinem
keinen keiner können könnte machen man manche mein meine mich mir mit muss musste nach nicht
nichts noch nun nur ob oder ohne sehr sein seine sich sie sind so solche soll sollte sondern sonst
über um und uns unser unter viel vom von vor war waren warum was weg weil weiter welche welchem
welchen welcher welches wenn werde werden wie wieder wieso will wir wird wo wollen wozu wurde
wurden während zu zum zur zwar zwischen erkläre erklären bitte bedeutet bedeuten heisst heissen
"""
STOP_WORDS: Final = frozenset(f"{_EN_STOP} {_DE_STOP}".split())


def fold(text: str) -> str:
    """Text in the form that words are compared in: compatibility forms and case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> tuple[str, ...]:
    """All words of a text, folded, in order."""
    return tuple(_WORD.findall(fold(text)))


def terms(text: str) -> tuple[str, ...]:
    """The words that say what a question is about: no stop words, each once, at most 40."""
    kept = (word for word in words(text) if word not in STOP_WORDS)
    return tuple(dict.fromkeys(kept))[:MAX_TERMS]


def full_text_query(found: tuple[str, ...]) -> str:
    """The words as a query that asks for any of them; empty when there is none."""
    return " OR ".join(f'"{term}"' for term in found)
