"""`peak store`: versions, backup and restore as a person uses them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.clock import FixedClock
from guardrails.desk.folders import Folders
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.versions import HISTORY
from tests.desk_world import NOW
from tests.integration.cli.conftest import Peak


@pytest.fixture
def filled(peak: Peak) -> Folders:
    """The installation of `peak` with one journal row."""
    folders = Folders(peak.root)
    opened = open_database(folders.desk_db, desk_metadata, "desk", FixedClock(NOW))
    with closing(opened), opened.write() as work:
        work.journal("tester", "did", {})
    return folders


def test_versions_are_told_without_making_a_store(peak: Peak) -> None:
    """Nothing there: missing, and still nothing there afterwards."""
    found = peak.json("store", "version")["stores"]
    assert {one["state"] for one in found.values()} == {"missing"}
    assert not Folders(peak.root).desk_db.exists()


@pytest.mark.usefixtures("filled")
def test_a_backup_travels_to_another_installation(peak: Peak, tmp_path: Path) -> None:
    """Backup, restore elsewhere, and the journal there verifies."""
    made = peak.json("store", "backup", tmp_path / "kept.tar")
    assert (made["rows"], made["keys"]) == ({"desk": 1}, False)
    other = Peak(tmp_path / "other")
    assert other.json("store", "restore", tmp_path / "kept.tar")["rows"] == {"desk": 1}
    assert other.json("audit", "verify")["rows"] == 1
    assert other.json("store", "version")["stores"]["desk"]["state"] == "current"
    assert peak.fault("store", "restore", tmp_path / "kept.tar")["code"] == "STORE_NOT_EMPTY"


def test_an_upgrade_of_a_current_store_changes_nothing(peak: Peak, filled: Folders) -> None:
    """From the version to the same version, without a backup."""
    head = HISTORY["desk"][-1]
    found = peak.json("store", "upgrade")["stores"]
    assert found["desk"] == {"from": head, "to": head}
    assert not filled.backups.exists()


def test_a_later_builds_store_is_refused(peak: Peak, filled: Folders) -> None:
    """STORE_NEWER with what to do, by every command that opens the store."""
    with closing(sqlite3.connect(filled.desk_db)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = 'desk_9999'")
    assert peak.json("store", "version")["stores"]["desk"]["state"] == "newer"
    fault = peak.fault("store", "upgrade", code=3)
    assert (fault["code"], fault["value"]) == ("STORE_NEWER", "desk_9999")
