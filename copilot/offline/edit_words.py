# ruff: noqa: E501 - a regular expression stays on one line
"""Words that say that something is added, taken back, exchanged or begun anew."""

from __future__ import annotations

from typing import Final

from copilot.offline.symbols import PLACE

ADD: Final = r"(?:add\w*|also|plus|additional\w*|too|as well|on top|besides|further\w*|include|another|füge?|hinzu\w*|zusätzlich|außerdem|auch|ergänz\w*|noch|dazu|weitere\w*|and (?:only|require)|und nur|only (?:if|when|while|trade)|nur (?:wenn|falls|sofern)|with (?:a )?\w* ?filter|mit \w*filter)"

REMOVE: Final = r"(?:drop|remov\w*|delet\w*|without|no more|no longer|forget(?: about)?|lose|skip|get rid of|take (?:out|off|away)|scrap|cancel|kill|ditch|leave out|turn off|don'?t (?:use|need|want)|never mind|actually no|doch kein\w*|kein\w*|ohne|entfern\w*|streich\w*|lösch\w*|weg mit|lass(?:e)?|nimm|vergiss|verzichte? auf|no)"

AWAY: Final = r"(?:weg|raus|heraus|weglassen|fallen|doch nicht|nicht mehr|away|out|off)"

GONE: Final = r"(?:(?:soll\w*|kann|muss|darf|fliegt|fällt|kommt|bitte|ganz|wieder) (?:\w+ ){0,2}?(?:weg|raus|entfallen|verschwinden)|entfällt|weglassen|(?:should|can|must|may|has to|needs to|ought to) (?:go|be (?:removed|dropped))(?: away)?|goes away|comes off|is gone)"

INSTEAD: Final = r"(?:instead(?: of)?|rather than|replac\w*|swap\w*|switch\w*|exchang\w*|change|statt(?:dessen)?|anstatt|anstelle|ersetz\w*|tausch\w*|wechsl\w*|lieber|sondern|änder\w*)"

NEW: Final = r"(?:new (?:strategy|idea|draft|one|system)|start over|from scratch|different (?:strategy|idea|system)|another (?:strategy|idea|one|system)|something (?:else|different)|neue[rsn]? (?:strategie|idee|entwurf|system)|von vorn\w*|ganz (?:was )?ander\w*|andere (?:strategie|idee)|etwas ander\w*|was ander\w*|noch eine strategie)"

SYMBOL: Final = PLACE
