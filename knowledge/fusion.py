"""Two ranked lists as one: reciprocal rank fusion.

A passage at place r of a list earns weight / (60 + r). Ranks are used because the scores of a word
search and of a vector search have no common unit. A weak list at full weight destroys what the
other one found, hence the small weight of the dense list.

Source: Cormack, Clarke, Buettcher, "Reciprocal rank fusion" (SIGIR 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SMOOTHING: Final = 60


def fuse(lists: Sequence[tuple[Sequence[str], float]]) -> dict[str, float]:
    """Score of every id that a list names, best first; each list comes with its weight.

    Equal scores are ordered by id, so that the result does not depend on the order of the lists.
    """
    scores: dict[str, float] = {}
    for ids, weight in lists:
        for place, found in enumerate(ids, start=1):
            scores[found] = scores.get(found, 0.0) + weight / (SMOOTHING + place)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
