"""Following a journal: every row is verified once, and the Merkle tree grows with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from guardrails.store.journal import BrokenChainError, Head, checked
from guardrails.store.merkle import GrowingTree

_LEAVES: Final = 50_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A chain at some height: hash of that row and Merkle root of all rows up to it (hex)."""

    head: str
    root: str


class Follower:
    """A verified reader of one chain; the leaf of a row is the row's hash as 32 bytes.

    After a row that does not fit it stays broken: only a new one, from the first row, may say
    otherwise.
    """

    def __init__(self, chain: str) -> None:
        """Start before the first row."""
        self.chain = chain
        self.head = Head()
        self.tree = GrowingTree()
        self.at: dict[int, Standing] = {}
        self._broken: BrokenChainError | None = None

    def take(self, connection: Connection, heights: Iterable[int] = ()) -> frozenset[str]:
        """Verify what is new and answer its kinds; `at` keeps the standing at these heights.

        Raises:
            BrokenChainError: AUDIT_BROKEN, now and ever after.
        """
        if self._broken is not None:
            raise self._broken
        wanted, kinds = set(heights), set()
        leaves: list[bytes] = []
        n, h = self.head.n, self.head.h
        try:
            for n, kind, h in checked(connection, self.chain, self.head):
                leaves.append(bytes.fromhex(h))
                kinds.add(kind)
                if n in wanted:
                    self._grow(leaves)
                    self.at[n] = Standing(h, self.tree.root.hex())
                elif len(leaves) == _LEAVES:
                    self._grow(leaves)
        except BrokenChainError as error:
            self._broken = error
            raise
        self._grow(leaves)
        self.head = Head(n, h)
        return frozenset(kinds)

    def _grow(self, leaves: list[bytes]) -> None:
        self.tree.extend(leaves)
        leaves.clear()

    @property
    def root(self) -> str:
        """Merkle root of all rows taken, hex."""
        return self.tree.root.hex()
