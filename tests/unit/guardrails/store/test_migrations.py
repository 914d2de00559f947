"""Versions of the stores: made and stamped, upgraded after a backup, refused, triggers kept."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from subprocess import run

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, inspect, text

from engine.clock import FixedClock
from engine.errors import IntegrityError, UnavailableError
from guardrails.store import guards, versions
from guardrails.store.database import Database, append_only, mutable_only, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.journal import journal_table, of_kind, tail
from guardrails.store.migrations import running
from guardrails.store.migrations.scripts import schema_text
from tests.desk_world import NOW
from tests.needs import OPTIONS, ROOT
from tests.store_places import StorePlace

STORES = {"desk": desk_metadata, "gateway": gateway_metadata}
FILES = [("desk", "sqlite"), ("desk", "postgresql"), ("gateway", "sqlite")]


def whole(chain: str) -> MetaData:
    """All tables of a store, its journal among them."""
    metadata = STORES[chain]
    if "journal" not in metadata.tables:
        append_only(journal_table(metadata))
    return metadata


@pytest.mark.parametrize(("chain", "dialect"), FILES)
def test_the_first_version_is_the_schema_of_this_build(chain: str, dialect: str) -> None:
    """The frozen text makes what the tables say, until a second version is written beside it."""
    if len(versions.HISTORY[chain]) > 1:
        pytest.skip("a later version exists; the test of the upgraded schema holds instead")
    file = running.scripts_of(chain) / "versions" / f"r0001_baseline.{dialect}.sql"
    made = schema_text(whole(chain), dialect)
    if OPTIONS.renew_golden:
        file.write_text(made, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == made


@pytest.mark.parametrize("chain", STORES)
def test_the_versions_that_are_known_are_those_that_are_there(chain: str) -> None:
    """The list that a start looks into is the chain of the files."""
    assert running.history(running.scripts_of(chain)) == versions.HISTORY[chain]


def shape(database: Database) -> dict[str, object]:
    """Everything that a schema is: tables, columns, indexes, keys and triggers."""
    with database.read() as connection:
        seen = inspect(connection)
        found: dict[str, object] = {"triggers": guards.present(connection)}
        for table in seen.get_table_names():
            found[table] = (
                [
                    (one["name"], str(one["type"]), one["nullable"])
                    for one in seen.get_columns(table)
                ],
                sorted(str(one["column_names"]) for one in seen.get_indexes(table)),
                sorted(str(one["column_names"]) for one in seen.get_unique_constraints(table)),
                sorted(str(one["constrained_columns"]) for one in seen.get_foreign_keys(table)),
                seen.get_pk_constraint(table)["constrained_columns"],
            )
    return found


def test_every_version_in_a_row_makes_the_same_store(
    empty_place: StorePlace, tmp_path: Path
) -> None:
    """A store that went through all versions is the one that is made at once, triggers included."""
    with closing(empty_place.open(metadata=MetaData(), chain="none")) as database:
        with database._engine.connect() as connection:
            connection.execute(text("DROP TABLE journal"))
            running.steps(connection, running.scripts_of("desk"))
            connection.commit()
        stepped = shape(database)
    server = empty_place.server
    other = server.url(server.new()) if server else tmp_path / "other.db"
    with closing(StorePlace(other, server).open()) as database:
        assert shape(database) == stepped


def test_an_empty_place_is_made_and_stamped(empty_place: StorePlace) -> None:
    """The second start finds what the first one made."""
    for _ in range(2):
        with closing(empty_place.open()) as database, database.read() as connection:
            assert versions.version_of(connection, "desk") == versions.Version(
                versions.HISTORY["desk"][-1], "current"
            )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE alembic_version SET version_num = 'desk_9999'", "STORE_NEWER"),
        ("DELETE FROM alembic_version", "STORE_NEWER"),
        ("DROP TABLE alembic_version", "STORE_UNVERSIONED"),
    ],
)
def test_a_store_of_another_build_is_refused(place: StorePlace, change: str, code: str) -> None:
    """The code and what to do; the store is left as it is, and opens again when it fits."""
    place.open().close()
    place.insider(change, keep_triggers=True)
    with pytest.raises(UnavailableError) as caught:
        place.open()
    assert caught.value.code == code
    assert caught.value.hint
    place.insider(
        "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"
        if place.server
        else "CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT PRIMARY KEY)",
        "DELETE FROM alembic_version",
        f"INSERT INTO alembic_version VALUES ('{versions.HISTORY['desk'][-1]}')",  # noqa: S608 - our own name
        keep_triggers=True,
    )
    place.open().close()


@pytest.mark.parametrize(
    ("on_sqlite", "on_postgres", "code"),
    [
        (
            "DROP TRIGGER outbox_no_delete",
            "DROP TRIGGER outbox_no_delete ON outbox",
            "STORE_TRIGGERS",
        ),
        (
            "DROP TRIGGER journal_no_update",
            "ALTER TABLE journal DISABLE TRIGGER journal_no_update",
            "STORE_TRIGGERS",
        ),
        ("DROP TABLE messages", "DROP TABLE messages", "STORE_SCHEMA"),
    ],
)
def test_a_store_that_is_not_whole_is_not_opened(
    place: StorePlace, on_sqlite: str, on_postgres: str, code: str
) -> None:
    """A trigger or table that somebody removed is missed at the next start, not when it matters."""
    place.open().close()
    place.insider(on_postgres if place.server else on_sqlite, keep_triggers=True)
    with pytest.raises(IntegrityError) as caught:
        place.open()
    assert caught.value.code == code


def test_a_trigger_that_does_nothing_is_no_trigger(tmp_path: Path) -> None:
    """Name and table alone do not make a guard."""
    place = StorePlace(tmp_path / "desk.db")
    place.open().close()
    place.insider(
        "DROP TRIGGER outbox_no_delete",
        "CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox BEGIN SELECT 1; END",
        keep_triggers=True,
    )
    with pytest.raises(IntegrityError) as caught:
        place.open()
    assert caught.value.code == "STORE_TRIGGERS"


FIRST = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "test_0001", None, None, None
def upgrade():
    pass
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "test_0002", "test_0001", None, None
def upgrade():
    with op.batch_alter_table("owners", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.String(), server_default="grey"))
"""
BROKEN = SECOND + "    op.execute('DROP TABLE things')\n"


def tables(*extra: Column[str]) -> MetaData:
    """Two guarded tables, one of which refers to the other."""
    metadata = MetaData()
    mutable_only(
        Table(
            "owners",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("name", String),
            *extra,
        ),
        "name",
    )
    append_only(Table("things", metadata, Column("owner", Integer), Column("what", String)))
    append_only(journal_table(metadata))
    return metadata


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions of a store of the tests' own."""
    monkeypatch.setitem(versions.HISTORY, "test", ("test_0001",))


def older(place: StorePlace, folder: Path, second: str) -> Path:
    """A store of the first version with a row, and a folder with both versions."""
    with closing(place.open(metadata=tables(), chain="test")) as database, database.write() as work:
        work.connection.execute(text("INSERT INTO owners (id, name) VALUES (1, 'ada')"))
        work.journal("tester", "did", {})
    (folder / "versions").mkdir(parents=True)
    (folder / "versions" / "one.py").write_text(FIRST)
    (folder / "versions" / "two.py").write_text(second)
    return folder


@pytest.mark.usefixtures("history")
def test_triggers_survive_a_table_that_is_rebuilt(
    empty_place: StorePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same triggers before and after, which still bite; a backup, a journal row."""
    scripts = older(empty_place, tmp_path / "scripts", SECOND)
    with closing(empty_place.open(metadata=tables(), chain="test")) as database:
        before = shape(database)["triggers"]
    monkeypatch.setitem(versions.HISTORY, "test", ("test_0001", "test_0002"))
    monkeypatch.setattr(running, "scripts_of", lambda _: scripts)
    now = tables(Column("colour", String))
    kept = tmp_path / "kept"
    opened = open_database(empty_place.place, now, "test", FixedClock(NOW), backups=kept)
    with closing(opened):
        after = shape(opened)["triggers"]
        assert set(after) == set(before)  # type: ignore[call-overload]  # two dictionaries
        with opened.read() as connection:
            assert connection.execute(text("SELECT name, colour FROM owners")).one() == (
                "ada",
                "grey",
            )
            (row,) = of_kind(connection, "store.upgraded")
        with pytest.raises(Exception, match="rows stay"), opened.write() as work:
            work.connection.execute(text("DELETE FROM owners"))
        with pytest.raises(Exception, match="fixed"), opened.write() as work:
            work.connection.execute(text("UPDATE owners SET colour = 'red'"))
        assert opened.verify().ok
    (copy,) = kept.iterdir()
    assert copy.name in row.payload
    assert copy.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("history")
def test_an_upgrade_that_does_not_fit_changes_nothing(
    empty_place: StorePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STORE_SCHEMA: all of an upgrade or none; the build before opens the store as it was."""
    scripts = older(empty_place, tmp_path / "scripts", BROKEN)
    monkeypatch.setitem(versions.HISTORY, "test", ("test_0001", "test_0002"))
    monkeypatch.setattr(running, "scripts_of", lambda _: scripts)
    now = tables(Column("colour", String))
    with pytest.raises(IntegrityError) as caught:
        open_database(empty_place.place, now, "test", FixedClock(NOW), backups=tmp_path / "kept")
    assert caught.value.code == "STORE_SCHEMA"
    monkeypatch.setitem(versions.HISTORY, "test", ("test_0001",))
    with closing(empty_place.open(metadata=tables(), chain="test")) as database:
        with database.read() as connection:
            assert [row.kind for row in tail(connection)] == ["did"]
        assert "colour" not in str(shape(database)["owners"])


@pytest.mark.usefixtures("history")
def test_no_upgrade_without_a_backup(
    empty_place: StorePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STORE_NO_BACKUP for a server without a folder for it; a file has one beside it."""
    scripts = older(empty_place, tmp_path / "scripts", SECOND)
    monkeypatch.setitem(versions.HISTORY, "test", ("test_0001", "test_0002"))
    monkeypatch.setattr(running, "scripts_of", lambda _: scripts)
    now = tables(Column("colour", String))
    if empty_place.server is None:
        empty_place.open(metadata=now, chain="test").close()
        assert len(list((tmp_path / "backups").iterdir())) == 1
        return
    with pytest.raises(UnavailableError) as caught:
        empty_place.open(metadata=now, chain="test")
    assert caught.value.code == "STORE_NO_BACKUP"


def test_tables_are_strict(tmp_path: Path) -> None:
    """Text in a number's column is refused by the file itself."""
    path = tmp_path / "desk.db"
    StorePlace(path).open().close()
    with closing(sqlite3.connect(path)) as raw:
        loose = raw.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
            "AND strict = 0 AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
    assert loose == []


def test_a_start_does_not_load_alembic(tmp_path: Path) -> None:
    """Making and opening a store needs neither alembic nor psycopg."""
    code = (
        "import sys; from pathlib import Path; from engine.clock import SystemClock\n"
        "from guardrails.store.database import open_database\n"
        "from guardrails.store.desk import desk_metadata\n"
        "path, clock = Path(sys.argv[1]), SystemClock()\n"
        "for _ in range(2): open_database(path, desk_metadata, 'desk', clock).close()\n"
        "sys.exit(' '.join({'alembic', 'psycopg'} & set(sys.modules)) or 0)"
    )
    done = run(
        [sys.executable, "-c", code, str(tmp_path / "desk.db")],
        check=False, capture_output=True, text=True, cwd=ROOT, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
