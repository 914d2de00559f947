"""Whose keys an audit believes, and what an installation without files says."""

from __future__ import annotations

from pathlib import Path

from config.secrets import create_missing, secrets_folder
from engine.clock import FixedClock
from guardrails.desk.auditing import known_keys, require_whole, rows_of, verify_files
from guardrails.desk.folders import Folders
from guardrails.signing import Signer
from guardrails.store import witnesses
from tests.audit_world import NOW, ROWS, AuditWorld


def test_keys_beside_the_anchors_serve_whoever_has_no_secrets(tmp_path: Path) -> None:
    """Another user verifies with the published keys."""
    world = AuditWorld(tmp_path)
    world.write(ROWS)
    assert sorted(known_keys(world.folders)) == ["desk", "gateway"]
    assert world.verified().ok
    world.close()


def test_secrets_outweigh_what_is_published(tmp_path: Path) -> None:
    """A key that an insider published is not believed by whoever can read the secrets."""
    world = AuditWorld(tmp_path)
    world.write(ROWS)
    create_missing(secrets_folder(tmp_path), lambda private: Signer(private).public_hex)
    found = world.verified()
    assert (found.ok, found.chains[0].reason) == (False, witnesses.FORGED)
    world.close()


def test_nothing_is_whole(tmp_path: Path) -> None:
    """No file, no row, no anchor: nothing to refuse, nothing to show."""
    folders, clock = Folders(tmp_path), FixedClock(NOW)
    found = require_whole(folders, clock)
    assert (found.ok, found.rows, found.anchors, found.first_bad) == (True, 0, 0, None)
    assert rows_of(folders, clock, "desk", limit=5) == ()
    assert verify_files(folders, clock).as_dict()["chains"] == []
