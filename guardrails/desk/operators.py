"""The first operator: made once, by whoever can read the set-up code on the machine itself.

There is no default password. The code lies in the run folder (0600) and is printed by
`peak serve`; it is gone as soon as somebody has used it.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from engine.errors import AccessError
from guardrails.desk.desk_client import DeskClient
from guardrails.desk.enrolling import enrol
from guardrails.desk.folders import Folders
from guardrails.people import Passwords, Person, Role
from guardrails.store import people
from guardrails.store.database import Database

CODE_FILE: Final = "setup.code"
SOLO_ROLES: Final = (Role.TRADER, Role.APPROVER, Role.RISK_OFFICER)


class FirstOperator:
    """Holds the set-up code while nobody is enrolled."""

    def __init__(self, database: Database, passwords: Passwords, run_dir: Path) -> None:
        """Write a code when this installation has nobody yet."""
        self._database = database
        self._passwords = passwords
        self._path = run_dir / CODE_FILE

    def prepare(self) -> None:
        """Make a fresh code if it is needed; remove a stale one."""
        self._path.unlink(missing_ok=True)
        if self.needed():
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(8))

    def needed(self) -> bool:
        """True while nobody is enrolled."""
        with self._database.read() as connection:
            return not people.everybody(connection)

    def enrol(self, code: str, name: str, password: str) -> Person:
        """Enrol the first person with the roles of a one-person installation.

        Raises:
            AccessError: SETUP_DONE or SETUP_CODE.
            InputError: PASSWORD_LENGTH, RECORD_INVALID for the name.
        """
        if not self.needed():
            raise AccessError("SETUP_DONE", "the first operator exists already", hint="sign in")
        wanted = self._path.read_text(encoding="ascii") if self._path.exists() else ""
        if not wanted or not hmac.compare_digest(wanted.encode(), code.strip().encode()):
            raise AccessError(
                "SETUP_CODE", "this is not the set-up code",
                hint="it is printed where `peak serve` was started",
            )  # fmt: skip
        person = enrol(
            self._database, self._passwords, person_id=name, roles=SOLO_ROLES, password=password,
            actor="setup",
        )  # fmt: skip
        self._path.unlink(missing_ok=True)
        return person


def add_first_operator(url: str, folders: Folders, name: str, password: str) -> None:
    """Use the set-up code of a local installation through the desk's own door."""
    code = (folders.run / CODE_FILE).read_text(encoding="ascii")
    DeskClient(url).post("/api/setup", {"code": code, "name": name, "password": password})
