"""Proofs: rows of a journal, their way to a signed Merkle root, in one file that needs no database.

A proof file holds whole rows, so that each row's hash is computed anew; a path of hashes leads
from there to the root of an anchor, and the anchor's signature is the witness's. With an older
anchor it also shows that history between the two was only appended to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Final, Literal

from pydantic import Field
from sqlalchemy import Connection

from engine.errors import InputError, IntegrityError
from engine.records import Digest, Record, canonical, parse_record
from guardrails.reasons import Reason
from guardrails.store.anchors import Anchor
from guardrails.store.checkpoints import Checkpoint, Keys, genuine, read
from guardrails.store.journal import JournalEntry, checked, row_hash
from guardrails.store.merkle import (
    consistency_path,
    consistent,
    included,
    inclusion_path,
    leaf_hash,
    levels_of,
)

MAX_BYTES: Final = 20_000_000
_MAX_ROWS: Final = 500

_Path = Annotated[tuple[Digest, ...], Field(max_length=64)]


class ProvenRow(Record):
    """One row as it stands in the journal, and its path to the root, lowest hash first."""

    n: Annotated[int, Field(ge=1)]
    time: str
    actor: str
    kind: str
    payload: str
    prev: Digest
    path: _Path


class OlderAnchor(Record):
    """An anchor from before, and the proof that the newer one only appended to it."""

    note: str
    path: _Path


class Proof(Record):
    """What a proof file holds; `note` is the anchor that all rows lead to."""

    format: Literal["peak/audit-proof/v1"] = "peak/audit-proof/v1"
    about: Annotated[str, Field(max_length=200)]
    chain: Annotated[str, Field(pattern=r"^(desk|gateway)$")]
    note: str
    rows: Annotated[tuple[ProvenRow, ...], Field(min_length=1, max_length=_MAX_ROWS)]
    older: OlderAnchor | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """The answer to a proof: does it hold, over which anchor, and if not, what fails."""

    ok: bool
    chain: str
    size: int
    rows: tuple[int, ...]
    signer: str
    older: int | None = None
    failed: str = ""

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return asdict(self)


def prove(
    connection: Connection,
    chain: str,
    rows: Sequence[JournalEntry],
    anchors: tuple[Anchor, Anchor | None],
    about: str = "",
) -> Proof:
    """The proof of these rows against an anchor that vouches for all of them, and an older one.

    Raises:
        IntegrityError: AUDIT_BROKEN, or AUDIT_ANCHOR_MISMATCH when the anchor's root is not the
            chain's.
    """
    anchor, older = anchors
    hashes = [bytes.fromhex(h) for n, _, h in checked(connection, chain) if n <= anchor.size]
    levels = levels_of(hashes)
    if len(hashes) < anchor.size or levels[-1][0].hex() != anchor.checkpoint.root:
        raise IntegrityError(
            Reason.AUDIT_ANCHOR_MISMATCH, f"the {chain} journal is not the one that was anchored",
            value=f"{chain}:{anchor.size}", hint="run peak audit verify",
        )  # fmt: skip
    proven = [
        ProvenRow(
            n=row.n, time=row.time, actor=row.actor, kind=row.kind, payload=row.payload,
            prev=row.prev, path=tuple(one.hex() for one in inclusion_path(levels, row.n - 1)),
        )
        for row in rows[:_MAX_ROWS]
    ]  # fmt: skip
    grown = None
    if older is not None:
        path = consistency_path(levels, older.size)
        grown = OlderAnchor(note=older.checkpoint.note, path=tuple(one.hex() for one in path))
    return Proof(
        about=about, chain=chain, note=anchor.checkpoint.note, rows=tuple(proven), older=grown
    )


def as_bytes(proof: Proof) -> bytes:
    """The file's content."""
    return canonical(proof) + b"\n"


def read_proof(raw: bytes) -> Proof:
    """A proof from a file's content; InputError PROOF_INVALID when it is none."""
    try:
        return parse_record(Proof, raw, MAX_BYTES)
    except InputError as error:
        raise InputError(
            "PROOF_INVALID", f"this is not a proof: {error.message}", value=error.value,
            hint="take the file that peak audit prove has written",
        ) from error  # fmt: skip


def check(proof: Proof, keys: Keys) -> Proven:
    """Check a proof with nothing but public keys; the first thing that fails is named."""
    try:
        point = read(proof.note)
        older = None if proof.older is None else read(proof.older.note)
    except IntegrityError as error:
        return Proven(ok=False, chain=proof.chain, size=0, rows=(), signer="", failed=error.message)
    failed = (
        _bad_anchor(proof, point, keys)
        or next((why for why in (_bad_row(proof, row, point) for row in proof.rows) if why), "")
        or ("" if older is None else _bad_growth(proof, older, point, keys))
    )
    return Proven(
        ok=not failed,
        chain=proof.chain,
        size=point.size,
        rows=tuple(row.n for row in proof.rows),
        signer=point.signer,
        older=None if older is None else older.size,
        failed=failed,
    )


def _bad_anchor(proof: Proof, point: Checkpoint, keys: Keys) -> str:
    if point.chain != proof.chain:
        return "the anchor is of another journal"
    return "" if genuine(point, keys) else "no known key signed the anchor"


def _bad_row(proof: Proof, row: ProvenRow, point: Checkpoint) -> str:
    entry = JournalEntry(row.n, row.time, row.actor, row.kind, row.payload, row.prev, "")
    leaf = leaf_hash(bytes.fromhex(row_hash(proof.chain, entry)))
    path = [bytes.fromhex(one) for one in row.path]
    inside = included(leaf, row.n - 1, point.size, path, bytes.fromhex(point.root))
    return "" if inside else f"row {row.n} is not in the anchored journal"


def _bad_growth(proof: Proof, older: Checkpoint, point: Checkpoint, keys: Keys) -> str:
    bad = _bad_anchor(proof, older, keys)
    if bad or proof.older is None:
        return bad
    path = [bytes.fromhex(one) for one in proof.older.path]
    roots = bytes.fromhex(older.root), bytes.fromhex(point.root)
    fits = consistent(older.size, point.size, path, *roots)
    return "" if fits else "the newer anchor does not continue the older one"
