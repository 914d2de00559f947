"""The words of every gate code, English and German: what was found, and what to do.

The texts stand in `engine.gate.words`, one file for each part of the gate.
"""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.contract import CONTRACT_WORDS
from engine.gate.words.entries import Entry, Kind, Wording
from engine.gate.words.ground import GROUND_WORDS
from engine.gate.words.holdout import HOLDOUT_WORDS
from engine.gate.words.lasting import LASTING_WORDS
from engine.gate.words.train import TRAIN_WORDS
from engine.gate.words.vetoes import VETO_WORDS

__all__ = ["SEALED", "WORDS", "Entry", "Kind", "Wording"]

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
"""What stands in place of a holdout criterion whose figure is sealed."""

WORDS: Final[dict[GateCode, Entry]] = {
    **CONTRACT_WORDS,
    **GROUND_WORDS,
    **TRAIN_WORDS,
    **VETO_WORDS,
    **HOLDOUT_WORDS,
    **LASTING_WORDS,
}
"""Every code has its entry."""
