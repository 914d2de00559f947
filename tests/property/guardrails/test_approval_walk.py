"""The approval protocol walked exhaustively: real desk, real file, every order of a few acts.

A small model, written apart from the code, says for each act whether a decision is recorded and
whether the ticket is released. Breadth-first over all sequences, equal states visited once; with
one check taken out the walk must find a difference.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy.exc import IntegrityError as SqlIntegrityError

from engine.errors import IntegrityError
from guardrails import approvals, releasing, risk
from guardrails.approvals import Asked
from guardrails.desk.enrolling import change_roles
from guardrails.desk.sign_off import decide, release, show
from guardrails.latch import Halt
from guardrails.limits import PROFILES
from guardrails.people import Role
from guardrails.reasons import Denial
from guardrails.store.outbox import OutboxReader
from guardrails.tickets import OrderTicket
from guardrails.trading_state import TradingState
from tests import needs
from tests.desk_world import LIMITS, NOW, DeskWorld, quote

PEOPLE = ("approver-1", "approver-2")
NONE, YOUNG, READ, USED = "none", "young", "read", "used"
LATE = 130
FORGED = "ff" * 32
HALTED = TradingState.HALTED


@dataclass(frozen=True)
class State:
    """What the model knows: the ticket, each person's page and decisions, time and world."""

    ticket: str = "pending"
    pages: tuple[str, str] = (NONE, NONE)
    approved: tuple[bool, bool] = (False, False)
    late: bool = False
    halted: bool = False
    price_gone: bool = False
    revoked: bool = False
    other_limits: bool = False


@dataclass(frozen=True)
class Outcome:
    """What an act did: the state after it, whether it was recorded, whether it released."""

    after: State
    recorded: bool = False
    released: bool = False


def put(pair: tuple[str, str], who: int, value: str) -> tuple[str, str]:
    """The pair with one person's entry replaced."""
    return (value, pair[1]) if who == 0 else (pair[0], value)


def entitled(s: State, who: int) -> bool:
    """The first approver may have lost the role."""
    return not (who == 0 and s.revoked)


def may_release(s: State) -> bool:
    """Pending, approved by somebody who is an approver now, in a world that has not changed."""
    approved = any(s.approved[who] and entitled(s, who) for who in (0, 1))
    changed = s.late or s.halted or s.price_gone or s.other_limits
    return s.ticket == "pending" and approved and not changed


def released(s: State, *, recorded: bool) -> Outcome:
    """Try the release."""
    if not may_release(s):
        return Outcome(s, recorded)
    return Outcome(replace(s, ticket="released"), recorded, released=True)


def shown(s: State, who: int) -> Outcome:
    """A new page, which takes the place of the one before."""
    return Outcome(replace(s, pages=put(s.pages, who, YOUNG)))


def waited(s: State, who: int) -> Outcome:
    """Three seconds pass: every open page has been read."""
    del who
    first, second = (READ if one == YOUNG else one for one in s.pages)
    return Outcome(replace(s, pages=(first, second)))


def slept(s: State, who: int) -> Outcome:
    """So long that the ticket has expired."""
    return Outcome(replace(waited(s, who).after, late=True))


def forged(s: State, who: int) -> Outcome:
    """Another digest than the shown one: never recorded, and the page is spent."""
    return Outcome(s if s.pages[who] == NONE else replace(s, pages=put(s.pages, who, USED)))


def open_to(s: State, who: int) -> bool:
    """The ticket waits, and this person may decide."""
    return s.ticket == "pending" and not s.late and entitled(s, who)


def approved(s: State, who: int) -> Outcome:
    """Recorded once per person, from a page that was read; then the release is tried."""
    fine = open_to(s, who) and s.pages[who] == READ and not s.approved[who]
    if not fine or s.halted or s.other_limits:
        return Outcome(s)
    first, second = (s.approved[one] or one == who for one in (0, 1))
    after = replace(s, approved=(first, second), pages=put(s.pages, who, USED))
    return released(after, recorded=True)


def rejected(s: State, who: int) -> Outcome:
    """From any open page, read or not, whatever the world is like."""
    if not open_to(s, who) or s.pages[who] not in {YOUNG, READ}:
        return Outcome(s)
    after = replace(s, ticket="rejected", pages=put(s.pages, who, USED))
    return Outcome(after, recorded=True)


MODEL: dict[str, Callable[[State, int], Outcome]] = {
    "show": shown,
    "wait": waited,
    "sleep": slept,
    "forge": forged,
    "approve": approved,
    "reject": rejected,
    "release": lambda s, _: released(s, recorded=False),
    "halt": lambda s, _: Outcome(replace(s, halted=True)),
    "price": lambda s, _: Outcome(replace(s, price_gone=not s.price_gone)),
    "revoke": lambda s, _: Outcome(replace(s, revoked=True)),
    "limits": lambda s, _: Outcome(replace(s, other_limits=not s.other_limits)),
}
"""What each act must do in each state."""


ACTS: tuple[tuple[str, int], ...] = (
    ("show", 0), ("wait", 0), ("approve", 0), ("release", 0), ("show", 1), ("approve", 1),
    ("forge", 0), ("reject", 1), ("sleep", 0), ("halt", 0), ("price", 0), ("revoke", 0),
    ("limits", 0),
)  # fmt: skip


class Desk:
    """The real desk, put into any visited state from a copy of its file."""

    def __init__(self, folder: Path) -> None:
        """One pending ticket, everything else as new."""
        self.world = DeskWorld(folder)
        self.ticket: OrderTicket = self.world.pending()
        self.nonces = ["0" * 32, "0" * 32]
        self._raw = sqlite3.connect(folder / "desk.db")

    def close(self) -> None:
        """Give the files back."""
        self._raw.close()
        self.world.close()

    def keep(self) -> tuple[object, ...]:
        """Everything that a state consists of."""
        copy = sqlite3.connect(":memory:")
        self._raw.backup(copy)
        return copy, self.world.clock.now(), list(self.nonces)

    def back(self, kept: tuple[object, ...], s: State) -> None:
        """Return to a kept state."""
        copy, now, nonces = kept
        copy.backup(self._raw)  # type: ignore[attr-defined]  # the copy of `keep`
        self.world.advance((now - self.world.clock.now()).total_seconds())  # type: ignore[operator]
        self.nonces = list(nonces)  # type: ignore[call-overload]
        self._outside(s)

    def _outside(self, s: State) -> None:
        """What lies outside the database: latch, market, limits."""
        halts = self.world.latch.names()
        if s.halted and not halts:
            self.world.latch.trip(Halt(state=HALTED, actor="peak-kill", reason="drill", at=NOW))
        for name in () if s.halted else halts:
            (self.world.folder / "halt" / name).unlink()
        self._market(s.price_gone)
        self._limits(s.other_limits)

    def _market(self, gone: bool) -> None:
        self.world.gateway.set(quote(time=NOW))
        if gone:
            self.world.gateway.drop("BTC/USDT")

    def _limits(self, other: bool) -> None:
        limits = PROFILES["moderate"] if other else LIMITS
        self.world.ctx = replace(self.world.ctx, limits=limits)

    def act(self, act: str, who: int, after: State) -> tuple[bool, bool]:
        """Do it for real: whether a decision was recorded, whether the ticket was released."""
        world, digest, before = self.world, self.ticket.digest, self.handed()
        caller, recorded = world.caller(PEOPLE[who]), False
        match act:
            case "show":
                page = show(world.ctx, caller, digest)
                assert not isinstance(page, Denial)
                self.nonces[who] = page.nonce
            case "wait":
                world.advance(3)
            case "sleep":
                world.advance(LATE)
            case "approve" | "reject" | "forge":
                choice = "reject" if act == "reject" else "approve"
                shown = FORGED if act == "forge" else digest
                asked = Asked(shown, self.nonces[who], choice)
                recorded = decide(world.ctx, caller, digest, asked).approval is not None
            case "release":
                release(world.ctx, world.caller("trader-1"), digest)
            case "revoke":
                change_roles(
                    world.db, person_id=PEOPLE[0], roles=[Role.VIEWER], active=True, actor="x"
                )
            case _:  # a halt from outside: only the latch knows, the ticket still waits
                self._outside(after)
        assert self.handed() <= 1
        return recorded, self.handed() > before

    def handed(self) -> int:
        """How many releases the gateway could read."""
        return len(OutboxReader(self.world.db).after(0))


@dataclass
class Walk:
    """What a walk has seen."""

    states: int = 0
    steps: int = 0
    released: int = 0
    difference: str = ""


HELD: tuple[tuple[str, int], ...] = (("price", 0), ("show", 0), ("wait", 0), ("approve", 0))
"""Acts after which a ticket is approved and not released, because there is no price."""


def walk(desk: Desk, first: tuple[tuple[str, int], ...], most_steps: int) -> Walk:
    """Breadth-first over all sequences of acts after the first ones, up to so many steps.

    Stops at the first difference to the model; a fault is one too.
    """
    start = State()
    for act, who in first:
        start = MODEL[act](start, who).after
        desk.act(act, who, start)
    kept = {start: desk.keep()}
    queue, seen = deque([start]), Walk()
    while queue and seen.steps < most_steps:
        state = queue.popleft()
        for act, who in ACTS:
            wanted = MODEL[act](state, who)
            desk.back(kept[state], state)
            try:
                found = desk.act(act, who, wanted.after)
            except (IntegrityError, SqlIntegrityError) as fault:
                seen.difference = f"{act} in {state}: {fault}"
                return seen
            seen.steps += 1
            seen.released += found[1]
            if found != (wanted.recorded, wanted.released):
                seen.difference = f"{act} by {PEOPLE[who]} in {state}: {found}, not {wanted}"
                return seen
            if wanted.after not in kept:
                kept[wanted.after] = desk.keep()
                queue.append(wanted.after)
    seen.states = len(kept)
    return seen


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk in memory-backed files where the system has some: thousands of commits follow."""
    memory = Path("/dev/shm")  # noqa: S108 - faster commits, nothing secret
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        made = Desk(Path(folder))
        yield made
        made.close()


@pytest.mark.timeout(3_600 if needs.OPTIONS.full_volume else 180)
@pytest.mark.parametrize(("first", "releases"), [((), 1), (HELD, 2)], ids=["new", "held"])
def test_the_protocol_does_what_the_model_says(
    desk: Desk, first: tuple[tuple[str, int], ...], releases: int
) -> None:
    """In every state in reach: recorded and released exactly when the model allows it.

    At full volume the walk exhausts the protocol (3,648 states); otherwise it ends after some
    hundred steps.
    """
    seen = walk(desk, first, most_steps=10**6 if needs.OPTIONS.full_volume else 300)
    assert seen.difference == ""
    assert seen.states > 40
    assert seen.released >= releases
    assert desk.world.db.verify().ok


Remove = Callable[[pytest.MonkeyPatch], None]


def without(*names: str) -> Remove:
    """Take checks of the protocol and rules of the verdict out."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        for module, table in ((approvals, "DECISION_CHECKS"), (releasing, "RELEASE_CHECKS")):
            checks = getattr(module, table)
            patch.setattr(module, table, tuple(c for c in checks if c.__name__ not in names))
        patch.setattr(risk, "RULES", tuple(rule for rule in risk.RULES if rule[0] not in names))

    return remove


BUGS: dict[str, tuple[tuple[tuple[str, int], ...], Remove]] = {
    "the role is not read at the decision": ((), without("entitled")),
    "the role is not read at the release": (HELD, without("still_entitled")),
    "a decided ticket is decided again": (HELD, without("undecided")),
    "the digest of what was shown is not compared": ((), without("same_digest")),
    "any page serves, used ones too": ((), without("right_page")),
    "the end of the ticket is not looked at": (HELD, without("in_time", "unexpired", "expiry")),
    "nobody has to read": ((), without("looked_at")),
    "the limits of the decision are not compared": ((), without("same_limits")),
    "the limits are not compared at the release": (HELD, without("limits_kept", "limits_version")),
    "a halt does not stop an approval": ((), without("not_halted")),
    "a halt does not stop a release": (HELD, without("state", "numbers")),
    "the price is not read at the release": ((), without("reference", "numbers")),
}
"""Seeded bugs, with the acts that come before the walk."""


@pytest.mark.parametrize("name", BUGS)
def test_a_missing_check_is_found(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each seeded bug makes the walk differ from the model: the walk can go red."""
    first, remove = BUGS[name]
    remove(monkeypatch)
    assert walk(desk, first, most_steps=1_000).difference
