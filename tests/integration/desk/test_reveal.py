"""Revealing the figures of a failed look: its price is read first, the copilot sees none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.gate.report import from_holdout
from engine.records import parse_record
from engine.reports.data import ReportData
from guardrails.people import Role
from guardrails.signing import verified
from guardrails.store import people
from guardrails.store.journal import of_kind
from tests.api_world import PASSWORD, Visitor, World, open_world
from tests.reveal_world import make_refuted

OK, FORBIDDEN, REFUSED, UNKNOWN = 200, 403, 422, 404
COPILOT_DOORS = ("/api/context", "/healthz")


@pytest.fixture(scope="module")
def refuted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A state folder with a refuted candidate, made once; tests work on copies."""
    root = tmp_path_factory.mktemp("refuted") / "state"
    return root, make_refuted(root)


@pytest.fixture
def desk(refuted: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[World, str]]:
    """A desk of its own on a copy of that folder."""
    source, candidate_id = refuted
    shutil.copytree(source, tmp_path / "state")
    with open_world(tmp_path / "state") as world:
        yield world, candidate_id


def _read(visitor: Visitor, candidate_id: str) -> dict[str, float]:
    """The price as a person reads it."""
    offer = visitor.get(f"/api/candidates/{candidate_id}/reveal").json()
    return {"cap_now": offer["cap_now"], "cap_after": offer["cap_after"]}


def _reveal(visitor: Visitor, candidate_id: str) -> Any:  # noqa: ANN401 - JSON
    reply = visitor.post(
        f"/api/candidates/{candidate_id}/reveal", json=_read(visitor, candidate_id)
    )
    assert reply.status_code == OK, reply.text
    return reply.json()


def _report(visitor: Visitor, candidate_id: str) -> ReportData:
    text = visitor.get(f"/reports/{candidate_id}.json").text
    return parse_record(ReportData, text, 8_000_000)


def _person(world: World, name: str, role: Role) -> Visitor:
    """Somebody with one role, signed in."""
    hashed = world.desk.sign_ins._passwords.hash(PASSWORD)
    with world.desk.database.write() as work:
        people.add(work, name, (role,), hashed)
        work.journal("test", "person.added", {"person": name})
    visitor = world.visitor()
    assert visitor.sign_in(name).status_code == OK
    return visitor


def test_the_price_is_read_before(desk: tuple[World, str]) -> None:
    """After one look the next one's cap would fall from 0.05 to a thirtieth, in both languages."""
    world, candidate_id = desk
    visitor = world.operator()
    offer = visitor.get(f"/api/candidates/{candidate_id}/reveal").json()
    assert (offer["cap_now"], offer["shown"]) == (0.05, False)
    assert offer["cap_after"] == pytest.approx(0.10 / 3)
    assert "falls from 0.05 to 0.033" in offer["sentence"]["en"]
    assert "von 0,05 auf 0,033" in offer["sentence"]["de"]
    assert _report(visitor, candidate_id).holdout_state == "sealed"


def test_a_reveal_is_signed_and_counts(desk: tuple[World, str]) -> None:
    """The statement names the person, verifies with the desk's key, and raises k by one once."""
    world, candidate_id = desk
    visitor = world.operator()
    signed = _reveal(visitor, candidate_id)
    assert (signed["person"], signed["k_before"], signed["k_after"]) == ("operator", 2, 3)
    report = world.desk.candidates.get(candidate_id).report
    assert report is not None
    row = world.desk.judge._rooms.looks.rows(*report.families)[0]
    assert row.revealed is not None
    key = world.desk.context.signer.public_hex
    assert verified(key, row.revealed.digest, signed["signature"])
    with world.desk.database.read() as connection:
        (entry,) = of_kind(connection, "look.revealed")
    assert entry.actor == "operator"


def test_people_then_see_the_figures(desk: tuple[World, str]) -> None:
    """The report is drawn again: metrics, findings and facts of the holdout have values."""
    world, candidate_id = desk
    visitor = world.operator()
    before = _report(visitor, candidate_id)
    _reveal(visitor, candidate_id)
    after = _report(visitor, candidate_id)
    assert before.holdout is None
    assert before.gate is not None
    assert after.holdout is not None
    assert after.gate is not None
    measured = [one for one in after.gate.findings if from_holdout(one)]
    assert measured
    assert all(one.value is not None for one in measured)
    kept = [one for one in after.gate.findings if not from_holdout(one)]
    assert kept == [one for one in before.gate.findings if not from_holdout(one)]
    assert not any(fact.sealed for fact in after.gate.facts)
    assert (after.gate.verdict, after.gate.trials) == (before.gate.verdict, before.gate.trials)
    page = visitor.get(f"/reports/{candidate_id}.html").text
    assert "because a person asked for them" in page


def test_the_stored_verdict_stays_sealed(desk: tuple[World, str]) -> None:
    """What the desk signs, stores and hands out by API is as it was."""
    world, candidate_id = desk
    before = world.desk.candidates.get(candidate_id).report
    _reveal(world.operator(), candidate_id)
    assert world.desk.candidates.get(candidate_id).report == before


def _forms(value: float) -> set[str]:
    """Ways in which a figure could be written."""
    return {
        repr(value), f"{value:.6f}", f"{value:.4f}", f"{value * 100:.4f}", f"{value * 100:.2f}",
        f"{value * 100:.2f}".replace(".", ","), f"{value:.4f}".replace(".", ","),
    }  # fmt: skip


def test_the_copilot_never_sees_them(desk: tuple[World, str]) -> None:
    """No byte at any of its doors holds a holdout figure after the reveal; other doors are shut."""
    world, candidate_id = desk
    visitor = world.operator()
    _reveal(visitor, candidate_id)
    gate = _report(visitor, candidate_id).gate
    assert gate is not None
    known = {one.value for one in gate.facts if not one.key.startswith("oos.")}
    values = {
        one.value
        for one in gate.facts
        if one.key.startswith("oos.") and one.value and one.value not in known
    }
    assert len(values) > 10
    service = world.service()
    doors = [*COPILOT_DOORS, f"/api/candidates/{candidate_id}"]
    seen = "".join(service.get(door).text for door in doors)
    written = set(re.findall(r"\d+[.,]\d+", seen))
    told = {form for value in values for form in _forms(abs(value)) if len(form.strip("0.,")) > 3}
    assert len(written) > 10
    assert not told & written
    for door in (
        f"/api/candidates/{candidate_id}/reveal", f"/reports/{candidate_id}.json",
        "/api/experiments", "/api/experiments/1", "/api/experiments/best?market=COIN/USD",
        "/api/experiments/compare?id=1&id=1",
    ):  # fmt: skip
        refused = service.get(door)
        assert refused.status_code == FORBIDDEN
        assert refused.json()["error"]["code"] == "ROLE_FORBIDDEN"


def test_the_registry_holds_no_holdout_figure(desk: tuple[World, str]) -> None:
    """The registry shows the verdict and train figures, revealed or not."""
    world, candidate_id = desk
    visitor = world.operator()
    _reveal(visitor, candidate_id)
    row = visitor.get("/api/experiments/1").json()
    assert (row["verdict"], row["candidate"]) == ("FAIL", candidate_id)
    gate = _report(visitor, candidate_id).gate
    assert gate is not None
    held = {one.value for one in gate.facts if one.key.startswith("oos.") and one.value}
    train = {one.value for one in gate.facts if one.key.startswith("train.")}
    assert not {value for value in row["figures"].values() if value} & (held - train)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER, Role.RISK_OFFICER])
def test_only_a_trader_may(desk: tuple[World, str], role: Role) -> None:
    """Other roles may neither read the price nor pay it; nothing is counted."""
    world, candidate_id = desk
    path = f"/api/candidates/{candidate_id}/reveal"
    asker = _person(world, "somebody", role)
    body = _read(world.operator(), candidate_id)
    for reply in (asker.get(path), asker.post(path, json=body)):
        assert reply.status_code == FORBIDDEN
        assert reply.json()["error"]["code"] == "ROLE_FORBIDDEN"
    trader = _person(world, "trader", Role.TRADER)
    assert trader.post(path, json=body).status_code == OK


def test_another_price_than_the_one_read_is_refused(desk: tuple[World, str]) -> None:
    """A confirmation must repeat the fall of the cap; nothing is shown without it."""
    world, candidate_id = desk
    visitor = world.operator()
    path = f"/api/candidates/{candidate_id}/reveal"
    refused = visitor.post(path, json={"cap_now": 0.05, "cap_after": 0.05})
    assert refused.status_code == REFUSED
    assert refused.json()["error"]["code"] == "REVEAL_NOT_CONFIRMED"
    assert _report(visitor, candidate_id).holdout_state == "sealed"
    _reveal(visitor, candidate_id)


def test_a_second_reveal_counts_nothing(desk: tuple[World, str]) -> None:
    """Open figures need no price: the second asking is refused, k stays."""
    world, candidate_id = desk
    visitor = world.operator()
    body = _read(visitor, candidate_id)
    _reveal(visitor, candidate_id)
    again = visitor.post(f"/api/candidates/{candidate_id}/reveal", json=body)
    assert again.json()["error"]["code"] == "REVEAL_DONE"
    assert _read(visitor, candidate_id) == body


def test_a_desk_that_stopped_half_way_draws_it_later(desk: tuple[World, str]) -> None:
    """Counted but not drawn: asking again draws, and counts nothing more."""
    world, candidate_id = desk
    visitor = world.operator()
    body = _read(visitor, candidate_id)
    looks, signer = world.desk.judge._rooms.looks, world.desk.context.signer
    looks.reveal("look-1", "operator", world.clock.now(), signer.sign)
    assert _report(visitor, candidate_id).holdout_state == "sealed"
    visitor.post(f"/api/candidates/{candidate_id}/reveal", json=body)
    assert _report(visitor, candidate_id).holdout_state == "open"


def test_sealed_figures_are_not_drawn_without_a_reveal(desk: tuple[World, str]) -> None:
    """The drawing itself refuses a look that does not count as seen."""
    world, candidate_id = desk
    with pytest.raises(Exception, match="sealed") as caught:
        world.desk.judge.redraw(candidate_id)
    assert getattr(caught.value, "code", "") == "FIGURES_SEALED"


def test_there_must_be_a_look(desk: tuple[World, str]) -> None:
    """A candidate that is not known has nothing to reveal."""
    world, _ = desk
    reply = world.operator().get(f"/api/candidates/{'0' * 64}/reveal")
    assert reply.status_code == UNKNOWN
    assert reply.json()["error"]["code"] == "CANDIDATE_UNKNOWN"


def test_the_report_has_its_studies(desk: tuple[World, str]) -> None:
    """Costs, statistics with year and N, calibration; those of the holdout once it is open."""
    world, candidate_id = desk
    visitor = world.operator()
    studies = _report(visitor, candidate_id).studies
    assert [point.factor for point in studies.costs] == [0, 1, 2, 4]
    sharpes = [point.sharpe for point in studies.costs]
    assert sharpes == sorted(sharpes, key=lambda one: -(one or 0))
    named = {(one.name, one.year, one.trials) for one in studies.statistics}
    assert named == {("psr", 2012, None), ("min_trl", 2012, None), ("dsr", 2014, 1)}
    assert {one.zone for one in studies.statistics} == {"train"}
    calibration = studies.calibration
    assert calibration is not None
    assert (calibration.trials, calibration.look) == (1, 1)
    assert [point.sharpe for point in calibration.power][:3] == [1.0, 1.5, 2.0]
    assert calibration.train_years == pytest.approx(1_400 / 365.25, rel=0.02)
    _reveal(visitor, candidate_id)
    zones = {one.zone for one in _report(visitor, candidate_id).studies.statistics}
    assert zones == {"train", "holdout"}
