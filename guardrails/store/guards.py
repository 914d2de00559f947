"""Triggers that hold what was written, also against us: one list, in the words of both databases.

Every guard stands in its table's `info`, so that a start and a migration can compare what the
store has with what it must have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import DDL, Connection, MetaData, Table, event

from engine.errors import IntegrityError

_INFO: Final = "guards"
_BODY: Final = """
BEGIN
  RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'integrity_constraint_violation';
END
"""
_FUNCTION: Final = (
    f"CREATE OR REPLACE FUNCTION peak_refuse() RETURNS trigger LANGUAGE plpgsql AS $peak${_BODY}"
    "$peak$"
)
_POSTGRES_TRIGGERS: Final = """
SELECT t.tgname, p.prosrc FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace
AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
"""


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger that refuses a statement on a table.

    Attributes:
        table: name of the table.
        name: name of the trigger, unique in the store.
        what: `UPDATE`, `DELETE` or `TRUNCATE`.
        why: what the refusal says.
        columns: the columns that may not be set, all when empty.
        flag: a column; refused is every change of it but the one from false to true.
    """

    table: str
    name: str
    what: str
    why: str
    columns: tuple[str, ...] = ()
    flag: str = ""

    def sqlite(self) -> str:
        """The statement for SQLite, which knows no TRUNCATE: empty for that one."""
        if self.what == "TRUNCATE":
            return ""
        flag = self.flag
        of = f" OF {', '.join(self.columns)}" if self.columns else ""
        when = f" WHEN NOT (OLD.{flag} = 0 AND NEW.{flag} = 1)" if flag else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.what}{of} ON {self.table}{when} "
            f"BEGIN SELECT RAISE(ABORT, '{self.table}: {self.why}'); END"
        )

    def postgresql(self) -> str:
        """The statement for PostgreSQL."""
        each = "STATEMENT" if self.what == "TRUNCATE" else "ROW"
        flag = self.flag
        quoted = ", ".join(f'"{name}"' for name in self.columns)
        of = f" OF {quoted}" if quoted else ""
        once = f" WHEN (NOT (OLD.{flag}::int = 0 AND NEW.{flag}::int = 1))" if flag else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.what}{of} ON {self.table} "
            f"FOR EACH {each}{once} EXECUTE FUNCTION peak_refuse('{self.why}')"
        )


def _guard(guard: Guard, table: Table) -> None:
    """Note a guard and create it with its table."""
    table.info.setdefault(_INFO, []).append(guard)
    for dialect, statement in (("sqlite", guard.sqlite()), ("postgresql", guard.postgresql())):
        if statement:
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))


def _ddl(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def _rows_stay(table: Table, why: str) -> None:
    event.listen(table, "before_create", _ddl(_FUNCTION).execute_if(dialect="postgresql"))
    for verb in ("DELETE", "TRUNCATE"):
        _guard(Guard(table.name, f"{table.name}_no_{verb.lower()}", verb, why), table)


def append_only(table: Table) -> Table:
    """Give a table triggers that refuse UPDATE, DELETE and TRUNCATE."""
    _guard(Guard(table.name, f"{table.name}_no_update", "UPDATE", "append-only"), table)
    _rows_stay(table, "append-only")
    return table


def mutable_only(table: Table, *columns: str) -> Table:
    """Give a table triggers that keep its rows, and all columns but these as they are."""
    fixed = tuple(column.name for column in table.columns if column.name not in columns)
    why = "these columns are fixed"
    _guard(Guard(table.name, f"{table.name}_fixed", "UPDATE", why, fixed), table)
    _rows_stay(table, "rows stay")
    return table


def once(table: Table, flag: str) -> Table:
    """Give a table triggers so that only `flag` changes, once, from false to true."""
    mutable_only(table, flag)
    why = "used once and for ever"
    _guard(Guard(table.name, f"{table.name}_once", "UPDATE", why, (flag,), flag), table)
    return table


def wanted(metadata: MetaData) -> dict[str, Guard]:
    """Every trigger that a store of these tables must have, by its name."""
    tables = metadata.tables.values()
    return {one.name: one for table in tables for one in table.info.get(_INFO, ())}


def present(connection: Connection) -> dict[str, str]:
    """Triggers of this store by name: on SQLite with their text, on PostgreSQL with the body."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = _POSTGRES_TRIGGERS
    return {str(name): str(text) for name, text in connection.exec_driver_sql(query)}


def missing(connection: Connection, metadata: MetaData) -> dict[str, str]:
    """Triggers that are not there, or do something else than they must, with their statements."""
    lite, found = connection.dialect.name == "sqlite", present(connection)
    lost = {}
    for name, guard in wanted(metadata).items():
        statement = guard.sqlite() if lite else guard.postgresql()
        if statement and found.get(name) != (statement if lite else _BODY):
            lost[name] = statement
    return lost


def restore(connection: Connection, metadata: MetaData) -> tuple[str, ...]:
    """Make every trigger that is missing (a rebuilt table loses its own); answer their names."""
    lost, found = missing(connection, metadata), present(connection)
    lite, guards = connection.dialect.name == "sqlite", wanted(metadata)
    if not lite:
        connection.execute(_ddl(_FUNCTION))
    for name, statement in lost.items():
        if name in found:
            on = "" if lite else f" ON {guards[name].table}"
            connection.execute(_ddl(f"DROP TRIGGER {name}{on}"))
        connection.execute(_ddl(statement))
    return tuple(sorted(lost))


def require(connection: Connection, metadata: MetaData) -> None:
    """Refuse a store without its triggers.

    Raises:
        IntegrityError: STORE_TRIGGERS with the name of the first one.
    """
    lost = missing(connection, metadata)
    if lost:
        first = min(lost)
        raise IntegrityError(
            "STORE_TRIGGERS", f"{len(lost)} trigger(s) that keep history are missing or changed",
            value=first, hint="somebody changed the store: restore it with `peak store restore`",
        )  # fmt: skip
