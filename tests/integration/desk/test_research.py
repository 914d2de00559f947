"""Research in a running desk: a job with progress, an answer, and an end when asked for."""

from __future__ import annotations

import time
from typing import Any

from guardrails.desk.research_jobs import WAITING
from guardrails.store.journal import of_kind
from tests.api_world import Visitor, World
from tests.research_world import SWEPT

PATIENCE_S = 60.0
LONG = {"paths": 100, "starts": 2, "windows": 2, "workers": 1}


def body(kind: str, **parts: object) -> dict[str, Any]:
    """A request for the crossing on the sample stock."""
    return {"kind": kind, "spec": SWEPT, "workers": 1} | parts


def finished(operator: Visitor, job: str) -> dict[str, Any]:
    """The job's row once it has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        row: dict[str, Any] = operator.get(f"/api/research/{job}").json()
        if row["status"] not in {"queued", "running"}:
            return row
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begun(operator: Visitor, **parts: object) -> str:
    """Id of a job that was just accepted."""
    reply = operator.post("/api/research", json=body(**parts))  # type: ignore[arg-type]  # kind is among them
    assert reply.status_code == 202, reply.text
    job: str = reply.json()["job_id"]
    return job


def test_a_sweep_is_a_job(world: World) -> None:
    """It is queued, it ends, it counts twelve trials under the person's name."""
    operator = world.operator()
    row = finished(operator, begun(operator, kind="sweep"))
    assert row["status"] == "done"
    assert row["answer"]["trials"] == 12
    assert len(row["answer"]["result"]["points"]) == 12
    assert row["progress"]["done"] == row["progress"]["total"] == 12
    people = {one.start.lineage.person for one in world.desk.ledger.rows()}
    assert people == {"operator"}


def test_a_pipeline_leaves_its_report_and_its_rows(world: World) -> None:
    """The report can be read like any other, and the studies stand in the journal."""
    operator = world.operator()
    row = finished(operator, begun(operator, kind="pipeline", **LONG))
    assert row["status"] == "done", row["error"]
    report = row["answer"]["report"]
    assert operator.get(report).status_code == 200
    with world.desk.database.read() as connection:
        for kind in ("walk_forward", "monte_carlo", "stress"):
            assert len(of_kind(connection, f"research.{kind}")) == 1


def test_a_job_ends_when_asked(world: World) -> None:
    """Cancelled jobs keep what they have finished; a later one goes on and counts nothing twice."""
    operator = world.operator()
    job = begun(operator, kind="pipeline", **(LONG | {"starts": 100, "paths": 20_000}))
    assert operator.call("DELETE", f"/api/research/{job}").status_code == 200
    assert finished(operator, job)["status"] == "cancelled"
    assert "open" not in {row.outcome.status for row in world.desk.ledger.rows()}
    done = finished(operator, begun(operator, kind="sweep"))
    assert done["status"] == "done"
    assert dict(done["answer"]["best"])["row"] <= 12


def test_a_fault_fails_its_own_job(world: World) -> None:
    """The code comes back, and the next job runs."""
    operator = world.operator()
    missing = SWEPT | {"universe": {"symbols": ["NONE"]}}
    row = finished(operator, begun(operator, kind="sweep", spec=missing))
    assert row["status"] == "failed"
    assert row["error"]["code"] == "DATASET_UNKNOWN"
    assert finished(operator, begun(operator, kind="select"))["status"] == "done"


def test_a_request_that_cannot_be_is_refused(world: World) -> None:
    """RECORD_INVALID at the door; an unknown job is 404; nothing was counted."""
    operator = world.operator()
    reply = operator.post("/api/research", json=body("swep"))
    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "RECORD_INVALID"
    assert operator.get(f"/api/research/{'0' * 32}").status_code == 404
    assert world.desk.ledger.count() == 0


def test_nobody_starts_research(world: World) -> None:
    """AUTH_REQUIRED for whoever is not signed in."""
    reply = world.visitor().post("/api/research", json=body("sweep"))
    assert reply.status_code == 401


def test_too_many_jobs_are_refused(world: World) -> None:
    """RESEARCH_BUSY instead of a queue without end; one more is taken when one was cancelled."""
    operator = world.operator()
    first = begun(operator, kind="pipeline", **(LONG | {"paths": 20_000, "starts": 1_000}))
    while operator.get(f"/api/research/{first}").json()["status"] == "queued":
        time.sleep(0.01)
    jobs = [begun(operator, kind="sweep") for _ in range(WAITING)]
    reply = operator.post("/api/research", json=body("sweep"))
    assert reply.json()["error"]["code"] == "RESEARCH_BUSY"
    operator.call("DELETE", f"/api/research/{jobs[0]}")
    jobs.append(begun(operator, kind="sweep"))
    for job in (first, *jobs):
        operator.call("DELETE", f"/api/research/{job}")
    assert finished(operator, first)["status"] == "cancelled"
