"""The audit suite at a small volume: its figures, and that nothing fails."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import pytest

from evals import audit


@pytest.fixture(scope="module")
def figures() -> dict[str, object]:
    """Five thousand rows."""
    return audit.measure(Namespace(rows=5_000))


def test_a_journal_is_built_verified_and_proved(figures: dict[str, object]) -> None:
    """All rows, twenty anchors, a proof of at most thirteen hashes."""
    assert (figures["rows"], figures["anchors"], figures["failed"]) == (5_000, 20, [])
    assert isinstance(figures["proof_hashes"], int)
    assert figures["proof_hashes"] <= 13


def test_verifying_costs_a_small_multiple_of_the_hashing(figures: dict[str, object]) -> None:
    """Reading and comparing is not the larger part by far, on any machine."""
    assert isinstance(figures["times_hashing_alone"], float)
    assert figures["times_hashing_alone"] < 30


def test_the_default_is_a_million_rows() -> None:
    """What is promised is what is measured."""
    parser = ArgumentParser()
    audit.arguments(parser)
    assert parser.parse_args([]).rows == 1_000_000
