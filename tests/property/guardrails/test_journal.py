"""Any changed byte of any row is found, wherever it stands."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData

from engine.clock import FixedClock
from guardrails.store.database import open_database
from tests.desk_world import NOW

COLUMNS = ("time", "actor", "kind", "payload", "prev", "h")
texts = st.text(min_size=1, max_size=20)


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(texts, texts), min_size=1, max_size=5),
    column=st.sampled_from(COLUMNS),
    data=st.data(),
)
def test_every_changed_character_is_found(
    rows: list[tuple[str, str]], column: str, data: st.DataObject
) -> None:
    """Change one character of one column of one row: that row is named; unchanged, none is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        db = open_database(path, MetaData(), "test", FixedClock(NOW))
        with db.write() as work:
            for actor, text in rows:
                work.journal(actor, "did", {"text": text})
        assert db.verify().ok
        row = data.draw(st.integers(1, len(rows)))
        with sqlite3.connect(path) as raw:
            raw.execute("DROP TRIGGER journal_no_update")
            read = f"SELECT {column} FROM journal WHERE n = ?"  # noqa: S608 - a name from COLUMNS
            (before,) = raw.execute(read, (row,)).fetchone()
            place = data.draw(st.integers(0, max(len(before) - 1, 0)))
            other = data.draw(
                st.characters(codec="utf-8").filter(lambda c: c != before[place:][:1])
            )
            changed = before[:place] + other + before[place + 1 :]
            write = f"UPDATE journal SET {column} = ? WHERE n = ?"  # noqa: S608 - as above
            raw.execute(write, (changed, row))
        raw.close()
        report = db.verify()
        db.close()
        assert (report.ok, report.first_bad) == (False, row)
