"""Check of the trial ledger: every row against the journal, the journal against itself.

The stored texts are canonical, so they are hashed as they stand: nothing is read into records.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, String, Table, select, true, type_coerce

from engine.errors import IntegrityError
from engine.ledger import SPEC_TAG
from engine.records import digest_bytes
from guardrails.store.candidate_schema import (
    trial_families,
    trial_lineages,
    trial_outcomes,
    trial_specs,
    trials,
)
from guardrails.store.journal import of_kind, verify
from guardrails.store.json_sql import json_items
from guardrails.store.ledger_tables import digest_of

OPENED: Final = "trial.opened"
COMPLETED: Final = "trial.completed"
KINDS: Final = (OPENED, COMPLETED)

_Found = Mapping[tuple[int, int], Hashable]


def check_ledger(connection: Connection, chain: str) -> None:
    """Compare all tables of the ledger with the journal of this file.

    Raises:
        IntegrityError: LEDGER_BROKEN with the number of the first trial that does not fit.
    """
    report = verify(connection, chain)
    if not report.ok:
        raise _broken(f"row {report.first_bad} of the journal does not fit", report.first_bad)
    journal = _Journal(connection)
    _compare(_starts(connection), journal.starts)
    _compare(_appended(connection, trial_lineages), journal.lineages)
    _compare(_appended(connection, trial_outcomes), journal.outcomes)
    _check_families(connection)
    _check_specs(connection, journal.specs)


def _broken(what: str, value: object) -> IntegrityError:
    return IntegrityError(
        "LEDGER_BROKEN", what, value=value,
        hint="verify the journal and restore the store from a backup",
    )  # fmt: skip


def _compare(found: _Found, wanted: _Found) -> None:
    if found == wanted:
        return
    first, _ = min(n for n in found.keys() | wanted.keys() if found.get(n) != wanted.get(n))
    raise _broken(f"trial {first} does not match the journal", first)


def _starts(connection: Connection) -> _Found:
    opened_at = type_coerce(trials.c.opened_at, String)
    query = select(trials.c.n, trials.c.key_digest, trials.c.payload, opened_at.label("time"))
    return {
        (row.n, 0): (digest_of(row.payload), row.key_digest, row.time)
        for row in connection.execute(query)
    }


def _appended(connection: Connection, table: Table) -> _Found:
    """Digests of what was appended to trials, by trial and row."""
    return {(row.n, row.row): digest_of(row.payload) for row in connection.execute(select(table))}


class _Journal:
    """What the journal says the ledger holds."""

    def __init__(self, connection: Connection) -> None:
        self.starts: dict[tuple[int, int], Hashable] = {}
        self.lineages: dict[tuple[int, int], Hashable] = {}
        self.outcomes: dict[tuple[int, int], Hashable] = {}
        self.specs: set[str] = set()
        for entry in of_kind(connection, OPENED):
            said: dict[str, Any] = json.loads(entry.payload)
            for n, start, key in said["trials"]:
                self.starts[int(n), 0] = (start, key, entry.time)
            _note(self.lineages, said["lineages"])
            self.specs.update(said["specs"])
        for entry in of_kind(connection, COMPLETED):
            _note(self.outcomes, json.loads(entry.payload)["outcomes"])


def _note(found: dict[tuple[int, int], Hashable], said: Iterable[tuple[int, int, str]]) -> None:
    for n, row, text in said:
        found[int(n), int(row)] = text


def _check_families(connection: Connection) -> None:
    """The side table names exactly the families that stand in the starts."""
    each = json_items(trials.c.payload, "families")
    said = select(trials.c.n, each.c.value).select_from(trials.join(each, true()))
    kept = select(trial_families.c.n, trial_families.c.family)
    for one, other in ((said, kept), (kept, said)):
        found = connection.execute(one.except_(other).order_by("n").limit(1)).first()
        if found is not None:
            raise _broken(f"the families of trial {found.n} were changed", found.n)


def _check_specs(connection: Connection, journaled: set[str]) -> None:
    kept = {
        row.digest: digest_bytes(SPEC_TAG, row.payload.encode())
        for row in connection.execute(select(trial_specs))
    }
    wrong = [name for name, text in kept.items() if name != text]
    for name in sorted({*wrong, *(journaled ^ kept.keys())}):
        raise _broken("the text of a spec that was tried is missing or changed", name)
