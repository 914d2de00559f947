"""The offline embedder: a function of the texts, unit rows, nothing lost while it is small."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import IntegrityError
from knowledge.corpus import load_corpus
from knowledge.embedding import OfflineEmbedder, _axes

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


@pytest.mark.parametrize("count", [15, 400])
def test_axes_are_the_leading_singular_vectors(count: int) -> None:
    """With fewer and with more texts than buckets, up to the sign, which is settled."""
    rows = np.random.default_rng(3).normal(size=(count, 20)) * np.linspace(1, 3, 20)
    axes = _axes(rows, 6).astype(np.float64)
    truth = np.linalg.svd(rows, full_matrices=False)[2][:6].T
    assert np.allclose(np.abs((axes * truth).sum(axis=0)), 1, atol=1e-5)
    assert (axes[np.abs(axes).argmax(axis=0), range(6)] > 0).all()


def test_axes_that_are_not_there_are_zero() -> None:
    """Three texts span three axes; the rest of the wanted ones stay empty."""
    axes = _axes(np.eye(3, 20), 6)
    assert axes.shape == (20, 6)
    assert (np.linalg.norm(axes, axis=0) > 0.5).sum() == 3
