"""A gateway that kills its own process at a given point; run as a program or in a fork.

Points are written `KIND:WHEN:N`: the N-th `commit` of gateway.db, `send` to the venue or `play` of
a bar's phase, `before` or `after` it. `never` runs to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.market import Instrument
from guardrails.execution.venue import BarDriven, Venue
from guardrails.store.database import Database, UnitOfWork
from guardrails.store.gateway import GatewayStore
from guardrails.wire import Ack, MarketBar, Phase, WireOrder
from tests.gateway_faults import Passing
from tests.gateway_world import World


class Fuse:
    """Counts one kind of event and ends the process at the given one."""

    def __init__(self, point: str) -> None:
        """Read the point."""
        parts = [*point.split(":"), "", "0"]
        self._kind, self._when, self._left = parts[0], parts[1], int(parts[2] or 0)

    @contextmanager
    def around(self, kind: str) -> Iterator[None]:
        """Die before or after the event inside, when it is the one."""
        mine = kind == self._kind
        self._left -= mine
        if mine and self._left == 0 and self._when == "before":
            die()
        yield
        if mine and self._left == 0 and self._when == "after":
            die()


def die() -> None:
    """SIGKILL: no handler, no clean-up, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingDatabase:
    """A database whose commits may be the last thing that happens."""

    def __init__(self, real: Database, fuse: Fuse) -> None:
        """Wrap the gateway's own database."""
        self._real, self._fuse = real, fuse

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """A unit of work with the fuse around its commit."""
        unit = self._real.write()
        work = unit.__enter__()
        try:
            yield work
        except BaseException as error:
            if not unit.__exit__(type(error), error, error.__traceback__):
                raise
            return
        with self._fuse.around("commit"):
            unit.__exit__(None, None, None)

    def pulse(self, statement: object) -> None:
        """Heartbeats are not counted."""
        self._real.pulse(statement)  # type: ignore[arg-type]  # handed through


class DyingVenue(Passing):
    """A venue with the fuse around each send."""

    def __init__(self, real: Venue, fuse: Fuse) -> None:
        """Wrap the real venue."""
        super().__init__(real)
        self._fuse = fuse

    def send(self, order: WireOrder) -> Ack:
        """Send, if the process lives that long."""
        with self._fuse.around("send"):
            return super().send(order)


class DyingMarket:
    """The venue's bars with the fuse around each phase."""

    def __init__(self, real: BarDriven, fuse: Fuse) -> None:
        """Wrap the bar-driven side."""
        self._real, self._fuse = real, fuse

    def list_instrument(self, instrument: Instrument) -> None:
        """As the real one."""
        self._real.list_instrument(instrument)

    def has_working(self, symbol: str) -> bool:
        """As the real one."""
        return self._real.has_working(symbol)

    def play(self, bar: MarketBar, phase: Phase) -> None:
        """Play, if the process lives that long."""
        with self._fuse.around("play"):
            self._real.play(bar, phase)


def run(root: Path, point: str) -> None:
    """Work off the desk's outbox of the world in this folder."""
    world, fuse = World(root), Fuse(point)
    gateway = world.gateway()
    plain = gateway.context
    dying = DyingDatabase(plain.store._database, fuse)
    gateway.context = replace(
        plain,
        store=GatewayStore(dying),  # type: ignore[arg-type]  # has what the writer needs
        venue=DyingVenue(plain.venue, fuse),
        market=DyingMarket(plain.market, fuse),
    )
    world.run(gateway)
    gateway.close()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
