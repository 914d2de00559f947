# ruff: noqa: E501 - a regular expression stays on one line
"""Long, short or both: what the user allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from copilot.offline.scan import Scan

_BOTH: Final = (
    r"both (?:directions?|sides?|ways)(?: (?:allowed|ok|fine|please))?|in (?:either|both) directions?|either (?:direction|side|way)|long (?:and|or|&|/|\+) ?short\w*|long ?/ ?short|"
    r"(?:also |auch )?(?:allow|permit|include|add|erlaube?|ermögliche?) (?:the |going )?short\w*(?: too| as well| auch)?|longs? (?:and|as well as) shorts?|short (?:and|or|/) long|two ?sided|beide (?:richtungen|seiten)(?: erlaubt)?|beidseitig\w*|long (?:und|oder|wie|als auch) short|in beide richtungen|beiden? richtungen|"
    r"shorts? (?:too|as well|also|allowed|are allowed|ok|are ok|are fine|mirrored?|permitted)|also shorts?|auch short\w*|short\w* (?:auch|ebenfalls|erlaubt|spiegelbildlich|gespiegelt|genauso)|"
    r"(?:and )?(?:the )?(?:mirror(?:ed)?(?: image)?|opposite|reverse|inverse|same) for (?:the )?shorts?(?: side)?|mirror(?:ed)?(?: it)?(?: for| to)?(?: the)? short\w*(?: side)?|"
    r"vice versa (?:for )?shorts?|shorts? (?:vice versa|the other way(?: round)?|in reverse|umgekehrt|andersherum|andersrum)|umgekehrt (?:für )?short|(?:und )?spiegelbildlich(?: für)?(?: short)?|"
    r"always in(?: the market)?|stop and reverse|immer im markt|symmetrical(?:ly)?|symmetrisch"
)
_LONG_ONLY: Final = (
    r"longs? only|just longs?|only (?:go )?longs?|long ?only|only buy|buy side only|nur (?:noch |mehr )?(?:auf der )?(?:long|kauf)(?:seite|s)?|nur kaufen|ausschließlich long|"
    r"no short(?:s|ing|\s?selling)?|without short\w*|never (?:go |sell )?short|not short|don'?t short|kein\w* (?:short\w*|leerverk\w*)|ohne (?:short\w*|leerverk\w*)|nicht short\w*|nie short\w*|long seitig"
)
_SHORT_ONLY: Final = r"shorts? only|only (?:go |sell )?shorts?|short ?only|sell side only|nur (?:noch |mehr )?(?:auf der )?short(?:s|seite)?|ausschließlich short|nur leerverk\w*|only short ?sell\w*|no longs?|kein\w* long\w*|never (?:go )?long"


@dataclass(frozen=True, slots=True)
class SidesFound:
    """Sides that were said; empty when nothing was. `long_only` marks an explicit wish."""

    sides: tuple[str, ...] = ()
    long_only: bool = False
    short_only: bool = False


def read_sides(scan: Scan) -> SidesFound:
    """Take the wish for sides out of the text; a later reader finds the short conditions."""
    long_only = scan.take(_LONG_ONLY) is not None
    short_only = scan.take(_SHORT_ONLY) is not None
    both = scan.take(_BOTH) is not None
    if both and not (long_only or short_only):
        return SidesFound(("long", "short"))
    if short_only:
        return SidesFound(("short",), long_only, short_only)
    if long_only:
        return SidesFound(("long",), long_only)
    return SidesFound()
