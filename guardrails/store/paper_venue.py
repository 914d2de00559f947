"""The paper exchange's own file: orders, trades, cash and holdings, as a venue keeps them.

Plain `sqlite3` and no journal: this file stands for somebody else's system. The gateway and
`peak kill` are its clients; every request is one transaction. Money is decimal text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from config.private_files import private_file, private_folder
from engine.errors import IntegrityError, UnavailableError
from engine.market import Instrument
from engine.records import canonical, parse_record, utc_text
from guardrails.wire import Phase, VenueStatus, VenueTrade, WireOrder

_BUSY_MS = 5_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY CHECK (id = 1), account_id TEXT NOT NULL, cash TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS markets (
    symbol TEXT PRIMARY KEY, instrument TEXT NOT NULL, held TEXT NOT NULL,
    bar_opened_at TEXT, phase TEXT, close TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    n INTEGER PRIMARY KEY AUTOINCREMENT, client_order_id TEXT NOT NULL UNIQUE,
    symbol TEXT NOT NULL, wire TEXT NOT NULL, oco_group TEXT, status TEXT NOT NULL,
    filled TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS trades (
    n INTEGER PRIMARY KEY AUTOINCREMENT, client_order_id TEXT NOT NULL, payload TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS trades_no_update BEFORE UPDATE ON trades
    BEGIN SELECT RAISE(ABORT, 'trades are append-only'); END;
CREATE TRIGGER IF NOT EXISTS trades_no_delete BEFORE DELETE ON trades
    BEGIN SELECT RAISE(ABORT, 'trades are append-only'); END;
"""
_ORDER = "SELECT n, wire, status, filled, reason FROM orders WHERE client_order_id = ?"
_WORKING = (
    "SELECT n, wire, status, filled, reason FROM orders "
    "WHERE status IN ('open', 'partial') ORDER BY n"
)
_WORKING_OF = (
    "SELECT n, wire, status, filled, reason FROM orders "
    "WHERE status IN ('open', 'partial') AND symbol = ? ORDER BY n"
)


@dataclass(frozen=True, slots=True)
class PaperMarket:
    """A listed symbol: its steps, what the account holds, and how far its bars were played."""

    instrument: Instrument
    held: Decimal
    bar_opened_at: str | None
    phase: Phase | None
    close: Decimal | None


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """One order as the exchange keeps it; filled in base units, `reason` says why it ended."""

    number: int
    wire: WireOrder
    status: VenueStatus
    filled: Decimal
    reason: str

    @property
    def venue_order_id(self) -> str:
        """The exchange's own id."""
        return f"paper-{self.number}"

    @property
    def remaining(self) -> Decimal:
        """Base units not filled yet."""
        return self.wire.quantity - self.filled

    @property
    def works(self) -> bool:
        """True while it can still be filled."""
        return self.status in {"open", "partial"}


class PaperBook:
    """Reads and writes inside one transaction of the exchange."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Bind to an open transaction."""
        self._connection = connection

    def cash(self) -> Decimal:
        """Quote currency of the account."""
        row = self._connection.execute("SELECT cash FROM account").fetchone()
        return Decimal(row[0])

    def set_cash(self, cash: Decimal) -> None:
        """Replace the cash balance."""
        self._connection.execute("UPDATE account SET cash = ?", (format(cash, "f"),))

    def market(self, symbol: str) -> PaperMarket | None:
        """A listed symbol, None when the exchange does not know it."""
        row = self._connection.execute(
            "SELECT instrument, held, bar_opened_at, phase, close FROM markets WHERE symbol = ?",
            (symbol,),
        ).fetchone()
        if row is None:
            return None
        close = None if row[4] is None else Decimal(row[4])
        return PaperMarket(parse_record(Instrument, row[0]), Decimal(row[1]), row[2], row[3], close)

    def symbols(self) -> tuple[str, ...]:
        """All listed symbols."""
        rows = self._connection.execute("SELECT symbol FROM markets ORDER BY symbol")
        return tuple(row[0] for row in rows)

    def list_market(self, instrument: Instrument) -> None:
        """List a symbol, or put new steps and bounds in force."""
        self._connection.execute(
            "INSERT INTO markets (symbol, instrument, held) VALUES (?, ?, '0') "
            "ON CONFLICT (symbol) DO UPDATE SET instrument = excluded.instrument",
            (instrument.symbol, canonical(instrument).decode()),
        )

    def set_held(self, symbol: str, held: Decimal) -> None:
        """Replace what the account holds of a symbol, base units."""
        self._connection.execute(
            "UPDATE markets SET held = ? WHERE symbol = ?", (format(held, "f"), symbol)
        )

    def set_progress(self, symbol: str, opened_at: datetime, phase: Phase, close: Decimal) -> None:
        """Note that a phase of a bar was played."""
        self._connection.execute(
            "UPDATE markets SET bar_opened_at = ?, phase = ?, close = ? WHERE symbol = ?",
            (utc_text(opened_at), phase, format(close, "f"), symbol),
        )

    def order(self, client_order_id: str) -> PaperOrder | None:
        """One order by the client's id."""
        found = self._orders(_ORDER, (client_order_id,))
        return found[0] if found else None

    def working(self, symbol: str | None = None) -> tuple[PaperOrder, ...]:
        """Orders that can still be filled, oldest first, all or of one symbol."""
        if symbol is None:
            return self._orders(_WORKING, ())
        return self._orders(_WORKING_OF, (symbol,))

    def _orders(self, query: str, values: tuple[str, ...]) -> tuple[PaperOrder, ...]:
        rows = self._connection.execute(query, values)
        return tuple(
            PaperOrder(row[0], parse_record(WireOrder, row[1]), row[2], Decimal(row[3]), row[4])
            for row in rows
        )

    def add_order(self, wire: WireOrder) -> PaperOrder:
        """Accept an order; its id must be new."""
        self._connection.execute(
            "INSERT INTO orders (client_order_id, symbol, wire, oco_group, status, filled, reason)"
            " VALUES (?, ?, ?, ?, 'open', '0', '')",
            (
                wire.client_order_id,
                wire.symbol,
                canonical(wire).decode(),
                wire.oco_group,
            ),
        )
        return self._orders(_ORDER, (wire.client_order_id,))[0]

    def set_order(
        self, client_order_id: str, status: VenueStatus, filled: Decimal, reason: str
    ) -> None:
        """Move an order: status, filled base units, and why it ended."""
        self._connection.execute(
            "UPDATE orders SET status = ?, filled = ?, reason = ? WHERE client_order_id = ?",
            (status, format(filled, "f"), reason, client_order_id),
        )

    def next_trade(self) -> int:
        """Number of the next trade."""
        row = self._connection.execute("SELECT coalesce(max(n), 0) + 1 FROM trades").fetchone()
        return int(row[0])

    def add_trade(self, trade: VenueTrade) -> None:
        """Append a trade."""
        self._connection.execute(
            "INSERT INTO trades (n, client_order_id, payload) VALUES (?, ?, ?)",
            (trade.sequence, trade.client_order_id, canonical(trade).decode()),
        )

    def trades_since(self, sequence: int) -> tuple[VenueTrade, ...]:
        """Trades after a sequence number, in order."""
        rows = self._connection.execute(
            "SELECT payload FROM trades WHERE n > ? ORDER BY n", (sequence,)
        )
        return tuple(parse_record(VenueTrade, row[0]) for row in rows)


class PaperFile:
    """The exchange's file; `open_account` creates it, everybody else finds it."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; nothing is opened yet."""
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def open_account(self, account_id: str, cash: Decimal) -> None:
        """Create the file with one account, or check that it is this account's.

        Raises:
            IntegrityError: PAPER_ACCOUNT_FOREIGN.
            UnavailableError: PAPER_VENUE_SILENT when it cannot be created.
        """
        private_folder(self.path.parent)
        private_file(self.path, "-wal", "-shm", "-journal")
        connection = self._connected("rwc")
        with _answering():
            connection.executescript(_SCHEMA)
            connection.execute(
                "INSERT OR IGNORE INTO account (id, account_id, cash) VALUES (1, ?, ?)",
                (account_id, format(cash, "f")),
            )
            found = connection.execute("SELECT account_id FROM account").fetchone()[0]
        if found != account_id:
            raise IntegrityError(
                "PAPER_ACCOUNT_FOREIGN",
                "the paper account belongs to somebody else",
                value=found,
                hint="set gateway.account_id back, or start in a new state folder",
            )

    def _connected(self, mode: str) -> sqlite3.Connection:
        if self._connection is None:
            with _answering():
                self._connection = sqlite3.connect(
                    f"file:{self.path}?mode={mode}", uri=True, isolation_level=None
                )
                self._connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
        return self._connection

    @contextmanager
    def request(self) -> Iterator[PaperBook]:
        """One request to the exchange: all of it or nothing; it never creates the file.

        Raises:
            UnavailableError: PAPER_VENUE_SILENT when the file is missing or locked for too long.
        """
        connection = self._connected("rw")
        with _answering():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield PaperBook(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Give the file back; the next request opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def _answering() -> Iterator[None]:
    """Turn a file that does not answer into the venue's silence."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UnavailableError(
            "PAPER_VENUE_SILENT",
            f"the paper venue does not answer: {error}",
            hint="see that its file exists and that nobody holds it locked",
        ) from error
