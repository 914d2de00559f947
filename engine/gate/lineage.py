"""Lineage: which trials are one idea, and which models have touched it.

Two trials are one idea when one declares the other as its parent, when they came from the same
chat or carry the same lineage id, or when they have the same shape (or the same masked tree) in
one family. A lineage is a connected component of that: a new chat with the old idea is the old
lineage, and so is the old idea under another symbol of its market.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.ledger import Ledger, Lineage, TrialOrigin, TrialRow, TrialStart
from engine.records import Digest

Model = tuple[str, str]
"""Name and knowledge cutoff."""

_Mark = tuple[str, ...]
"""Something that two trials of one idea have in common."""


@dataclass(frozen=True, slots=True)
class Component:
    """Everything that is the same idea as one trial, itself included; tuples are sorted.

    Attributes:
        numbers: rows of the ledger.
        ids, chats: lineage ids and chats.
        shapes: shape digests.
        models: every model that touched any of it.
        known: False when it cannot be told where the trial came from (LINEAGE_UNKNOWN).
    """

    numbers: tuple[int, ...]
    ids: tuple[str, ...]
    chats: tuple[str, ...]
    shapes: tuple[Digest, ...]
    models: tuple[Model, ...]
    known: bool

    @property
    def kin(self) -> tuple[str, ...]:
        """Lineage ids and shapes: the names under which look books know the idea."""
        return tuple(sorted({*self.ids, *self.shapes}))


def component_in(ledger: Ledger, start: TrialStart) -> Component:
    """The component of a trial among everything the ledger has ever seen, in all families."""
    return component(ledger.origins(), start)


def component(rows: Iterable[TrialRow | TrialOrigin], start: TrialStart) -> Component:
    """The component of a trial among these rows; give it the rows of all families.

    Args:
        rows: ledger rows or origins.
        start: the trial; it need not be among the rows yet.
    """
    each = tuple(rows)
    groups = _Groups()
    own = groups.join(_marks(start, start.lineage))
    for row in each:
        groups.join(_row_marks(row))
    found = [row for row in each if groups.same(own, _row_marks(row)[0])]
    starts = [start, *(row.start for row in found)]
    lines = [start.lineage, *(line for row in found for line in (row.start.lineage, *row.also))]
    return Component(
        numbers=tuple(sorted(row.n for row in found)),
        ids=tuple(sorted({line.lineage_id for line in lines})),
        chats=tuple(sorted({line.chat for line in lines if line.chat is not None})),
        shapes=tuple(sorted({one.shape_digest for one in starts})),
        models=tuple(sorted({model for line in lines for model in line.models})),
        known=is_known(start.lineage),
    )


def is_known(lineage: Lineage) -> bool:
    """Whether it can be told where a trial came from.

    A declared parent that was not found, or a draft of a model without chat, parent and person,
    is of unknown origin: what was tried before it cannot be found.
    """
    nameless = lineage.chat is None and lineage.person is None and not lineage.parents
    return lineage.origin_known and not (lineage.source == "draft" and nameless)


def _row_marks(row: TrialRow | TrialOrigin) -> list[_Mark]:
    marks = _marks(row.start, row.start.lineage)
    for line in row.also:
        marks += _line_marks(line)
    return marks


def _marks(start: TrialStart, lineage: Lineage) -> list[_Mark]:
    """Everything by which a trial is linked to others, its spec first."""
    marks: list[_Mark] = [("spec", start.spec_digest), *_line_marks(lineage)]
    for family in start.families:
        marks.append(("shape", start.shape_digest, family))
        if start.tree_digest is not None:
            marks.append(("tree", start.tree_digest, family))
    return marks


def _line_marks(lineage: Lineage) -> list[_Mark]:
    marks: list[_Mark] = [("id", lineage.lineage_id)]
    marks += [("spec", parent) for parent in lineage.parents]
    if lineage.chat is not None:
        marks.append(("chat", lineage.chat))
    return marks


class _Groups:
    """Disjoint sets of marks."""

    def __init__(self) -> None:
        self._above: dict[_Mark, _Mark] = {}

    def _top(self, mark: _Mark) -> _Mark:
        above = self._above.setdefault(mark, mark)
        while above != mark:
            further = self._above[above]
            self._above[mark] = further
            mark, above = above, further
        return mark

    def join(self, marks: list[_Mark]) -> _Mark:
        """Put all marks into one set; answer one of them."""
        first = self._top(marks[0])
        for mark in marks[1:]:
            self._above[self._top(mark)] = first
        return first

    def same(self, one: _Mark, other: _Mark) -> bool:
        """Whether two marks are in one set."""
        return self._top(one) == self._top(other)
