"""What a tier says about itself, and what a pass is worth, in the words of the gate.

The chances come from the self-calibration of the report's own length and N; without one the
sentences quote the table for 5 years and 100 trials, and say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.gate.candidate import Tier
from engine.gate.messages import Language, digits

NOISE_PAPER: Final = 0.09
POWER_PAPER_ONE: Final = 0.22
NOISE_TESTNET: Final = 1 / 170
LIVE_FACTOR: Final = 0.05
"""An e-value of 20 is reached by luck with a chance of at most 1/20."""
FIRST_CAP: Final = 0.10


@dataclass(frozen=True, slots=True)
class TierChances:
    """What the tier sentences quote.

    Attributes:
        noise_paper, noise_testnet: chance that a search on pure noise gets this far.
        power_paper: chance that a search that holds a real Sharpe-1 edge gets to paper.
        cap: largest p of the holdout at this look, a_k.
        own: True when they were computed for this report's length and N.
    """

    noise_paper: float = NOISE_PAPER
    noise_testnet: float = NOISE_TESTNET
    power_paper: float | None = POWER_PAPER_ONE
    cap: float = FIRST_CAP
    own: bool = False


TABLE: Final = TierChances()
"""The design's table: 5 years, 100 trials, first look."""

_TIERS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "paper": "Weak evidence: about {noise} of 100 searches on pure noise get this far",
        "paper.power": ", and {power} of 100 searches that hold a real Sharpe-1 edge",
        "testnet": "About 1 noise search in {one_in} gets this far",
        "live": (
            "Even if the train figures were fooled, the chance of a false live pass at one look "
            "is at most {live}"
        ),
        "table": " (5 years, 100 trials)",
    },
    "de": {
        "paper": "Schwacher Beleg: etwa {noise} von 100 Suchen in reinem Zufall kommen so weit",
        "paper.power": ", und {power} von 100 Suchen, in denen eine echte Sharpe-1-Regel steckt",
        "testnet": "Etwa 1 Zufallssuche von {one_in} kommt so weit",
        "live": (
            "Selbst wenn die Train-Zahlen getäuscht wären, ist die Wahrscheinlichkeit einer "
            "falschen Live-Freigabe je Blick höchstens {live}"
        ),
        "table": " (5 Jahre, 100 Versuche)",
    },
}
_PASS: Final[dict[Language, str]] = {
    "en": 'A pass means "may be tried", never "works".',
    "de": "Bestanden heißt „darf versucht werden“, nie „funktioniert“.",
}
_LEAKED: Final[dict[Language, str]] = {
    "en": (
        "Figures of {count} on this window were seen by people. The bound of the gate then no "
        "longer holds as printed; each of them counts as one more look."
    ),
    "de": (
        "Zahlen von {count} auf dieses Fenster haben Menschen gesehen. Die Grenze des Gates gilt "
        "dann nicht mehr wie gedruckt; jeder davon zählt als ein weiterer Blick."
    ),
}


def tier_sentence(tier: Tier, language: Language, chances: TierChances = TABLE) -> str:
    """What a certificate of this tier says about itself."""
    words = _TIERS[language]
    text = words[tier]
    if tier == "paper" and chances.power_paper is not None:
        text += words["paper.power"]
    if not chances.own and tier != "live":
        text += words["table"]
    return f"{text}.".format(
        noise=_of_hundred(chances.noise_paper, language),
        power=_of_hundred(chances.power_paper or 0.0, language),
        one_in=_one_in(chances.noise_testnet, language),
        live=f"{digits(100 * chances.cap * LIVE_FACTOR, language)} %",
    )


def _of_hundred(chance: float, language: Language) -> str:
    share = 100 * chance
    return digits(float(round(share)) if share >= 1 else share, language)


def _one_in(chance: float, language: Language) -> str:
    return "∞" if chance <= 0 else digits(float(round(1 / chance)), language)


def pass_sentence(language: Language) -> str:
    """What a pass means, in these words everywhere."""
    return _PASS[language]


def leaked_sentence(looks: int, language: Language) -> str:
    """That people have seen figures of `looks` looks on the window; "" for none."""
    if looks <= 0:
        return ""
    count = digits(float(looks), language)
    if language == "en":
        count += " look" if looks == 1 else " looks"
    else:
        count += " Blick" if looks == 1 else " Blicken"
    return _LEAKED[language].format(count=count)
