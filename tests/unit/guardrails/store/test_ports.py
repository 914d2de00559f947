"""Every port of the desk's store on both databases: rows come back, claims are single."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest

from guardrails.approvals import ShownPage
from guardrails.people import Role
from guardrails.store import approvals, halts, people, sessions, tickets
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.chat import ChatStore
from guardrails.store.database import Database
from guardrails.store.desk_view import DeskView
from guardrails.store.outbox import enqueue
from guardrails.store.sessions import AuthSession
from guardrails.store.verdicts import RecordedVerdict, verdicts
from guardrails.tickets import RiskVerdict, TicketState
from guardrails.trading_state import TradingState
from tests.desk_world import NOW
from tests.gateway_world import CERTIFICATE, approval, certified, signed, ticket
from tests.store_places import StorePlace
from tests.verdict_world import judged, submitted

SESSION = AuthSession("5" * 64, "ada", 1, NOW, NOW, NOW + timedelta(hours=1), None, "browser")


@pytest.fixture
def ada(database: Database) -> Database:
    """A store with one person."""
    with database.write() as work:
        people.add(work, "ada", (Role.TRADER, Role.APPROVER), "hash")
        work.journal("admin", "person.added", {"person": "ada"})
    return database


@pytest.fixture
def pending(ada: Database) -> Database:
    """A store with a person and a pending ticket."""
    with ada.write() as work:
        tickets.add(work, ticket(), RiskVerdict(), TicketState.PENDING)
        work.journal("ada", "ticket.proposed", {"ticket_digest": ticket().digest})
    return ada


def test_people_come_back_and_a_new_password_is_a_new_credential(ada: Database) -> None:
    """Roles, activity and credential change; the name never does."""
    with ada.write() as work:
        people.set_password(work, "ada", "other")
        people.set_roles(work, "ada", (Role.VIEWER,), active=False)
        work.journal("admin", "person.changed", {"person": "ada"})
    with ada.read() as reading:
        found = people.find(reading, "ada")
        assert found is not None
        assert (found.password_hash, found.credential_version) == ("other", 2)
        assert people.everybody(reading) == (found.person,)
        assert (found.person.roles, found.person.active) == ((Role.VIEWER,), False)
        assert people.find(reading, "bob") is None


def test_a_session_ends_once(ada: Database) -> None:
    """Revoking it again changes nothing."""
    with ada.write() as work:
        sessions.add(work, SESSION)
        work.journal("ada", "session.began", {})
    with ada.write() as work:
        assert [sessions.revoke(work, SESSION.id) for _ in range(2)] == [True, False]
        assert sessions.revoke_all(work, "ada") == 0
        work.journal("ada", "session.ended", {})
    with ada.read() as reading:
        assert sessions.find(reading, SESSION.id) == sessions.of_person(reading, "ada")[0]
        assert sessions.of_person(reading, "ada")[0].revoked_at == NOW


def test_a_ticket_comes_back_and_moves_once(pending: Database) -> None:
    """Its bytes, its verdict, its quantity to the last digit; one move from each state."""
    asked = ticket()
    with pending.read() as reading:
        stored = tickets.find(reading, asked.digest)
        assert stored is not None
        assert (stored.ticket, stored.verdict, stored.state) == (
            asked, RiskVerdict(), TicketState.PENDING,
        )  # fmt: skip
        assert tickets.newest(reading) == tickets.in_state(reading, TicketState.PENDING)
        assert tickets.live_twin(reading, asked, NOW) == asked.digest
        other = ticket(quantity=Decimal("5.5"), signal_digest="9" * 64)
        assert tickets.live_twin(reading, other, NOW) is None
    with pending.write() as work:
        moves = [
            tickets.move(work, asked.digest, TicketState.PENDING, TicketState.REJECTED)
            for _ in range(2)
        ]
        work.journal("ada", "ticket.rejected", {})
    assert moves == [True, False]
    with pending.read() as reading:
        assert tickets.rejected_since(reading, asked, NOW - timedelta(seconds=1))
        assert not tickets.rejected_since(reading, asked, NOW)


def test_a_nonce_and_an_approval_are_used_once(pending: Database) -> None:
    """Each claim succeeds for one caller and never again; the signed bytes come back."""
    mine = signed(approval(ticket(), person_id="ada"))
    page = ShownPage("n" * 32, ticket().digest, "ada", SESSION.id, NOW, used=False)
    with pending.write() as work:
        approvals.show(work, page)
        assert approvals.page_of(work.connection, page.nonce) == page
        assert [approvals.burn(work, page.nonce) for _ in range(2)] == [True, False]
        approvals.record(work, mine)
        uses = [approvals.use(work, mine.approval.digest, ticket().digest) for _ in range(2)]
        assert uses == [True, False]
        assert not approvals.use(work, mine.approval.digest, "0" * 64)
        work.journal("ada", "ticket.approved", {})
    with pending.read() as reading:
        (stored,) = approvals.of_ticket(reading, ticket().digest)
        assert (stored.signed, stored.used) == (mine, True)
        since = mine.approval.decided_at
        assert approvals.decisions_since(reading, "ada", since) == 1
        assert approvals.decisions_since(reading, "ada", since + timedelta(seconds=1)) == 0


def test_of_many_who_claim_at_once_one_has_it(pending: Database) -> None:
    """Twenty threads on one ticket: one move, and a journal without a gap."""

    def claim(number: int) -> bool:
        with pending.write() as work:
            work.journal(f"thread-{number}", "ticket.claimed", {})
            return tickets.move(work, ticket().digest, TicketState.PENDING, TicketState.RELEASED)

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(claim, range(20))) == 1
    report = pending.verify()
    assert (report.ok, report.rows) == (True, 22)


def test_candidates_move_forward_and_verdicts_are_counted(database: Database) -> None:
    """Submitted once per key, judged with its report, listed newest first."""
    rule = "7" * 64
    waiting = submitted(database, 0)
    judged(database, 1, rule, "PASS")
    store = CandidateStore(database)
    assert store.unfinished() == (waiting,)
    store.progress(waiting, "stage", 0.25)
    assert store.get(waiting).share == 0.25
    store.failed(waiting, "FAULT", "something broke")
    newest, oldest = store.list()
    assert (newest.status, oldest.status, oldest.error) == (
        "judged", "failed", "FAULT: something broke",
    )  # fmt: skip
    assert verdicts(database)[rule] == RecordedVerdict("PASS", "paper", judged=1, passed=1)


def test_a_certificate_is_kept_and_revoked_for_good(database: Database) -> None:
    """The peer sees both."""
    one = certified()
    store = CertificateStore(database)
    store.add_renewal(one, "gate")
    assert (store.get(CERTIFICATE.digest), store.list()) == (one, (one,))
    assert not store.revoked(CERTIFICATE.digest)
    for _ in range(2):
        store.revoke(CERTIFICATE.digest, "DATA_CHANGED", "ada")
    assert store.revoked(CERTIFICATE.digest)


def test_a_reader_beside_the_writer_sees_what_was_committed(
    database: Database, place: StorePlace
) -> None:
    """The gateway's handle: release, state and journal, and no write."""
    with closing(place.open(read_only=True)) as peer:
        view = DeskView(peer)
        assert (view.after(0), view.trading_state()) == ((), TradingState.ACTIVE)
        with database.write() as work:
            number = enqueue(work, "release", {"ticket": 1})
            halts.set_state(work, TradingState.HALTED, "ada", "drill")
            work.journal("ada", "ticket.released", {"ticket_digest": "3" * 64})
            assert view.after(0) == ()
        assert [row.n for row in view.after(0)] == [number]
        assert view.released("3" * 64)
        assert view.trading_state() is TradingState.HALTED


def test_a_request_to_trade_again_has_a_number(ada: Database) -> None:
    """A newer request makes the one before void."""
    with ada.write() as work:
        first = halts.add_request(work, "ada", "calm", frozenset({"a"}))
        second = halts.add_request(work, "ada", "calm again", frozenset())
        work.journal("ada", "rearm.asked", {})
    with ada.read() as reading:
        found = halts.open_request(reading)
    assert first < second
    assert found is not None
    assert (found.n, found.reason, found.requested_at) == (second, "calm again", NOW)


def test_a_chat_is_its_persons_own(database: Database) -> None:
    """Messages in order, threads by last use, nothing of anybody else."""
    chat = ChatStore(database)
    for thread, words in (("one", "first"), ("two", "second"), ("one", "third")):
        chat.add(thread, "ada", "user", {"text": words})
    chat.add("three", "bob", "user", {"text": "mine"})
    assert [one.payload["text"] for one in chat.thread("one", "ada")] == ["first", "third"]
    assert [(one.thread_id, one.title) for one in chat.threads("ada")] == [
        ("one", "first"), ("two", "second"),
    ]  # fmt: skip
    assert chat.thread("three", "ada") == ()
