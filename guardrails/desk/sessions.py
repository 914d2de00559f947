"""Signing in: opaque 256-bit ids, only their SHA-256 stored, and what each request proves.

A session ends after a time without a request, after a longest time, when it is revoked, and when
its person is switched off or has a new password. Unknown names, wrong passwords and persons out
of use are answered alike and take equally long; after some failures a name or an address waits.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from config.settings import DeskSettings
from engine.clock import Clock
from engine.text import clean_text
from guardrails.desk.refusing import refuse
from guardrails.people import Caller, Passwords, Role
from guardrails.reasons import Denial, Reason
from guardrails.slow_down import SlowDown
from guardrails.store import people, sessions
from guardrails.store.database import Database, Reading
from guardrails.store.people import StoredPerson
from guardrails.store.sessions import AuthSession

COPILOT: Final = "copilot"
_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: its opaque id for the cookie, its CSRF token, and whose it is."""

    session: str
    csrf: str
    caller: Caller
    ends_at: datetime


def stored_id(session: str) -> str:
    """SHA-256 of an opaque id: what is stored, and what approvals name."""
    return hashlib.sha256(b"peak/session/v1\x00" + session.encode()).hexdigest()


def csrf_token(session: str) -> str:
    """The session's CSRF token; it follows from the id, and the id not from it."""
    return hashlib.sha256(b"peak/csrf/v1\x00" + session.encode()).hexdigest()


def _required() -> Denial:
    return Denial.of(Reason.AUTH_REQUIRED, "sign in first")


class SignIns:
    """The desk's sign-in sessions; one instance per desk process."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        passwords: Passwords,
        settings: DeskSettings,
        copilot_token: str,
    ) -> None:
        """`copilot_token` is the one service token; an empty one lets nobody in."""
        self._db = db
        self._clock = clock
        self._passwords = passwords
        self._idle = timedelta(minutes=settings.sign_in_idle_minutes)
        self._longest = timedelta(hours=settings.sign_in_max_hours)
        self._copilot = hashlib.sha256(copilot_token.encode()).digest() if copilot_token else None
        self._slow = SlowDown(clock)
        # when a session was last used lives in memory: it is no state, and a restart is strict
        self._seen: dict[str, datetime] = {}

    def sign_in(
        self, name: str, password: str, *, address: str = "", label: str = ""
    ) -> SignedIn | Denial:
        """A new session, or AUTH_FAILED, or AUTH_LOCKED after repeated failures."""
        person = self._verified(name, password, address, "auth.refused")
        if isinstance(person, Denial):
            return person
        now = self._clock.now()
        return self._open(person, now + self._longest, "auth.signed_in", clean_text(label, 80))

    def _verified(self, name: str, password: str, address: str, kind: str) -> StoredPerson | Denial:
        keys = [f"name:{name}", *([f"address:{address}"] if address else [])]
        wait = max(self._slow.wait_s(key) for key in keys)
        if wait > 0:
            return self._refused(
                kind,
                name,
                Reason.AUTH_LOCKED,
                "too many tries: wait a little",
                wait_s=f"{wait:.0f}",
            )
        for key in keys:
            self._slow.tried(key)
        with self._db.read() as connection:
            stored = people.find(connection, name)
        fits = self._passwords.matches(stored.password_hash if stored else None, password)
        if stored is None or not fits or not stored.person.active:
            return self._refused(
                kind, name, Reason.AUTH_FAILED, "name or password is wrong: try again"
            )
        for key in keys:
            self._slow.succeeded(key)
        return stored

    def _refused(
        self, kind: str, name: str, code: Reason, sentence: str, **values: object
    ) -> Denial:
        denial = Denial.of(code, sentence, **values)
        refuse(self._db, "anonymous", kind, (denial,), name=clean_text(name, 64))
        return denial

    def _open(
        self, stored: StoredPerson, ends_at: datetime, kind: str, label: str, ends: str = ""
    ) -> SignedIn:
        """A session in the store; `ends` names the one that it replaces."""
        session, now = token_urlsafe(_ID_BYTES), self._clock.now()
        row = AuthSession(
            id=stored_id(session),
            person_id=stored.person.person_id,
            credential_version=stored.credential_version,
            created_at=now,
            proved_at=now,
            ends_at=ends_at,
            revoked_at=None,
            label=label,
        )
        with self._db.write() as work:
            if ends:
                sessions.revoke(work, ends)
            sessions.add(work, row)
            work.journal(row.person_id, kind, {"session": row.id, "ends_at": ends_at})
        self._seen[row.id] = now
        return SignedIn(session, csrf_token(session), _caller(stored, row), ends_at)

    def caller(self, session: str | None) -> Caller | Denial:
        """Who this session is now, with the roles of now; AUTH_REQUIRED when it has ended."""
        if not session:
            return _required()
        with self._db.read() as connection:
            found = self._alive(connection, stored_id(session))
        if found is None:
            return _required()
        self._seen[found[1].id] = self._clock.now()
        return _caller(*found)

    def _alive(
        self, connection: Reading, session_id: str
    ) -> tuple[StoredPerson, AuthSession] | None:
        row = sessions.find(connection, session_id)
        if row is None or row.revoked_at is not None:
            return None
        now = self._clock.now()
        seen = self._seen.get(session_id, row.created_at)
        if not (row.created_at <= now < row.ends_at and now - seen <= self._idle):
            self._seen.pop(session_id, None)
            return None
        stored = people.find(connection, row.person_id)
        if stored is None or not stored.person.active:
            return None
        return (stored, row) if stored.credential_version == row.credential_version else None

    def csrf_refusal(self, session: str, token: str) -> Denial | None:
        """AUTH_CSRF, journalled, unless the token is this session's."""
        if hmac.compare_digest(csrf_token(session).encode(), token.encode()):
            return None
        denial = Denial.of(Reason.AUTH_CSRF, "the page's token does not fit: load the page again")
        refuse(self._db, "anonymous", "auth.csrf_refused", (denial,), session=stored_id(session))
        return denial

    def prove(self, session: str, password: str, *, address: str = "") -> Caller | Denial:
        """The caller with the password given just now, for one act; the session stays as it is."""
        found = self._proved(session, password, address)
        if isinstance(found, Denial):
            return found
        stored, row = found
        return _caller(stored, row, self._clock.now())

    def step_up(self, session: str, password: str, *, address: str = "") -> SignedIn | Denial:
        """The same sign-in under a new id, with the password given just now."""
        found = self._proved(session, password, address)
        if isinstance(found, Denial):
            return found
        stored, row = found
        opened = self._open(stored, row.ends_at, "auth.stepped_up", row.label, ends=row.id)
        self._seen.pop(row.id, None)
        return opened

    def _proved(
        self, session: str, password: str, address: str
    ) -> tuple[StoredPerson, AuthSession] | Denial:
        with self._db.read() as connection:
            found = self._alive(connection, stored_id(session))
        if found is None:
            return _required()
        name = found[0].person.person_id
        verified = self._verified(name, password, address, "auth.step_up_refused")
        return verified if isinstance(verified, Denial) else (verified, found[1])

    def sign_out(self, session: str) -> None:
        """End this session."""
        with self._db.read() as connection:
            row = sessions.find(connection, stored_id(session))
        if row is not None:
            self._revoke(row.person_id, row.id)

    def revoke(self, caller: Caller, session_id: str) -> bool:
        """End one of the caller's own sessions by its stored id; False when it is none."""
        with self._db.read() as connection:
            row = sessions.find(connection, session_id)
        if row is None or row.person_id != caller.person_id:
            return False
        return self._revoke(caller.person_id, row.id)

    def _revoke(self, actor: str, session_id: str) -> bool:
        self._seen.pop(session_id, None)
        with self._db.write() as work:
            done = sessions.revoke(work, session_id)
            work.journal(actor, "auth.signed_out", {"session": session_id, "open": done})
        return done

    def open_sessions(self, caller: Caller) -> tuple[AuthSession, ...]:
        """The caller's sessions that are alive now, newest first."""
        with self._db.read() as connection:
            rows = sessions.of_person(connection, caller.person_id)
            return tuple(row for row in rows if self._alive(connection, row.id) is not None)

    def service(self, token: str) -> Caller | Denial:
        """The copilot service by its token, compared in constant time; AUTH_TOKEN_INVALID else."""
        offered = hashlib.sha256(token.encode()).digest()
        if self._copilot is not None and hmac.compare_digest(offered, self._copilot):
            return Caller(person_id=COPILOT, roles=(Role.COPILOT,), credential_id="token")
        denial = Denial.of(Reason.AUTH_TOKEN_INVALID, "the service token is not known")
        refuse(self._db, "anonymous", "auth.token_refused", (denial,))
        return denial


def _caller(stored: StoredPerson, row: AuthSession, proved_at: datetime | None = None) -> Caller:
    return Caller(
        person_id=stored.person.person_id,
        roles=stored.person.roles,
        credential_id=stored.person.credential_id,
        auth_session_id=row.id,
        proved_at=proved_at or row.proved_at,
    )
