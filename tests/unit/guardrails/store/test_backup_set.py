"""Backup and restore: one checked set, keys left out, nothing replaced, nothing broken let in."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from engine.clock import FixedClock
from engine.errors import IntegrityError, PeakError
from engine.records import digest
from guardrails.store.backup_set import Installation, back_up, restore
from guardrails.store.database import Database, open_database
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.paper_venue import PaperFile
from tests.desk_world import NOW
from tests.store_places import NewPlace, StorePlace

DATA = digest("test", "datasets")


def note(database: Database, count: int = 1) -> None:
    """Some journal rows."""
    for number in range(count):
        with database.write() as work:
            work.journal("tester", "did", {"number": number})


@pytest.fixture
def here(place: StorePlace, tmp_path: Path) -> Installation:
    """An installation with rows in both stores, a paper account and keys."""
    root = tmp_path / "state"
    root.mkdir(mode=0o700)
    desk = place.place if place.server else root / "desk.db"
    with closing(StorePlace(desk).open()) as database:
        note(database, 3)
    gateway = open_database(root / "gateway.db", gateway_metadata, "gateway", FixedClock(NOW))
    with closing(gateway):
        note(gateway, 2)
    with closing(PaperFile(root / "paper" / "venue.db")) as paper:
        paper.open_account("paper-1", Decimal(100))
    (root / "secrets" / "desk").mkdir(parents=True, mode=0o700)
    (root / "secrets" / "desk" / "key.json").write_text("{}")
    return Installation(root, desk, FixedClock(NOW))


@pytest.fixture
def there(place: StorePlace, tmp_path: Path) -> Installation:
    """An installation without anything, on the same kind of store."""
    root, server = tmp_path / "other", place.server
    return Installation(
        root, server.url(server.new()) if server else root / "desk.db", FixedClock(NOW)
    )


def refused(here: Installation, source: Path) -> str:
    """Code of a restore that must not happen."""
    with pytest.raises(PeakError) as caught:
        restore(here, source)
    return str(caught.value.code)


@pytest.mark.parametrize("name", ["backup", "backup.tar", "backup.tar.gz"])
def test_a_backup_is_read_back_and_verifies(
    here: Installation, there: Installation, tmp_path: Path, name: str
) -> None:
    """Both journals with all rows, the paper account, the digest of the data; the stores go on."""
    target = tmp_path / "kept" / name
    made = back_up(here, target, DATA)
    assert {one.chain: one.rows for one in made.chains} == {"desk": 3, "gateway": 2}
    assert (made.datasets, made.keys, made.made_at) == (DATA, False, NOW)
    assert target.stat().st_mode & 0o077 == 0
    assert restore(there, target) == made
    with closing(StorePlace(there.desk).open()) as database:
        note(database)
        assert (database.verify().ok, database.verify().rows) == (True, 4)
    gateway = open_database(there.root / "gateway.db", gateway_metadata, "gateway", there.clock)
    with closing(gateway):
        assert gateway.verify().rows == 2
    assert (there.root / "paper" / "venue.db").exists()
    assert not (there.root / "secrets").exists()
    assert [one.name for one in target.parent.iterdir()] == [name]


def test_a_store_in_use_is_backed_up_whole(
    here: Installation, there: Installation, tmp_path: Path
) -> None:
    """An open transaction is not in it, and does not wait for it."""
    with closing(StorePlace(here.desk).open()) as database, database.write() as work:
        work.journal("tester", "half way", {})
        made = back_up(here, tmp_path / "kept", DATA)
    assert {one.chain: one.rows for one in made.chains} == {"desk": 3, "gateway": 2}
    restore(there, tmp_path / "kept")


def test_keys_are_copied_on_request_only(
    here: Installation, there: Installation, tmp_path: Path
) -> None:
    """With them the copy is private, and they come back as they were."""
    made = back_up(here, tmp_path / "kept", DATA, with_keys=True)
    assert made.keys
    restore(there, tmp_path / "kept")
    key = there.root / "secrets" / "desk" / "key.json"
    assert key.read_text() == "{}"
    assert key.stat().st_mode & 0o777 == 0o600


def test_nothing_is_replaced(here: Installation, tmp_path: Path) -> None:
    """STORE_NOT_EMPTY where there is a store, BACKUP_EXISTS where there is a file."""
    back_up(here, tmp_path / "kept", DATA)
    assert refused(here, tmp_path / "kept") == "STORE_NOT_EMPTY"
    with pytest.raises(PeakError) as caught:
        back_up(here, tmp_path / "kept", DATA)
    assert caught.value.code == "BACKUP_EXISTS"


def test_a_changed_file_is_not_let_in(
    here: Installation, there: Installation, tmp_path: Path
) -> None:
    """BACKUP_BROKEN for one byte, a file more or a file less; nothing is left behind."""
    kept = tmp_path / "kept"
    back_up(here, kept, DATA)
    whole = (kept / "gateway.db").read_bytes()
    (kept / "gateway.db").write_bytes(whole[:-1] + b"x")
    assert refused(there, kept) == "BACKUP_BROKEN"
    (kept / "gateway.db").unlink()
    assert refused(there, kept) == "BACKUP_BROKEN"
    (kept / "gateway.db").write_bytes(whole)
    (kept / "more").write_text("x")
    assert refused(there, kept) == "BACKUP_BROKEN"
    assert not there.root.exists() or list(there.root.iterdir()) == []
    (kept / "more").unlink()
    restore(there, kept)


def test_a_changed_journal_is_not_let_in(
    here: Installation, there: Installation, tmp_path: Path
) -> None:
    """AUDIT_BROKEN although every sum in the manifest was made to fit."""
    kept = tmp_path / "kept"
    made = back_up(here, kept, DATA)
    place = StorePlace(kept / "gateway.db")
    place.insider("UPDATE journal SET actor = 'eve' WHERE n = 1")
    manifest = json.loads((kept / "manifest.json").read_text())
    for one in manifest["files"]:
        if one["name"] == "gateway.db":
            one["sha256"] = hashlib.sha256((kept / "gateway.db").read_bytes()).hexdigest()
    (kept / "manifest.json").write_text(json.dumps(manifest))
    assert made.chains[1].chain == "gateway"
    assert refused(there, kept) == "AUDIT_BROKEN"


def test_a_broken_journal_is_not_backed_up(here: Installation, tmp_path: Path) -> None:
    """AUDIT_BROKEN, and no folder that looks like a backup."""
    StorePlace(here.root / "gateway.db").insider("UPDATE journal SET actor = 'eve' WHERE n = 1")
    with pytest.raises(IntegrityError) as caught:
        back_up(here, tmp_path / "kept" / "backup", DATA)
    assert caught.value.code == "AUDIT_BROKEN"
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_what_is_no_backup_is_refused(
    there: Installation, tmp_path: Path, content: bytes | None
) -> None:
    """BACKUP_UNKNOWN for a missing, empty or foreign file and for a folder without a manifest."""
    source = tmp_path / "something.tar"
    if content is not None:
        source.write_bytes(content)
    assert refused(there, source) == "BACKUP_UNKNOWN"
    (tmp_path / "folder").mkdir()
    assert refused(there, tmp_path / "folder") == "BACKUP_UNKNOWN"


def test_an_installation_without_stores_has_nothing_to_back_up(tmp_path: Path) -> None:
    """BACKUP_NOTHING, and no empty backup that looks like a good one."""
    nothing = Installation(tmp_path / "none", tmp_path / "none" / "desk.db", FixedClock(NOW))
    with pytest.raises(PeakError) as caught:
        back_up(nothing, tmp_path / "kept" / "backup", DATA)
    assert caught.value.code == "BACKUP_NOTHING"
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_backup_stays_with_its_kind_of_store(new_place: NewPlace, tmp_path: Path) -> None:
    """BACKUP_KIND: files are not read into a server."""
    root = tmp_path / "state"
    with closing(StorePlace(root / "desk.db").open()) as database:
        note(database)
    back_up(Installation(root, root / "desk.db", FixedClock(NOW)), tmp_path / "kept", DATA)
    server = new_place("postgresql", empty=True)
    other = Installation(tmp_path / "other", server.place, FixedClock(NOW))
    assert refused(other, tmp_path / "kept") == "BACKUP_KIND"


def test_without_pg_dump_it_says_what_to_install(
    new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STORE_NO_BACKUP names the program; a store in a file needs none."""
    server = new_place("postgresql")
    monkeypatch.setattr("guardrails.store.backups.shutil.which", lambda _: None)
    monkeypatch.setattr("guardrails.store.backups.PROGRAMS", tmp_path)
    here = Installation(tmp_path / "state", server.place, FixedClock(NOW))
    with pytest.raises(PeakError) as caught:
        back_up(here, tmp_path / "kept", DATA)
    assert (caught.value.code, caught.value.value) == ("STORE_NO_BACKUP", "pg_dump")
