"""Words that claim a direction, German and English, and the phrases that only look like one."""

from __future__ import annotations

import re
from typing import Final, Literal

Claim = Literal["up", "down", "more", "less", "better", "worse"]
"""up/down: a figure is positive or grew; more/less: one figure is larger; better/worse: judged."""

_UP = (
    r"rose|risen|rises?|rising|grew|grown|grows?|gained|gains?|increased|increases?|climbed|profit"
    r"|profits|profitable|profitably|positive|positively|earned|made\s+money|gestiegen|stiegen|stieg"
    r"|steigt|steigen|gewachsen|wuchs|wächst|zugelegt|zunahm|zugenommen|gewinn|gewinne|gewinnen"
    r"|gewann|gewonnen|profitabel|profitable[mnrs]?|positive?[mnrs]?|verdient|verdiente"
)
_DOWN = (
    r"fell|fallen|falls?|falling|declined|declines?|dropped|drops?|decreased|decreases?|shrank"
    r"|shrunk|loss|losses|lost|loses|losing|unprofitable|negative|negatively|gefallen|fielen?|fällt"
    r"|gesunken|sanken|sank|sinkt|geschrumpft|abgenommen|verlust|verluste|verlor|verloren|verliert"
    r"|unprofitabel|unprofitable[mnrs]?|negative?[mnrs]?"
)
_MORE = (
    r"above|higher|exceed(?:s|ed|ing)?|greater|larger|bigger|more\s+than|höher\w*|größer\w*"
    r"|groesser\w*|hoeher\w*|oberhalb|über|ueber|übersteigt|überstieg|übertrifft|übertraf|mehr\s+als"
)
_LESS = (
    r"below|lower|smaller|less\s+than|under|beneath|niedriger\w*|geringer\w*|kleiner\w*|tiefer\w*"
    r"|unterhalb|unter|weniger\s+als"
)
_BETTER = (
    r"better|outperform(?:s|ed|ing)?|beats?|beaten|superior|improved|improves?|besser\w*"
    r"|überlegen\w*|schlägt|schlug|verbessert\w*"
)
_WORSE = (
    r"worse|underperform(?:s|ed|ing)?|inferior|worsened|worsens?|deteriorated|schlechter\w*"
    r"|unterlegen\w*|verschlechtert\w*"
)
_CLAIMS: Final[tuple[tuple[Claim, str], ...]] = (
    ("up", _UP),
    ("down", _DOWN),
    ("more", _MORE),
    ("less", _LESS),
    ("better", _BETTER),
    ("worse", _WORSE),
)
CLAIM = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _CLAIMS) + r")(?!\w)"
)
NOT_A_CLAIM = re.compile(
    r"(?<!\w)(?:profit\s+(?:factor|target)s?|take[\s-]profits?|stop[\s-]loss(?:es)?|profits?\s+and\s+loss"
    r"(?:es)?|gewinn(?:e|en)?\s+(?:und|oder|noch)\s+verlust(?:e|en)?|profits?\s+or\s+loss(?:es)?"
    r"|loss\s+limits?|daily\s+loss|average\s+(?:loss|profit|gain)|largest\s+(?:loss|profit|gain)"
    r"|maximum\s+loss|losing\s+(?:trades?|streaks?)|false\s+positives?|unter\s+anderem|über\s+den"
    r"\s+zeitraum|rising\s+market|falling\s+market|lower\s+bound|upper\s+bound|lower\s+band"
    r"|higher\s+timeframes?|what\s+is\s+more|über\s*blick)(?!\w)"
)
NEGATION = re.compile(
    r"(?<!\w)(?:not|no|never|neither|nor|without|hardly|cannot|\w+n['\u2019]t|nicht|kein(?:e[mnrs]?)?|nie"
    r"|niemals|weder|noch|ohne|kaum)(?!\w)"
)
ZERO = re.compile(r"\s+(?:zero|null|nil)(?!\w)")
ORIGIN = re.compile(r"(?<!\w)(?:from|von|vom)[^\w\x00]*(?:[\w']+[^\w\x00]+){0,2}\Z")
REFERENCE = re.compile(
    r"(?<!\w)(?:than|als|gegenüber|versus|vs|compared\s+(?:with|to)|against|verglichen\s+mit"
    r"|im\s+vergleich\s+z(?:u|um|ur))(?!\w)"
)
OPPOSITE: Final[dict[Claim, Claim]] = {
    "up": "down",
    "down": "up",
    "more": "less",
    "less": "more",
    "better": "worse",
    "worse": "better",
}
