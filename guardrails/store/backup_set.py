"""A backup of an installation's stores: one set, checked when it is made and when it is read back.

Order matters: the gateway's store is copied before the desk's, so the desk's copy holds every
journal row that the gateway's copy has seen. Keys stay out unless they are asked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from config.private_files import private_file, private_folder
from engine.clock import Clock
from engine.errors import InputError, IntegrityError
from engine.records import Digest, Record, canonical, parse_record
from guardrails.store.backups import copy_file, dump, load_dump
from guardrails.store.database import Place, open_journal
from guardrails.store.journal import GENESIS, tail
from guardrails.store.versions import version_of

MANIFEST: Final = "manifest.json"
GATEWAY, DESK, DUMP, PAPER, KEYS = "gateway.db", "desk.db", "desk.dump", "paper/venue.db", "secrets"
Chain: TypeAlias = Literal["desk", "gateway"]
_ARCHIVE: Final = (".tar", ".tgz", ".gz")


class FileEntry(Record):
    """One file of a set: its path in it and the SHA-256 of its bytes."""

    name: str
    sha256: Digest


class ChainEntry(Record):
    """One journal of a set: how many rows it had and the hash of the last one."""

    chain: Chain
    rows: int
    head: Digest


class BackupManifest(Record):
    """What a set holds; `datasets` names all market data that was there, by one digest."""

    format: Literal[1]
    made_at: datetime
    files: tuple[FileEntry, ...]
    chains: tuple[ChainEntry, ...]
    datasets: Digest
    keys: bool


@dataclass(frozen=True, slots=True)
class Installation:
    """Where an installation keeps what is backed up; `desk` is a file or a URL."""

    root: Path
    desk: Place
    clock: Clock


def back_up(
    here: Installation, target: Path, datasets: Digest, *, with_keys: bool = False
) -> BackupManifest:
    """Copy everything to a new folder, or to a new `.tar`/`.tar.gz` file; processes may run.

    Raises:
        InputError: BACKUP_EXISTS when there is something, BACKUP_NOTHING before the first start.
        UnavailableError: STORE_NO_BACKUP. IntegrityError: AUDIT_BROKEN for a broken journal.
    """
    if target.exists():
        raise InputError(
            "BACKUP_EXISTS", "there is something of this name already", value=str(target),
            hint="name a new folder, or a new file that ends in .tar or .tar.gz",
        )  # fmt: skip
    with _beside(target) as work:
        before = _dumped_chain(here)
        _copy(here, work, with_keys=with_keys)
        names = sorted(str(one.relative_to(work)) for one in work.rglob("*") if one.is_file())
        if not {DESK, DUMP, GATEWAY} & set(names):
            raise InputError(
                "BACKUP_NOTHING", "this installation has no store yet", value=str(here.root),
                hint="it begins with the first `peak gate` or `peak serve`",
            )  # fmt: skip
        manifest = BackupManifest(
            format=1,
            made_at=here.clock.now(),
            files=tuple(FileEntry(name=name, sha256=_sha256(work / name)) for name in names),
            chains=(*before, *_copied_chains(work, here.clock)),
            datasets=datasets,
            keys=with_keys,
        )
        private_file(work / MANIFEST).write_bytes(canonical(manifest))
        _finish(work, target)
    return manifest


def _copy(here: Installation, work: Path, *, with_keys: bool) -> None:
    if (here.root / GATEWAY).exists():
        copy_file(here.root / GATEWAY, work / GATEWAY)
    if isinstance(here.desk, str):
        dump(here.desk, work / DUMP)
    elif here.desk.exists():
        copy_file(here.desk, work / DESK)
    if (here.root / PAPER).exists():
        private_folder((work / PAPER).parent)
        copy_file(here.root / PAPER, work / PAPER)
    if with_keys and (here.root / KEYS).is_dir():
        _copy_keys(here.root / KEYS, work / KEYS)


def _copy_keys(source: Path, target: Path) -> None:
    for one in sorted(source.rglob("*")):
        if one.is_file() and not one.is_symlink():
            copy = target / one.relative_to(source)
            private_folder(copy.parent)
            private_file(copy).write_bytes(one.read_bytes())


def _dumped_chain(here: Installation) -> tuple[ChainEntry, ...]:
    """The desk's journal on PostgreSQL as it is before the dump, which may then hold more rows."""
    return (verified("desk", here.desk, here.clock),) if isinstance(here.desk, str) else ()


def _copied_chains(folder: Path, clock: Clock) -> Iterator[ChainEntry]:
    """The journals of the copied files, verified."""
    copies: tuple[tuple[Chain, str], ...] = (("desk", DESK), ("gateway", GATEWAY))
    for chain, name in copies:
        if (folder / name).exists():
            yield verified(chain, folder / name, clock)


def verified(chain: Chain, place: Place, clock: Clock) -> ChainEntry:
    """The state of a journal; IntegrityError AUDIT_BROKEN when it does not verify."""
    with closing(open_journal(place, chain, clock)) as database:
        found = database.verify()
    if not found.ok:
        raise IntegrityError(
            "AUDIT_BROKEN", f"the journal of the {chain} does not verify",
            value=f"{chain}:{found.first_bad}", hint="take an earlier backup",
        )  # fmt: skip
    return ChainEntry(chain=chain, rows=found.rows, head=found.head)


def restore(here: Installation, source: Path) -> BackupManifest:
    """Read a set back into an installation without stores; nothing is written before it verifies.

    Raises:
        InputError: STORE_NOT_EMPTY, BACKUP_UNKNOWN, BACKUP_KIND.
        IntegrityError: BACKUP_BROKEN for a changed file, AUDIT_BROKEN for a changed journal.
        UnavailableError: STORE_NO_BACKUP.
    """
    _require_empty(here)
    private_folder(here.root)
    with _beside(here.root / "restored") as work:
        _unpack(source, work)
        manifest = _read(work)
        dumped = (work / DUMP).exists()
        if dumped != isinstance(here.desk, str):
            raise InputError(
                "BACKUP_KIND", "the backup is of another kind of store than `store.url` names",
                value=DUMP if dumped else DESK,
                hint="set or clear `store.url` so that it names the kind that was backed up",
            )  # fmt: skip
        if isinstance(here.desk, str):
            load_dump(here.desk, work / DUMP)
        for entry in manifest.chains:
            own = work / GATEWAY if entry.chain == "gateway" else work / DESK
            of_desk = entry.chain == "desk" and isinstance(here.desk, str)
            _require_chain(entry, here.desk if of_desk else own, here.clock)
        _move(work, here.root, manifest)
    return manifest


def _require_empty(here: Installation) -> None:
    taken = [one for one in (GATEWAY, DESK, PAPER) if (here.root / one).exists()]
    if isinstance(here.desk, str) and _filled(here.desk, here.clock):
        taken.append("store.url")
    if taken:
        raise InputError(
            "STORE_NOT_EMPTY", "there is a store here; a backup never replaces one",
            value=", ".join(taken), hint="choose another folder with PEAK_STATE_DIR",
        )  # fmt: skip


def _filled(place: Place, clock: Clock) -> bool:
    """Whether the PostgreSQL database holds any table."""
    with closing(open_journal(place, "desk", clock)) as database, database.read() as reading:
        return version_of(reading, "desk").state != "empty"


def _unpack(source: Path, work: Path) -> None:
    if source.is_dir():
        for one in source.rglob("*"):
            if one.is_file() and not one.is_symlink():
                target = work / one.relative_to(source)
                private_folder(target.parent)
                shutil.copyfile(one, private_file(target))
        return
    try:
        with tarfile.open(source) as archive:
            archive.extractall(work, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise InputError(
            "BACKUP_UNKNOWN", f"this is no backup that can be read: {error}", value=str(source),
            hint="name a folder or .tar file that `peak store backup` made",
        ) from error  # fmt: skip


def _read(work: Path) -> BackupManifest:
    """The manifest of an unpacked set whose every file is as it was."""
    if not (work / MANIFEST).is_file():
        raise InputError(
            "BACKUP_UNKNOWN", "there is no manifest in it", value=MANIFEST,
            hint="name a folder or .tar file that `peak store backup` made",
        )  # fmt: skip
    manifest = parse_record(BackupManifest, (work / MANIFEST).read_text(encoding="utf-8"))
    named = {one.name: one.sha256 for one in manifest.files}
    found = {str(one.relative_to(work)) for one in work.rglob("*") if one.is_file()} - {MANIFEST}
    wrong = [n for n in sorted(found | set(named)) if not _fits(work / n, named.get(n))]
    if wrong:
        raise IntegrityError(
            "BACKUP_BROKEN", "a file of the backup is missing, changed or not its own",
            value=wrong[0], hint="take another copy of it, or an earlier backup",
        )  # fmt: skip
    return manifest


def _fits(file: Path, wanted: Digest | None) -> bool:
    return wanted is not None and file.is_file() and _sha256(file) == wanted


def _require_chain(entry: ChainEntry, place: Place, clock: Clock) -> None:
    """The journal verifies and goes on from the row that the manifest names."""
    found = verified(entry.chain, place, clock)
    with closing(open_journal(place, entry.chain, clock)) as database, database.read() as reading:
        row = tail(reading, 1, before=entry.rows + 1)
    head = row[0].h if row else GENESIS
    if found.rows < entry.rows or head != entry.head:
        raise IntegrityError(
            "AUDIT_BROKEN", f"the journal of the {entry.chain} is not the one that was backed up",
            value=f"{entry.chain}:{entry.rows}", hint="take another copy, or an earlier backup",
        )  # fmt: skip


def _move(work: Path, root: Path, manifest: BackupManifest) -> None:
    """Put the files where they belong; keys that are there already stay."""
    for one in manifest.files:
        target = root / one.name
        if one.name == DUMP or target.exists():
            continue
        private_folder(target.parent)
        _sync(work / one.name)
        (work / one.name).replace(target)
        _sync(target.parent)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A private folder beside the target, gone at the end unless it was moved."""
    private_folder(target.parent)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _finish(work: Path, target: Path) -> None:
    if target.suffix not in _ARCHIVE:
        for one in work.rglob("*"):
            _sync(one)
        work.rename(target)
        _sync(target.parent)
        return
    draft = work / f".{target.name}"
    mode: Literal["w:gz", "w"] = "w" if target.suffix == ".tar" else "w:gz"
    with tarfile.open(private_file(draft), mode) as archive:
        for one in sorted(work.rglob("*")):
            if one != draft:
                archive.add(one, arcname=str(one.relative_to(work)), recursive=False)
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)


def _sha256(file: Path) -> Digest:
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
