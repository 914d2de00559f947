"""Merkle trees as in RFC 6962, section 2.1: roots, inclusion proofs, consistency proofs.

A leaf is SHA-256 of a zero byte and its data, a node SHA-256 of a one byte and its two children.
A proof is the tuple of hashes that the RFC lists, lowest first; checking one needs no tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"
EMPTY: Final = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""

Path = tuple[bytes, ...]


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf's data."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a node over its children."""
    return hashlib.sha256(NODE + left + right).digest()


class GrowingTree:
    """The right edge of a tree: takes leaves one after the other and knows the root at any size.

    It holds one hash for every bit of the size that is set, whatever the number of leaves.
    """

    def __init__(self) -> None:
        """An empty tree."""
        self.size = 0
        self._peaks: list[bytes] = []

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append the data of leaves in order."""
        size, peaks, sha = self.size, self._peaks, hashlib.sha256
        for data in leaves:
            node, place = sha(b"\x00" + data).digest(), size
            while place & 1:
                node = sha(b"\x01" + peaks.pop() + node).digest()
                place >>= 1
            peaks.append(node)
            size += 1
        self.size = size

    @property
    def root(self) -> bytes:
        """Root of the tree as it is now."""
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node


def levels_of(leaves: Iterable[bytes]) -> list[list[bytes]]:
    """All whole levels of the tree over these leaves' data, leaf hashes first.

    A node without a sibling moves up as it is, which is what the RFC's splitting comes to.
    """
    level = [leaf_hash(data) for data in leaves]
    found = [level]
    while len(level) > 1:
        level = [
            node_hash(level[at], level[at + 1]) if at + 1 < len(level) else level[at]
            for at in range(0, len(level), 2)
        ]
        found.append(level)
    return found


def inclusion_path(levels: Sequence[Sequence[bytes]], index: int) -> Path:
    """Proof that leaf `index`, counted from 0, is in the tree: at most log2(size) hashes."""
    path = []
    for level in levels[:-1]:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        index >>= 1
    return tuple(path)


def consistency_path(levels: Sequence[Sequence[bytes]], older: int) -> Path:
    """Proof that the tree of the first `older` leaves is the beginning of this one.

    `older` lies between 1 and the size; a tree is consistent with itself by an empty proof.
    """
    size = len(levels[0])
    if older == size:
        return ()
    index, height = older - 1, 0
    while index & 1:  # up to the largest whole subtree that ends the older tree
        index, height = index >> 1, height + 1
    path = [] if index == 0 else [levels[height][index]]
    return (*path, *inclusion_path(levels[height:], index))


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """True when the path leads from the leaf hash at `index` to the root of `size` leaves."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(beside, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistent(
    older: int, size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """True when the proof shows that the older tree is the beginning of the newer one."""
    if not 0 < older <= size:
        return False
    if older == size:
        return not path and old_root == new_root
    steps = list(path)
    if older & (older - 1) == 0:  # a whole subtree proves itself by the older root
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = older - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
