"""Lineage: everything that is one idea, however it came back."""

from __future__ import annotations

import pytest

from engine.clock import FixedClock
from engine.gate.lineage import Component, component, component_in, is_known
from engine.ledger import Lineage, TrialRow, TrialStart
from engine.ledger_memory import InMemoryLedger
from tests.ledger_world import NOON, ran, row, start

MODEL, OTHER = ("model-a", "2024-06-01"), ("model-b", "unknown")
SHAPE, TREE, SPEC = "5" * 64, "6" * 64, "7" * 64


def line(name: str, **parts: object) -> Lineage:
    """A lineage of its own, with these parts."""
    return Lineage.model_validate({"lineage_id": name, **parts})


def asked(lineage: Lineage, family: str = "btc", **parts: object) -> TrialStart:
    """A new trial of this lineage that has nothing else in common with any other."""
    return start("new", family, lineage=lineage, **parts)


def old(n: int, lineage: Lineage, family: str = "btc", **parts: object) -> TrialRow:
    """Row n of this lineage."""
    return row(n, ran(1), family, lineage=lineage, **parts)


def found(rows: list[TrialRow], new: TrialStart) -> tuple[int, ...]:
    """Rows that are the same idea as the new trial."""
    return component(rows, new).numbers


def test_strangers_are_not_kin() -> None:
    """A trial alone is a component of its own id and shape."""
    new = asked(line("new", models=(MODEL,)))
    alone = component([old(1, line("old", chat="one"))], new)
    assert alone == Component((), ("new",), (), (new.shape_digest,), (MODEL,), known=True)
    assert alone.kin == tuple(sorted(("new", new.shape_digest)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (line("same"), line("same")),
        (line("old", chat="one"), line("new", chat="one")),
    ],
)
def test_the_same_id_or_chat_is_one_idea(before: Lineage, after: Lineage) -> None:
    """In any market: a chat that went from one coin to another is one search."""
    assert found([old(1, before, "eth")], asked(after)) == (1,)
    assert found([old(1, line("old", chat="two"), "eth")], asked(after)) == ()


@pytest.mark.parametrize("mark", [{"shape_digest": SHAPE}, {"tree_digest": TREE}])
def test_the_same_shape_or_tree_is_one_idea_in_one_market(mark: dict[str, object]) -> None:
    """A new chat with the old idea is the old lineage; on another market it is another one."""
    rows = [old(1, line("old", chat="one"), **mark)]
    assert found(rows, asked(line("new", chat="two"), **mark)) == (1,)
    assert found(rows, asked(line("new", chat="two"), "eth", **mark)) == ()


def test_a_declared_parent_links_both_ways() -> None:
    """Child and parent are one idea whichever came first, and so are two children of one spec."""
    parent = old(1, line("a"), spec_digest=SPEC)
    child = old(2, line("b", parents=(SPEC,)))
    assert found([parent], asked(line("c", parents=(SPEC,)))) == (1,)
    assert found([child], asked(line("c"), spec_digest=SPEC)) == (2,)
    assert found([child], asked(line("c", parents=(SPEC,)))) == (2,)
    assert found([parent], asked(line("c", parents=("8" * 64,)))) == ()


def test_links_reach_through_other_markets() -> None:
    """Parent on another market, whose chat tried the candidate's market too: all one idea."""
    rows = [
        old(1, line("a", chat="one"), "eth", spec_digest=SPEC),
        old(2, line("b", chat="one"), "btc", shape_digest=SHAPE),
        old(3, line("c", chat="two"), "btc", shape_digest=SHAPE),
        old(4, line("d", chat="nine"), "btc"),
    ]
    idea = component(rows, asked(line("new", parents=(SPEC,))))
    assert idea.numbers == (1, 2, 3)
    assert idea.ids == ("a", "b", "c", "new")
    assert idea.chats == ("one", "two")
    assert SHAPE in idea.kin


def test_every_model_of_the_idea_has_touched_it() -> None:
    """Models of the whole component count, each once."""
    rows = [old(1, line("a", chat="one", models=(MODEL,))), old(2, line("b", models=(OTHER,)))]
    rows.append(old(3, line("c", chat="one", models=(MODEL, OTHER))))
    assert component(rows, asked(line("new", chat="one"))).models == (MODEL, OTHER)
    assert component(rows, asked(line("b"))).models == (OTHER,)


def test_a_chat_that_asked_for_an_old_trial_is_linked_to_it() -> None:
    """Resubmitting the old rule in a new chat and changing it there is still the old idea."""
    ledger = InMemoryLedger(FixedClock(NOON))
    ledger.open_trial(start("rule", lineage=line("chat-1", chat="one", models=(MODEL,))))
    ledger.open_trial(start("rule", lineage=line("chat-2", chat="two", models=(OTHER,))))
    idea = component_in(ledger, start("changed", lineage=line("chat-2", chat="two")))
    assert (idea.numbers, idea.chats) == ((1,), ("one", "two"))
    assert idea.models == (MODEL, OTHER)


def test_the_order_of_the_rows_does_not_matter() -> None:
    """The component is a property of the ledger, not of its history."""
    rows = [
        old(n, line(f"l{n}", chat=f"c{n // 2}"), shape_digest=str(n % 3) * 64) for n in range(1, 9)
    ]
    new = asked(line("new", chat="c1"))
    assert component(rows, new) == component(rows[::-1], new)


@pytest.mark.parametrize(
    ("lineage", "known"),
    [
        (line("a"), True),
        (line("a", source="draft", chat="one"), True),
        (line("a", source="draft", parents=(SPEC,)), True),
        (line("a", source="draft", person="me"), True),
        (line("a", source="draft"), False),
        (line("a", parents=(SPEC,), origin_known=False), False),
    ],
)
def test_an_origin_that_cannot_be_told_is_unknown(lineage: Lineage, *, known: bool) -> None:
    """LINEAGE_UNKNOWN: a model's draft from nowhere, or a parent that nobody has."""
    assert is_known(lineage) is known
    assert component([], asked(lineage)).known is known
