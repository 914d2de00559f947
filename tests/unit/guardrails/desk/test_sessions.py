"""Signing in: opaque ids, short lives, equal answers, and a wait after repeated failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import DeskSettings
from engine.clock import FixedClock
from guardrails.desk.enrolling import change_password, change_roles
from guardrails.desk.sessions import SignedIn, SignIns, csrf_token, stored_id
from guardrails.people import Caller, Role
from guardrails.reasons import Denial, Reason
from tests.desk_world import CHEAP, PASSWORD, DeskWorld

TOKEN = "t" * 43


@pytest.fixture
def signs(world: DeskWorld) -> SignIns:
    """The desk's sign-ins with the default times: 15 minutes idle, 8 hours at most."""
    return SignIns(world.db, world.clock, CHEAP, DeskSettings(), TOKEN)


def signed_in(signs: SignIns, name: str = "approver-1") -> SignedIn:
    """A fresh session."""
    found = signs.sign_in(name, PASSWORD)
    assert isinstance(found, SignedIn)
    return found


def code(answer: object) -> Reason | None:
    """The code of a refusal, None for anything else."""
    return answer.code if isinstance(answer, Denial) else None


def test_a_right_password_opens_a_session(world: DeskWorld, signs: SignIns) -> None:
    """Whose it is, with which roles, and the password counts as given now."""
    found = signed_in(signs)
    who = signs.caller(found.session)
    assert isinstance(who, Caller)
    assert (who.person_id, who.roles) == ("approver-1", (Role.APPROVER,))
    assert who.auth_session_id == stored_id(found.session)
    assert who.proved_at == world.clock.now()
    assert who == found.caller
    assert [row.actor for row in world.journal("auth.signed_in")] == ["approver-1"]


def test_ids_are_long_random_and_not_stored(world: DeskWorld, signs: SignIns) -> None:
    """256 bits, different each time, and only a hash in the file and the journal."""
    first, second = signed_in(signs), signed_in(signs)
    assert first.session != second.session
    assert len(first.session) == 43
    world.db.close()
    raw = b"".join(path.read_bytes() for path in Path(world.folder).glob("desk.db*"))
    assert stored_id(first.session).encode() in raw
    assert first.session.encode() not in raw
    assert first.csrf.encode() not in raw
    assert PASSWORD.encode() not in raw


@pytest.mark.parametrize(
    ("name", "password"),
    [("approver-1", "a wrong sentence"), ("nobody", PASSWORD), ("approver-1", ""), ("", "")],
)
def test_unknown_and_wrong_look_alike(signs: SignIns, name: str, password: str) -> None:
    """One code, one sentence, no hint which of the two was wrong; the right pair passes."""
    refused = signs.sign_in(name, password)
    assert isinstance(refused, Denial)
    assert (refused.code, refused.values) == (Reason.AUTH_FAILED, ())
    assert refused.message == "name or password is wrong: try again"
    assert signed_in(signs)


def test_somebody_out_of_use_looks_like_nobody(world: DeskWorld, signs: SignIns) -> None:
    """Switched off: the same refusal, and the open session has ended."""
    found = signed_in(signs)
    change_roles(
        world.db, person_id="approver-1", roles=[Role.APPROVER], active=False, actor="admin-1"
    )
    assert code(signs.sign_in("approver-1", PASSWORD)) is Reason.AUTH_FAILED
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED


@pytest.mark.parametrize("name", ["approver-1", "nobody"])
def test_repeated_failures_wait_and_then_pass(world: DeskWorld, signs: SignIns, name: str) -> None:
    """After five failures the right password waits too, for a short time; names are alike."""
    for _ in range(5):
        assert code(signs.sign_in(name, "a wrong sentence")) is Reason.AUTH_FAILED
    assert code(signs.sign_in(name, PASSWORD)) is Reason.AUTH_LOCKED
    assert signed_in(signs, "approver-2")
    world.advance(5)
    after = signs.sign_in(name, PASSWORD)
    assert code(after) is (Reason.AUTH_FAILED if name == "nobody" else None)
    assert {row.actor for row in world.journal("auth.refused")} == {"anonymous"}


def test_an_address_waits_too(signs: SignIns) -> None:
    """Many names from one address count together; another address is not slowed."""
    for number in range(5):
        signs.sign_in(f"name-{number}", "a wrong sentence", address="10.0.0.9")
    locked = signs.sign_in("approver-1", PASSWORD, address="10.0.0.9")
    assert code(locked) is Reason.AUTH_LOCKED
    assert code(signs.sign_in("approver-1", PASSWORD, address="10.0.0.8")) is None


@pytest.mark.parametrize("session", [None, "", "x", "x" * 43])
def test_a_strange_id_is_nobody(signs: SignIns, session: str | None) -> None:
    """Missing and invented ids are answered alike."""
    assert code(signs.caller(session)) is Reason.AUTH_REQUIRED


def test_a_session_ends_when_it_is_not_used(world: DeskWorld, signs: SignIns) -> None:
    """Fifteen minutes without a request; each request starts them again."""
    found = signed_in(signs)
    for _ in range(3):
        world.advance(900)
        assert code(signs.caller(found.session)) is None
    world.advance(900.001)
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED


def test_a_session_ends_after_eight_hours(world: DeskWorld, signs: SignIns) -> None:
    """However busy it was."""
    found = signed_in(signs)
    for _ in range(47):
        world.advance(600)
        assert code(signs.caller(found.session)) is None
    world.advance(600)
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED


def test_a_restart_is_strict(world: DeskWorld, signs: SignIns) -> None:
    """A new process counts idle time from the sign-in, because it saw no request since."""
    found = signed_in(signs)
    world.advance(600)
    assert code(signs.caller(found.session)) is None
    world.advance(600)
    fresh = SignIns(world.db, world.clock, CHEAP, DeskSettings(), TOKEN)
    assert code(fresh.caller(found.session)) is Reason.AUTH_REQUIRED
    assert code(signs.caller(found.session)) is None


def test_signing_out_ends_it(signs: SignIns) -> None:
    """This session, and no other of the person."""
    first, second = signed_in(signs), signed_in(signs)
    signs.sign_out(first.session)
    signs.sign_out("never there")
    assert code(signs.caller(first.session)) is Reason.AUTH_REQUIRED
    assert code(signs.caller(second.session)) is None


def test_a_person_sees_and_revokes_only_their_own_sessions(signs: SignIns) -> None:
    """Another person's session can neither be listed nor ended."""
    mine, phone, theirs = signed_in(signs), signed_in(signs), signed_in(signs, "trader-1")
    listed = signs.open_sessions(mine.caller)
    assert {row.id for row in listed} == {stored_id(mine.session), stored_id(phone.session)}
    assert not signs.revoke(mine.caller, stored_id(theirs.session))
    assert signs.revoke(mine.caller, stored_id(phone.session))
    assert not signs.revoke(mine.caller, stored_id(phone.session))
    assert code(signs.caller(theirs.session)) is None
    assert [row.id for row in signs.open_sessions(mine.caller)] == [stored_id(mine.session)]


def test_roles_are_read_at_each_request(world: DeskWorld, signs: SignIns) -> None:
    """A role that was taken away is gone in the open session too."""
    found = signed_in(signs)
    change_roles(
        world.db, person_id="approver-1", roles=[Role.VIEWER], active=True, actor="admin-1"
    )
    who = signs.caller(found.session)
    assert isinstance(who, Caller)
    assert who.roles == (Role.VIEWER,)


def test_a_new_password_ends_all_sessions(world: DeskWorld, signs: SignIns) -> None:
    """And is another credential."""
    found = signed_in(signs)
    change_password(
        world.db, CHEAP, person_id="approver-1", password="quite another one", actor="admin-1"
    )
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED
    assert code(signs.sign_in("approver-1", PASSWORD)) is Reason.AUTH_FAILED
    again = signs.sign_in("approver-1", "quite another one")
    assert isinstance(again, SignedIn)
    assert again.caller.credential_id == "password-2"


def test_a_step_up_gives_a_new_id_and_keeps_the_end(world: DeskWorld, signs: SignIns) -> None:
    """The old id is dead, the new one's password is fresh, and eight hours stay eight hours."""
    found = signed_in(signs)
    world.advance(600)
    stepped = signs.step_up(found.session, PASSWORD)
    assert isinstance(stepped, SignedIn)
    assert stepped.session != found.session
    assert stepped.ends_at == found.ends_at
    assert stepped.caller.proved_at == world.clock.now()
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED
    assert code(signs.caller(stepped.session)) is None


def test_a_wrong_password_does_not_step_up(signs: SignIns) -> None:
    """The session stays as it was; repeated failures wait here too."""
    found = signed_in(signs)
    for _ in range(5):
        assert code(signs.step_up(found.session, "a wrong sentence")) is Reason.AUTH_FAILED
    assert code(signs.step_up(found.session, PASSWORD)) is Reason.AUTH_LOCKED
    assert code(signs.prove(found.session, PASSWORD)) is Reason.AUTH_LOCKED
    assert code(signs.step_up("x" * 43, PASSWORD)) is Reason.AUTH_REQUIRED
    assert code(signs.caller(found.session)) is None


def test_proving_serves_one_act(world: DeskWorld, signs: SignIns) -> None:
    """The caller of this request has a fresh password; the next request has the old one."""
    found = signed_in(signs)
    world.advance(400)
    proved = signs.prove(found.session, PASSWORD)
    later = signs.caller(found.session)
    assert isinstance(proved, Caller)
    assert isinstance(later, Caller)
    assert proved.proved_at == world.clock.now()
    assert later.proved_at == found.caller.proved_at
    assert proved.auth_session_id == later.auth_session_id


def test_the_csrf_token_belongs_to_one_session(world: DeskWorld, signs: SignIns) -> None:
    """Its own passes; another session's, an empty and a mangled one do not."""
    mine, other = signed_in(signs), signed_in(signs)
    assert signs.csrf_refusal(mine.session, mine.csrf) is None
    assert mine.csrf == csrf_token(mine.session)
    for wrong in (other.csrf, "", mine.csrf[:-1], mine.session, "é"):
        assert code(signs.csrf_refusal(mine.session, wrong)) is Reason.AUTH_CSRF
    assert len(world.journal("auth.csrf_refused")) == 5


def test_the_service_token_is_the_copilot_and_nobody_else(world: DeskWorld, signs: SignIns) -> None:
    """The right token has the copilot's role alone; every other text is refused."""
    who = signs.service(TOKEN)
    assert isinstance(who, Caller)
    assert (who.roles, who.auth_session_id) == ((Role.COPILOT,), None)
    for wrong in ("", "t" * 42, "t" * 44, "u" * 43):
        assert code(signs.service(wrong)) is Reason.AUTH_TOKEN_INVALID
    assert len(world.journal("auth.token_refused")) == 4


def test_without_a_configured_token_nobody_is_the_copilot(world: DeskWorld) -> None:
    """An empty setting is not an empty password."""
    none = SignIns(world.db, world.clock, CHEAP, DeskSettings(), "")
    assert code(none.service("")) is Reason.AUTH_TOKEN_INVALID


def test_a_clock_set_back_before_the_sign_in_ends_it(world: DeskWorld, signs: SignIns) -> None:
    """A session from the future is none."""
    found = signed_in(signs)
    clock: FixedClock = world.clock
    clock.advance(-10)
    assert code(signs.caller(found.session)) is Reason.AUTH_REQUIRED
