"""Proofs from an installation: find the rows of an order, a ticket or a number, and prove them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from config.private_files import private_file
from engine.clock import Clock
from engine.errors import InputError, IntegrityError, UnavailableError
from engine.records import canonical
from guardrails.desk.auditing import CHAINS, known_keys, opened, place_of
from guardrails.desk.folders import Folders
from guardrails.desk.run_log import FOLDER as RUN_LOG
from guardrails.desk.run_log import RunLog
from guardrails.reasons import Reason
from guardrails.store.anchoring import newest
from guardrails.store.anchors import Anchor
from guardrails.store.checkpoints import Keys, read_verifier_key
from guardrails.store.database import Database
from guardrails.store.journal import JournalEntry, after, entry_at, mentioning
from guardrails.store.lock import desk_lock
from guardrails.store.proofs import MAX_BYTES, Proof, Proven, as_bytes, check, prove, read_proof
from guardrails.store.witnesses import Evidence

_ROW: Final = re.compile(r"^(?:(desk|gateway):)?([1-9][0-9]{0,14})$")
_PAGE: Final = 5_000


def proof_of(
    folders: Folders, clock: Clock, subject: str, *, since: int | None = None, further: str = ""
) -> Proof:
    """The proof of an order id, a ticket's digest, or a row as `12` or `gateway:12`.

    `since` adds the proof that nothing before the anchor of that many rows has changed since.

    Raises:
        InputError: AUDIT_SUBJECT_UNKNOWN, AUDIT_ANCHOR_UNKNOWN.
        IntegrityError: AUDIT_ANCHOR_MISSING while no anchor vouches for the rows yet, AUDIT_BROKEN
            or AUDIT_ANCHOR_MISMATCH.
    """
    keys = known_keys(folders)
    with opened(folders, clock) as journals:
        chain, rows = _found(journals, subject)
        peers = [one for name, one in journals.items() if name != chain]
        known = place_of(folders, further).evidence(chain, keys, peers[0] if peers else None)
        anchor = newest(known.every)
        if anchor is None or anchor.size < rows[-1].n:
            raise IntegrityError(
                Reason.AUDIT_ANCHOR_MISSING, "no anchor vouches for this row yet",
                value=f"{chain}:{rows[-1].n}",
                hint="wait a minute while desk and gateway run, then ask again",
            )  # fmt: skip
        older = None if since is None else _anchor_at(known, since, anchor)
        with journals[chain].read() as connection:
            return prove(connection, chain, rows, (anchor, older), subject)


def _found(journals: dict[str, Database], subject: str) -> tuple[str, list[JournalEntry]]:
    """The chain that knows the subject, and its rows; an order is the gateway's, a ticket ours."""
    number = _ROW.match(subject)
    chains = [number[1] or "desk"] if number else list(CHAINS)
    for chain in chains:
        if chain not in journals:
            continue
        with journals[chain].read() as connection:
            one = entry_at(connection, int(number[2])) if number else None
            rows = mentioning(connection, subject) if number is None else [one] if one else []
        if rows:
            return chain, rows
    raise InputError(
        "AUDIT_SUBJECT_UNKNOWN", "no journal row is about this", value=subject,
        hint="give an order id, a ticket's digest, or a row: 12, gateway:12",
    )  # fmt: skip


def _anchor_at(known: Evidence, size: int, newer: Anchor) -> Anchor:
    sizes = sorted({one.size for one in known.every if 0 < one.size <= newer.size})
    for one in known.every:
        if one.size == size and size in sizes:
            return one
    near = min(sizes, key=lambda other: abs(other - size))
    raise InputError(
        "AUDIT_ANCHOR_UNKNOWN", "there is no anchor of that many rows", value=size,
        hint=f"the nearest one vouches for {near} rows",
    )  # fmt: skip


def write_proof(path: Path, proof: Proof) -> None:
    """Write a proof file; InputError FILE_EXISTS rather than replace one."""
    fresh(path).write_bytes(as_bytes(proof))


def fresh(path: Path) -> Path:
    """A new private file; InputError FILE_EXISTS when there is one."""
    if path.exists():
        raise InputError(
            "FILE_EXISTS", "there is such a file already", value=path, hint="name another one"
        )
    return private_file(path)


def check_file(path: Path, keys: Keys) -> Proven:
    """Check a proof file with public keys alone.

    Raises:
        InputError: PROOF_INVALID, AUDIT_KEY_NEEDED when no key is known.
    """
    if not keys:
        raise InputError(
            "AUDIT_KEY_NEEDED", "a signature needs the signer's public key", value=path,
            hint="give it with --key, as it stands in anchors/gateway.vkey",
        )  # fmt: skip
    if not path.exists():
        raise InputError("FILE_MISSING", "there is no such file", value=path)
    with path.open("rb") as file:
        return check(read_proof(file.read(MAX_BYTES + 1)), keys)


def keys_of(given: list[str]) -> Keys:
    """Keys given as text; InputError AUDIT_KEY_INVALID for one that is none."""
    found: dict[str, list[str]] = {}
    for text in given:
        try:
            signer, key = read_verifier_key(text)
        except IntegrityError as error:
            raise InputError(
                "AUDIT_KEY_INVALID", "this is not a public key", value=text,
                hint="give the line of anchors/gateway.vkey or anchors/desk.vkey",
            ) from error  # fmt: skip
        found.setdefault(signer, []).append(key)
    return found


def export(
    folders: Folders, clock: Clock, path: Path, *, further: str = "",
    tell: Callable[[int], None] = lambda _done: None,
) -> int:  # fmt: skip
    """Write every row and anchor as JSON lines; answers how many lines.

    A line is `{"chain", "n", "time", "actor", "kind", "payload", "prev", "h"}`, the payload as the
    text that was hashed, or `{"chain", "anchor": note}`. `tell` hears how many lines are written.
    """
    done = 0
    with opened(folders, clock) as journals, fresh(path).open("wb") as file:
        for line in _lines(folders, journals, further):
            file.write(canonical(line) + b"\n")
            done += 1
            if done % _PAGE == 0:
                tell(done)
    return done


def _lines(
    folders: Folders, journals: dict[str, Database], further: str
) -> Iterator[dict[str, object]]:
    place = place_of(folders, further)
    for chain, database in journals.items():
        last = 0
        while True:
            with database.read() as connection:
                rows = after(connection, last, _PAGE)
            for row in rows:
                yield {"chain": chain, **asdict(row)}
            if len(rows) < _PAGE:
                break
            last = rows[-1].n
        for anchor in place.evidence(chain, {}).filed:
            yield {"chain": chain, "anchor": anchor.checkpoint.note}


def export_runs(folders: Folders, clock: Clock, path: Path) -> int:
    """Write all days of the run log into one file; a desk that runs keeps it, else we do."""
    log = RunLog(folders.root / RUN_LOG)
    with suppress(UnavailableError), desk_lock(folders.run), opened(folders, clock) as journals:
        log.update(journals.values())
    done = 0
    with fresh(path).open("wb") as file:
        for day in log.days():
            raw = day.read_bytes()
            file.write(raw)
            done += raw.count(b"\n")
    return done
