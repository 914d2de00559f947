"""`peak audit` on an installation with anchors: verify, tail, prove, verify-proof, export."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from guardrails.store.checkpoints import verifier_key
from tests.audit_world import KEYS, ROWS, AuditWorld, Insider
from tests.integration.cli.conftest import Peak


@pytest.fixture
def world(peak: Peak) -> AuditWorld:
    """Eight anchored rows where the command line looks; no process runs."""
    found = AuditWorld(peak.root)
    found.write(ROWS)
    found.close()
    return found


def test_verify_counts_rows_and_anchors(peak: Peak, world: AuditWorld) -> None:
    """The keys of the promise; text says the same."""
    found = peak.json("audit", "verify")
    assert {key: found[key] for key in ("ok", "rows", "anchors", "first_bad")} == {
        "ok": True, "rows": 2 * ROWS, "anchors": ROWS, "first_bad": None,
    }  # fmt: skip
    assert f"ok: {2 * ROWS} rows, {ROWS} anchors" in peak("audit", "verify").stdout
    del world


def test_verify_names_the_first_bad_row(peak: Peak, world: AuditWorld) -> None:
    """A cut tail: exit code 4, row, code and reason."""
    with Insider(world.folders.desk_db) as insider:
        insider.run("DELETE FROM journal WHERE n > 6")
    found = peak.json("audit", "verify", code=4)
    assert (found["ok"], found["first_bad"]) == (False, "desk:7")
    assert found["chains"][0]["code"] == "AUDIT_ANCHOR_MISMATCH"
    assert "AUDIT_ANCHOR_MISMATCH: shorter than" in peak("audit", "verify").stdout


def test_tail_prints_one_line_for_each_row(peak: Peak, world: AuditWorld) -> None:
    """Hostile text stays on its line; -n and --chain choose."""
    world.open()
    with world.database().write() as work:
        work.journal("eve\n9 fake", "did", {"text": "a\nb\x1b[2K\u202e"})
    world.close()
    lines = peak("audit", "tail", "-n", "2").stdout.splitlines()
    assert [line.split(" ")[0] for line in lines] == [str(ROWS), str(ROWS + 1)]
    assert "\\n" in lines[1]
    assert "\x1b" not in lines[1]
    rows = peak.json("audit", "tail", "--chain", "gateway", "-n", "1")["rows"]
    assert rows[0]["kind"] == "desk.anchored"


def test_a_proof_is_written_and_checked(peak: Peak, world: AuditWorld, tmp_path: Path) -> None:
    """With the published keys, with a given one, and not with a changed file."""
    path = tmp_path / "proof.json"
    made = peak.json("audit", "prove", "3", "--since", "4", "--out", str(path))
    assert (made["chain"], made["rows"], made["hashes"]) == ("desk", [3], 3)
    found = peak.json("audit", "verify-proof", str(path))
    assert (found["ok"], found["size"], found["older"]) == (True, ROWS, 4)
    elsewhere = Peak(tmp_path / "elsewhere")
    key = verifier_key("gateway", KEYS["gateway"].public_hex)
    assert elsewhere.json("audit", "verify-proof", str(path), "--key", key)["ok"]
    assert elsewhere.fault("audit", "verify-proof", str(path))["code"] == "AUDIT_KEY_NEEDED"
    path.write_text(path.read_text().replace('"actor":"operator"', '"actor":"somebody"'))
    assert peak.json("audit", "verify-proof", str(path), code=1)["ok"] is False
    assert "NOT PROVED" in peak("audit", "verify-proof", str(path)).stdout
    del world


def test_what_cannot_be_proved_is_refused(peak: Peak, world: AuditWorld, tmp_path: Path) -> None:
    """Unknown subjects, existing files, and files that are no proof."""
    assert peak.fault("audit", "prove", "nothing")["code"] == "AUDIT_SUBJECT_UNKNOWN"
    path = tmp_path / "there.json"
    path.write_text("{}")
    assert peak.fault("audit", "prove", "3", "--out", path)["code"] == "FILE_EXISTS"
    assert peak.fault("audit", "verify-proof", path)["code"] == "PROOF_INVALID"
    assert peak.fault("audit", "export", path)["code"] == "FILE_EXISTS"
    del world


def test_exports(peak: Peak, world: AuditWorld, tmp_path: Path) -> None:
    """Journals with anchors, and the run log."""
    path, runs = tmp_path / "all.jsonl", tmp_path / "runs.jsonl"
    assert peak.json("audit", "export", path)["lines"] == 3 * ROWS
    assert peak.json("audit", "export", runs, "--runs")["lines"] == ROWS
    events = [json.loads(line)["event"] for line in runs.read_text().splitlines()]
    assert events == ["ticket"] * ROWS
    del world


def test_follow_prints_rows_as_they_come(peak: Peak, world: AuditWorld) -> None:
    """The newest row at once, the next one when it is written; Ctrl-C ends with 130."""
    words = peak.command("audit", "tail", "-n", "1", "--follow", "--json")
    environment = os.environ | peak.environment()
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["n"] == ROWS
        world.open()
        world.write()
        world.close()
        assert json.loads(process.stdout.readline())["n"] == ROWS + 1
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
