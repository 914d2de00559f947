"""The offline embedder: a function of the texts, unit rows, nothing lost while it is small."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import IntegrityError
from knowledge.corpus import load_corpus
from knowledge.embedding import OfflineEmbedder

TEXTS = [document.text for document in load_corpus()]


def test_fitting_twice_gives_the_same_vectors() -> None:
    """Nothing random, nothing from the clock, and the sign of each axis is settled."""
    first, second = (OfflineEmbedder().fit(TEXTS).embed(TEXTS) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.dtype == np.float32
    assert np.allclose(np.linalg.norm(first, axis=1), 1)


def test_order_of_the_texts_does_not_change_likeness() -> None:
    """The fit belongs to the collection, not to its order."""
    forward = OfflineEmbedder().fit(TEXTS).embed(TEXTS[:3])
    backward = OfflineEmbedder().fit(TEXTS[::-1]).embed(TEXTS[:3])
    assert np.allclose(forward @ forward.T, backward @ backward.T, atol=1e-4)


def test_inflections_compounds_and_slips_are_alike() -> None:
    """Pieces of words find what whole words miss."""
    fitted = OfflineEmbedder().fit([*TEXTS, "Transaktionskosten", "volatility", "Ausbruch"])
    pairs = [
        ("Transaktionskosten", "Kosten der Transaktion", "Durchschnitt"),
        ("volatility", "volatilities", "approval"),
        ("Ausbruch", "Ausbrüche", "Freigabe"),
    ]
    for word, near, far in pairs:
        vectors = fitted.embed([word, near, far])
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_a_state_brings_the_same_vectors_back() -> None:
    """A stored fit embeds as the fresh one does."""
    embedder = OfflineEmbedder()
    fitted = embedder.fit(TEXTS)
    again = embedder.restore(fitted.state())
    assert np.array_equal(again.embed(["stop loss"]), fitted.embed(["stop loss"]))


@pytest.mark.parametrize(
    "state",
    [b"", b"nonsense", OfflineEmbedder().fit([]).state()[:-99], OfflineEmbedder(8).fit([]).state()],
)
def test_a_foreign_state_is_refused(state: bytes) -> None:
    """Bytes that are no state, or one of other dimensions, are not guessed at."""
    with pytest.raises(IntegrityError) as caught:
        OfflineEmbedder().restore(state)
    assert caught.value.code == "EMBEDDER_STATE"


def test_nothing_to_embed_is_a_zero_row() -> None:
    """Stop words, emptiness and an empty collection give zeros, not NaN."""
    fitted = OfflineEmbedder().fit(TEXTS)
    assert not fitted.embed(["", "the and of", "?!"]).any()
    empty = OfflineEmbedder().fit([])
    assert not empty.embed(["stop"]).any()
    assert empty.embed([]).shape == (0, 384)


def test_every_parameter_is_in_the_name() -> None:
    """Another dimension is another embedder."""
    assert OfflineEmbedder(64).embedder_id != OfflineEmbedder().embedder_id
    assert OfflineEmbedder(64).dimension == 64
    assert OfflineEmbedder(64).fit(TEXTS).embed(["stop"]).shape == (1, 64)


def test_a_large_collection_is_reduced() -> None:
    """With more texts than axes each text is still nearest to itself."""
    texts = [f"alpha{number} beta{number % 40} gamma{number % 7} delta" for number in range(2_100)]
    vectors = OfflineEmbedder(32).fit(texts).embed(texts[:20])
    likeness = vectors @ vectors.T
    assert (likeness.argmax(axis=1) == np.arange(20)).all()
