"""How fast a long journal is verified, with its anchors, and how long its proofs are.

The floor is the hashing alone: SHA-256 of each row, each leaf and each node, which nobody who
verifies can save. The ratio to it says what our own work around the hashes costs.
"""

from __future__ import annotations

import hashlib
import sqlite3
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from engine.clock import FixedClock, SystemClock
from guardrails.desk.auditing import place_of, verify_files
from guardrails.desk.folders import Folders
from guardrails.desk.proving import proof_of
from guardrails.signing import Signer, new_key
from guardrails.store.anchoring import Anchorer
from guardrails.store.anchors import Anchor, anchored
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.journal import GENESIS, JournalEntry, row_hash
from guardrails.store.proofs import check

ROWS: Final = 1_000_000
MAX_SECONDS: Final = 10.0
"""A million rows on a small, busy machine; a quiet one needs a fraction."""
MAX_HASHES: Final = 20
_NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
_ANCHORS: Final = 20


def arguments(parser: ArgumentParser) -> None:
    """Flags of the suite."""
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the journal")


def measure(flags: Namespace) -> dict[str, Any]:
    """Build a journal with anchors, verify it, prove a row of it; figures in seconds and ratios."""
    rows = int(flags.rows)
    with TemporaryDirectory() as name:
        folders = Folders(Path(name))
        built = _timed(lambda: _build(folders, rows))
        report: list[Any] = []
        took = _timed(lambda: report.append(verify_files(folders, FixedClock(_NOW))))
        proof = proof_of(folders, FixedClock(_NOW), str(rows // 3 or 1))
        proven = check(proof, place_of(folders).published()).ok
    floor = _timed(lambda: _floor(rows))
    hashes = max(len(row.path) for row in proof.rows)
    failed = [
        *([] if report[0].ok and report[0].anchors else ["the journal does not verify"]),
        *([] if proven else ["the proof does not check"]),
        *([] if hashes <= max(MAX_HASHES, rows.bit_length()) else ["the proof is too long"]),
        *([] if took <= MAX_SECONDS * max(rows / ROWS, 0.1) else ["verifying takes too long"]),
    ]
    return {
        "rows": rows,
        "anchors": report[0].anchors,
        "build_s": round(built, 3),
        "verify_s": round(took, 3),
        "rows_per_s": round(rows / took),
        "hashing_alone_s": round(floor, 3),
        "times_hashing_alone": round(took / floor, 2),
        "proof_hashes": hashes,
        "failed": failed,
    }


def _timed(work: Callable[[], object]) -> float:
    clock = SystemClock()
    start = clock.monotonic()
    work()
    return clock.monotonic() - start


def _build(folders: Folders, rows: int) -> None:
    """A desk's journal in parts, each anchored by the gateway."""
    clock, key = FixedClock(_NOW), Signer(new_key())
    place = place_of(folders)
    place.publish("gateway", key)
    with (
        closing(open_database(folders.desk_db, desk_metadata, "desk", clock)) as desk,
        closing(open_database(folders.gateway_db, gateway_metadata, "gateway", clock)) as gateway,
    ):

        def keep(anchor: Anchor) -> None:
            """A row of the gateway's journal."""
            with gateway.write() as work:
                work.journal("gateway", anchored("desk"), anchor.as_line())

        anchorer = Anchorer(
            target=desk, signer="gateway", key=key, clock=clock,
            files=place.files("desk", "gateway"),
            known=lambda: place.evidence("desk", place.published(), gateway), keep=keep,
        )  # fmt: skip
        source = _entries(rows)
        part = -(-rows // _ANCHORS)
        with closing(sqlite3.connect(folders.desk_db)) as raw:
            for _ in range(_ANCHORS):
                raw.executemany(
                    "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", islice(source, part)
                )
                raw.commit()
                anchorer.look(at_once=True)


def _entries(rows: int) -> Iterator[tuple[object, ...]]:
    prev = GENESIS
    for n in range(1, rows + 1):
        payload = f'{{"codes":["LIMIT_TOTAL_EXPOSURE"],"n":{n},"ticket_digest":"{n:064d}"}}'
        draft = JournalEntry(
            n, "2026-01-15T12:00:00.000Z", "operator", "ticket.proposed", payload, prev, ""
        )
        row = replace(draft, h=row_hash("desk", draft))
        prev = row.h
        yield (row.n, row.time, row.actor, row.kind, row.payload, row.prev, row.h)


def _floor(rows: int) -> None:
    """As much SHA-256 as verifying needs: a row, a leaf and about a node for each row."""
    sha, row, leaf, node = hashlib.sha256, b"r" * 330, b"l" * 33, b"n" * 65
    for _ in range(rows):
        sha(row).hexdigest()
        sha(leaf).digest()
        sha(node).digest()
