"""The run log: signals, tickets, orders, fills and results as JSON lines, one file for each day.

It is drawn from the two journals and adds nothing to them: delete it and it is written again.
Every line names its row (`chain`, `n`) and carries the ids that belong together, so that one
search finds a signal, its ticket, its orders and what they earned (`pnl` of a fill). Secrets never
come here, because they never stand in a journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from config.private_files import private_file, private_folder
from engine.errors import InputError, IntegrityError
from engine.records import canonical, parse_record
from guardrails.book import after as book_after
from guardrails.positions import Book
from guardrails.store import journal
from guardrails.store.database import Database
from guardrails.store.journal import JournalEntry
from guardrails.tickets import Fill

FOLDER: Final = "run-log"
EVENTS: Final[Mapping[str, str]] = {
    "signal.": "signal",
    "ticket.": "ticket",
    "approval.": "approval",
    "release.": "release",
    "order.": "order",
    "fill.": "fill",
    "state.": "state",
    "gateway.tightened": "state",
    "limits.": "limits",
}
"""Beginning of a journal row's kind -> the event of its line; other rows are not of the run."""
IDS: Final = ("signal", "ticket_digest", "order", "certificate", "outbox_n", "outbox")
"""Facts that tie lines together; a line has those that its row names."""
_PAGE: Final = 5_000

Line = dict[str, object]


@dataclass(slots=True)
class RunLog:
    """Writes the days of one installation; one writer at a time.

    Attributes:
        folder: where the files lie, `<day>.jsonl`, the day in UTC.
        book: positions and results of the fills written so far, without the starting cash.
    """

    folder: Path
    book: Book = field(default_factory=lambda: Book(cash=Decimal(0)))
    _done: dict[str, int] = field(default_factory=dict)
    _read: bool = False

    def update(self, stores: Iterable[Database]) -> int:
        """Append what the journals have grown by; answers how many lines."""
        if not self._read:
            self._resume()
        written = 0
        for store in stores:
            written += self._follow(store)
        return written

    def _follow(self, store: Database) -> int:
        written, chain = 0, store.chain
        while True:
            with store.read() as connection:
                rows = journal.after(connection, self._done.get(chain, 0), _PAGE)
            lines = [line for row in rows for line in self._lines(chain, row)]
            self._write(lines)
            written += len(lines)
            if rows:
                self._done[chain] = rows[-1].n
            if len(rows) < _PAGE:
                return written

    def _lines(self, chain: str, row: JournalEntry) -> Iterator[Line]:
        event = event_of(row.kind)
        if event is None:
            return
        facts = _facts(row.payload)
        line: Line = {
            "time": row.time, "event": event, "kind": row.kind, "chain": chain, "n": row.n,
            "actor": row.actor, "ids": _ids(facts), "facts": facts,
        }  # fmt: skip
        if event == "fill":
            line["pnl"] = self._result(facts)
        yield line

    def _result(self, facts: Mapping[str, object]) -> dict[str, object] | None:
        """What the account has earned with this fill, in quote currency; None if it is no fill."""
        try:
            fill = parse_record(Fill, canonical(facts.get("fill")))
        except InputError:
            return None  # a row of an older form
        before = self.book
        self.book = book_after(before, fill, None)
        held = self.book.position(fill.symbol)
        return {
            "symbol": fill.symbol,
            "realised": self.book.realised - before.realised,
            "realised_day": self.book.realised_day,
            "realised_total": self.book.realised,
            "fees_total": self.book.fees,
            "position": Decimal(0) if held is None else held.quantity,
        }

    def _write(self, lines: Iterable[Line]) -> None:
        days: dict[str, list[bytes]] = {}
        for line in lines:
            days.setdefault(str(line["time"])[:10], []).append(canonical(line))
        private_folder(self.folder)
        for day, made in days.items():
            with private_file(self.folder / f"{day}.jsonl").open("ab") as file:
                file.write(b"\n".join(made) + b"\n")

    def _resume(self) -> None:
        """Go on where the files end; a line that a crash cut off is written again."""
        self._read = True
        for path in self.days():
            _drop_torn(path)
            for line in lines_of(path):
                chain, n = str(line["chain"]), line["n"]
                if isinstance(n, int):
                    self._done[chain] = max(self._done.get(chain, 0), n)
                if line["event"] == "fill" and isinstance(line["facts"], dict):
                    self._result(line["facts"])

    def days(self) -> tuple[Path, ...]:
        """The files, oldest day first."""
        return tuple(sorted(self.folder.glob("????-??-??.jsonl")))


def event_of(kind: str) -> str | None:
    """The run log's word for a kind of journal row; None for what is not of the run."""
    return next((word for start, word in EVENTS.items() if kind.startswith(start)), None)


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of one day; IntegrityError RUN_LOG_INVALID when somebody wrote into it."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
                whole = {"chain", "n", "event", "facts"} <= line.keys()
            except (ValueError, AttributeError):
                whole = False
            if not whole:
                raise IntegrityError(
                    "RUN_LOG_INVALID", "a line of the run log is not one of ours", value=path,
                    hint="delete the folder run-log: it is written again from the journals",
                )  # fmt: skip
            yield line


def _facts(payload: str) -> dict[str, object]:
    found = json.loads(payload)
    return found if isinstance(found, dict) else {"value": found}


def _ids(facts: Mapping[str, object]) -> dict[str, object]:
    found = {name: facts[name] for name in IDS if name in facts}
    for inner in ("fill", "approval"):
        record = facts.get(inner)
        if isinstance(record, dict):
            kept = ("ticket_digest", "client_order_id", "venue_trade_id")
            found |= {name: record[name] for name in kept if name in record}
    return found


def _drop_torn(path: Path) -> None:
    raw = path.read_bytes()
    whole = raw.rfind(b"\n") + 1
    if whole < len(raw):
        with path.open("r+b") as file:
            file.truncate(whole)
