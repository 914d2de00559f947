"""The checker's speed is measured on every spec of the library."""

from __future__ import annotations

from engine.language import library
from evals import checking


def test_every_library_spec_is_timed() -> None:
    """Figures of all specs; the slowest is named."""
    found = checking.measure(rounds=1)
    assert found.specs == len(library.names())
    assert 0 < found.median_ms <= found.worst_ms
    assert found.worst in library.names()
    assert 0 <= found.within_floor <= 1
