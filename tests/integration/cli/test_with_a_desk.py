"""The same commands through a running desk: its doors, its refusals, its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_world import GOOG_SPEC, PASSWORD
from tests.integration.cli.conftest import Peak
from tests.live_desk import OPERATOR, LiveDesk, open_live_desk

RULE = "rsi_momentum_goog_demo"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveDesk]:
    """A running desk."""
    with open_live_desk(tmp_path) as made:
        yield made


@pytest.fixture
def peak(live: LiveDesk, tmp_path: Path) -> Peak:
    """`peak` of the same installation, signed in."""
    live.operator()
    made = Peak(tmp_path)
    assert made("login", "--name", OPERATOR, "--password", PASSWORD).exit_code == 0
    return made


def test_signing_in_and_out(live: LiveDesk, peak: Peak) -> None:
    """A wrong password is refused, the session file is the owner's alone, signing out ends it."""
    kept = live.world.desk.folders.run / "cli-session.json"
    assert kept.stat().st_mode & 0o077 == 0
    error = peak.fault("login", "--name", OPERATOR, "--password", "wrong", code=1)
    assert error["code"] == "AUTH_FAILED"
    assert peak.json("tickets", "list") == {"tickets": []}
    assert peak.json("logout") == {"signed_out": True}
    assert not kept.exists()
    assert peak.fault("tickets", "list", code=1)["code"] == "AUTH_REQUIRED"


def test_the_running_desk_measures_and_judges(live: LiveDesk, peak: Peak) -> None:
    """Backtest and gate go through the desk, which owns the ledger; the report is a link."""
    run = peak.json("backtest", RULE)
    assert run["trials"] == 1
    found = peak.json("gate", RULE)
    assert found["verdict"] == "PASS"
    assert found["report"].startswith(live.url)
    error = peak.fault("gate", "ma_crossover_btc_moderate")
    assert error["code"] == "DATASET_UNKNOWN"


def test_what_the_desk_could_not_judge(peak: Peak, tmp_path: Path) -> None:
    """What the desk refuses at its door comes back as the command's fault."""
    spec = tmp_path / "weekly.json"
    spec.write_text(json.dumps(GOOG_SPEC | {"timeframe": "1w", "name": "weekly"}))
    error = peak.fault("gate", spec, "--data", "GOOG:1d")
    assert error["code"] == "DATASET_TIMEFRAME"


def test_a_ticket_from_list_to_release(live: LiveDesk, peak: Peak) -> None:
    """Listed, shown, approved after the time to read; a second approval is refused."""
    live.patient()
    certificate = live.certify()["certificate"]
    digest = live.propose(certificate)["digest"]
    assert digest[:8] in peak("tickets", "list").stdout
    shown = peak("tickets", "show", digest[:8]).stdout
    assert "loss at stop" in shown
    live.beat()
    done = peak.json("tickets", "approve", digest[:8], "--password", PASSWORD)
    assert done["released"] is True
    again = peak.json("tickets", "approve", digest[:8], "--password", PASSWORD, code=1)
    assert again["error"]["code"] == "APPROVAL_USED"


def test_a_person_may_change_their_mind(live: LiveDesk, peak: Peak) -> None:
    """Answering no approves nothing; rejecting is final."""
    live.patient()
    digest = live.propose(live.certify()["certificate"])["digest"]
    no = peak("tickets", "approve", digest[:8], "--password", PASSWORD, said="n\n")
    assert no.exit_code == 1
    assert peak.json("tickets", "show", digest)["state"] == "pending"
    assert peak("tickets", "reject", digest[:8], "--password", PASSWORD).exit_code == 0
    assert peak.json("tickets", "show", digest)["state"] == "rejected"


def test_a_ticket_that_is_not_there(peak: Peak) -> None:
    """TICKET_UNKNOWN with where to look."""
    assert peak.fault("tickets", "show", "00000000")["code"] == "TICKET_UNKNOWN"


def test_chat_answers_in_lines_or_events(peak: Peak) -> None:
    """Answers as text, events as JSON lines; the end of the input is a polite end."""
    done = peak("chat", "--lang", "de", said="Hallo\n\n")
    assert done.exit_code == 0
    assert "nothing to say" in done.stdout
    lines = peak("chat", "--json", said="Hallo\n").stdout.splitlines()
    events = [json.loads(line)["event"] for line in lines if line.startswith("{")]
    assert events == ["stage", "answer", "done"]
    assert peak("chat", said="").exit_code == 0
    assert peak.fault("chat", "--lang", "fr")["code"] == "LANGUAGE_UNKNOWN"


def test_rearming_takes_its_time(live: LiveDesk, peak: Peak) -> None:
    """After a kill the first step back is asked for; trading stays halted until it is due."""
    live.operator().post("/api/kill", {"reason": "drill"})
    found = peak.json("rearm", "--reason", "mended", "--password", PASSWORD)
    assert found["state"] == "halted"
    wrong = peak.fault("rearm", "--reason", "mended", "--password", "wrong", code=1)
    assert wrong["code"] == "AUTH_FAILED"


def test_the_doctor_sees_the_desk(peak: Peak) -> None:
    """A running desk is a green light, with its version."""
    parts = {row["part"]: row for row in peak.json("doctor")["parts"]}
    assert parts["desk"]["light"] == "ok"
    assert "version" in parts["desk"]["sentence"]


def test_research_is_a_job_of_the_running_desk(live: LiveDesk, peak: Peak) -> None:
    """The desk owns the ledger: the command polls its job; the copilot's door stays shut."""
    found = peak.json("research", "sweep", "overfit_goog_demo", "--workers", 1)
    assert found["trials"] == live.world.desk.ledger.count() == 40
    done = peak.json(
        "research", "pipeline", "overfit_goog_demo", "--workers", 1, "--windows", 2,
        "--paths", 100, "--starts", 2,
    )  # fmt: skip
    assert done["report"]["html"].startswith(live.url)
    error = peak.fault("research", "sweep", "overfit_goog_demo", "--points", 3)
    assert error["code"] == "GRID_TOO_LARGE"
