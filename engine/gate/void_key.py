"""When the train key is worth nothing: the search that found the rule was counted nowhere.

p_IS asks whether a rule surprises after all trials that were logged. Where the trials happened
elsewhere (in a book, in another program, in the choice of a universe) the answer means nothing,
and the holdout decides alone, with a stricter limit.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from engine.gate.candidate import Candidate
from engine.language import library
from engine.language.identity import rule_digest
from engine.records import Digest

MOST_MEMBERS: Final = 3
"""A mixture of more members whose weights were chosen on train can be fitted to any history."""


def void_reasons(candidate: Candidate, *, published: bool = False) -> tuple[str, ...]:
    """Why the train key of a candidate is void, one sentence each; empty when it counts.

    Args:
        candidate: what is judged.
        published: whether its rule is known from elsewhere (`is_library_rule`, or a list of
            published rules).
    """
    found = {
        "The spec was imported.": candidate.lineage.source == "imported",
        "The rule is published or stands in the library.": published,
        "The idea was searched for elsewhere.": candidate.searched_elsewhere == "yes",
        "Nobody knows whether the idea was searched for elsewhere.": (
            candidate.searched_elsewhere == "unknown"
        ),
        f"A mixture of more than {MOST_MEMBERS} members was weighted on train.": (
            candidate.spec.ensemble is not None
            and len(candidate.spec.ensemble.members) > MOST_MEMBERS
        ),
    }
    return tuple(sentence for sentence, there in found.items() if there)


def is_library_rule(rule: Digest) -> bool:
    """Whether a rule means the same as one of the library or of its research shelf.

    Not the demo's two: they come from a search on this sample, whose trials are counted here, and
    say so themselves.
    """
    return rule in _library_rules()


@cache
def _library_rules() -> frozenset[Digest]:
    specs = map(library.load, (*library.names(), *library.research_names()))
    return frozenset(rule_digest(spec) for spec in specs if library.DEMO_TAG not in spec.tags)
