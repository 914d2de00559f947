"""A question and a date in, cited passages out.

Two lists, words and likeness, each of at most 50 passages, are fused by rank. The filter holds
before both lists and once more, in SQL, over the result: what an index forgot to filter cannot
leak. Passages are data; nothing in them is followed.
"""

from __future__ import annotations

from typing import Final

from engine.errors import InputError
from knowledge.dense_search import DenseSearch
from knowledge.documents import Filter, Hit
from knowledge.fusion import fuse
from knowledge.glossary import translations
from knowledge.passages import PassageStore
from knowledge.words import full_text_query, terms

LIST_LENGTH: Final = 50
DENSE_WEIGHT: Final = 0.25
MAX_QUERY_CHARS: Final = 4_000
MAX_HITS: Final = 50


def search(
    store: PassageStore, dense: DenseSearch, query: str, limits: Filter, limit: int
) -> tuple[Hit, ...]:
    """The best passages for a question, best first; none when nothing is like it.

    Args:
        store: the truth.
        dense: the search by likeness.
        query: the question, best the user's last three turns; cut after 4,000 characters.
        limits: what may be found.
        limit: how many, 1 to 50.

    Raises:
        InputError: KNOWLEDGE_LIMIT.
    """
    if not 1 <= limit <= MAX_HITS:
        raise InputError(
            "KNOWLEDGE_LIMIT",
            "a search returns 1 to 50 passages",
            value=limit,
            hint="ask for 1 to 50",
        )
    asked = terms(query[:MAX_QUERY_CHARS])
    wide = (*asked, *translations(asked))
    if not wide:
        return ()
    by_words = store.by_words(full_text_query(wide), limits, LIST_LENGTH)
    by_likeness = dense.nearest(" ".join(wide), limits, LIST_LENGTH)
    scores = fuse(((by_words, 1.0), (by_likeness, DENSE_WEIGHT)))
    return store.hits(scores, limits)[:limit]
