"""Void train keys: searches that nobody counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.gate.candidate import Candidate
from engine.gate.void_key import is_library_rule, void_reasons
from engine.language.identity import rule_digest
from engine.language.library import load
from engine.language.spec import StrategySpec
from engine.ledger import Lineage
from tests.gate_world import CHEAP, spec_of


def _candidate(spec: StrategySpec | None = None, source: Any = "draft", **more: Any) -> Candidate:  # noqa: ANN401 - fields
    return Candidate(
        spec=spec or spec_of("close > close[1]"),
        dataset_id="d" * 64,
        costs=CHEAP,
        lineage=Lineage(lineage_id="one", source=source),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        **more,
    )


def _mixture(count: int) -> StrategySpec:
    members = [{"strategy": f"m{n}", "weight": 1 / count} for n in range(count)]
    return spec_of("", rules=[], stops=[], ensemble={"members": members})


def test_a_search_that_was_counted_keeps_its_key() -> None:
    """Drafted and swept here, not published, not searched elsewhere, three members."""
    assert void_reasons(_candidate()) == ()
    assert void_reasons(_candidate(source="sweep")) == ()
    assert void_reasons(_candidate(_mixture(3))) == ()


@pytest.mark.parametrize(
    ("candidate", "published", "word"),
    [
        (_candidate(source="imported"), False, "imported"),
        (_candidate(), True, "published"),
        (_candidate(searched_elsewhere="yes"), False, "elsewhere"),
        (_candidate(searched_elsewhere="unknown"), False, "Nobody knows"),
        (_candidate(_mixture(4)), False, "more than 3 members"),
    ],
)
def test_a_search_that_happened_elsewhere_voids_it(
    candidate: Candidate, published: bool, word: str
) -> None:
    """Each reason by itself, in one sentence."""
    (reason,) = void_reasons(candidate, published=published)
    assert word in reason


def test_all_reasons_are_given() -> None:
    """Two reasons, two sentences."""
    candidate = _candidate(source="imported", searched_elsewhere="yes")
    assert len(void_reasons(candidate, published=True)) == 3


def test_a_renamed_library_rule_is_still_published() -> None:
    """Names and prose do not change what a rule means; other numbers do."""
    spec = load("donchian_breakout_btc_moderate")
    renamed = StrategySpec(**{**dict(spec), "name": "mine", "hypothesis": "mine"})
    assert is_library_rule(rule_digest(renamed))
    assert not is_library_rule(rule_digest(spec_of("close > highest(high,23)[1]")))
