"""Merkle trees: the published vectors of RFC 6962's reference tree, and every small tree whole."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.store.merkle import (
    EMPTY,
    GrowingTree,
    consistency_path,
    consistent,
    included,
    inclusion_path,
    leaf_hash,
    levels_of,
    node_hash,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots of the first n of these leaves, as the reference implementation of the RFC publishes."""

PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
"""Published inclusion paths: (leaf counted from 0, size of the tree)."""

GROWN = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
"""Published consistency proofs: (older size, newer size)."""


def _plain(leaves: list[bytes]) -> bytes:
    """The RFC's own recursive definition of the root."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(_plain(leaves[:half]), _plain(leaves[half:]))


def root_of(leaves: list[bytes]) -> bytes:
    """The root of a tree that grew over these leaves."""
    tree = GrowingTree()
    tree.extend(leaves)
    return tree.root


def _hexed(path: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in path]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    """Whole and grown leaf by leaf, the root is the published one."""
    tree = GrowingTree()
    for leaf in LEAVES[:size]:
        tree.extend([leaf])
    assert tree.root.hex() == root_of(LEAVES[:size]).hex() == ROOTS[size - 1]
    assert levels_of(LEAVES[:size])[-1][0].hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    """Its root is the hash of nothing."""
    assert GrowingTree().root == EMPTY
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_published_inclusion_paths(index: int, size: int) -> None:
    """The proof is the published one, and it checks."""
    path = inclusion_path(levels_of(LEAVES[:size]), index)
    assert _hexed(path) == PATHS[index, size]
    root = bytes.fromhex(ROOTS[size - 1])
    assert included(leaf_hash(LEAVES[index]), index, size, path, root)


@pytest.mark.parametrize(("older", "size"), GROWN)
def test_published_consistency_proofs(older: int, size: int) -> None:
    """The proof is the published one, and it checks."""
    path = consistency_path(levels_of(LEAVES[:size]), older)
    assert _hexed(path) == GROWN[older, size]
    roots = [bytes.fromhex(ROOTS[place - 1]) for place in (older, size)]
    assert consistent(older, size, path, roots[0], roots[1])


def test_every_proof_of_every_small_tree() -> None:
    """All leaves and all older sizes up to 40 rows; the root follows the RFC's recursion."""
    leaves = [bytes([n]) for n in range(40)]
    for size in range(1, 41):
        levels, root = levels_of(leaves[:size]), _plain(leaves[:size])
        assert root_of(leaves[:size]) == root
        for index in range(size):
            path = inclusion_path(levels, index)
            assert included(leaf_hash(leaves[index]), index, size, path, root)
            older = _plain(leaves[: index + 1])
            proof = consistency_path(levels, index + 1)
            assert consistent(index + 1, size, proof, older, root)


@given(size=st.integers(2, 70), data=st.data())
def test_no_other_proof_passes(size: int, data: st.DataObject) -> None:
    """Another leaf, place, size, root or hash, one hash more or less: refused."""
    leaves = [bytes([n, 1]) for n in range(size)]
    levels, root = levels_of(leaves), root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    path, leaf = inclusion_path(levels, index), leaf_hash(leaves[index])
    assert included(leaf, index, size, path, root)
    at = data.draw(st.integers(0, len(path) - 1))
    changed = (*path[:at], leaf_hash(b"other"), *path[at + 1 :])
    assert not included(leaf_hash(b"other"), index, size, path, root)
    assert not included(leaf, index, size, changed, root)
    assert not included(leaf, index, size, path[:-1], root)
    assert not included(leaf, index, size, (*path, root), root)
    assert not included(leaf, size, size, path, root)
    assert not included(leaf, index, size, path, leaf)


@given(size=st.integers(2, 70), data=st.data())
def test_a_history_written_anew_is_not_consistent(size: int, data: st.DataObject) -> None:
    """A newer tree whose beginning was changed has no proof that fits the older root."""
    leaves = [bytes([n, 2]) for n in range(size)]
    older = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, older - 1))
    other = [*leaves[:changed], b"rewritten", *leaves[changed + 1 :]]
    old, new = root_of(leaves[:older]), root_of(leaves)
    path = consistency_path(levels_of(leaves), older)
    assert consistent(older, size, path, old, new)
    rewritten = consistency_path(levels_of(other), older)
    assert not consistent(older, size, rewritten, old, root_of(other))
    assert not consistent(older, size, path, old, root_of(other))
    assert not consistent(older, size, path[:-1], old, new)
    assert not consistent(0, size, path, old, new)


def test_a_proof_among_a_million_rows_is_short() -> None:
    """A path has a hash for each halving: 20 at 10^6 leaves."""
    assert (1_000_000 - 1).bit_length() == 20
    leaves = [n.to_bytes(4, "big") for n in range(1000)]
    assert max(len(inclusion_path(levels_of(leaves), n)) for n in (0, 511, 999)) <= 10
