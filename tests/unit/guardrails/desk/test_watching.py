"""The desk's watch: halts from outside are taken over, faults do not end it."""

from __future__ import annotations

import time
from pathlib import Path

from guardrails.desk.watching import Watch
from guardrails.latch import Halt
from guardrails.trading_state import TradingState
from tests.api_world import NOON, open_world


def test_a_halt_from_outside_is_taken_over(tmp_path: Path) -> None:
    """A latch file that another process wrote is journalled by the next look."""
    with open_world(tmp_path) as world:
        context = world.desk.context
        halt = Halt(state=TradingState.HALTED, actor="killer", reason="drill", at=NOON)
        context.latch.trip(halt)
        Watch(context).look()
        with context.db.read() as connection:
            kinds = connection.exec_driver_sql("SELECT kind FROM journal").scalars().all()
        assert "state.tightened" in kinds


def test_nothing_to_see_changes_nothing(tmp_path: Path) -> None:
    """Without a halt a look writes no row."""
    with open_world(tmp_path) as world:
        context = world.desk.context
        before = context.db.verify().rows
        watch = Watch(context)
        watch.look()
        assert context.db.verify().rows == before
        assert watch.faults == []


def test_the_watch_starts_and_stops(tmp_path: Path) -> None:
    """The thread takes a halt over on its own, and ends when asked."""
    with open_world(tmp_path) as world:
        context = world.desk.context
        watch = Watch(context, seconds=0.01)
        watch.start()
        context.latch.trip(Halt(state=TradingState.HALTED, actor="killer", reason="drill", at=NOON))
        taken_over = False
        for _ in range(500):
            with context.db.read() as connection:
                kinds = connection.exec_driver_sql("SELECT kind FROM journal").scalars().all()
            taken_over = "state.tightened" in kinds
            if taken_over:
                break
            time.sleep(0.01)
        watch.stop()
        assert taken_over


def test_what_was_added_is_looked_at_and_may_fail(tmp_path: Path) -> None:
    """A further part is looked at each time; its fault is kept and ends nothing."""
    with open_world(tmp_path) as world:
        watch = Watch(world.desk.context)
        seen: list[str] = []

        def full() -> None:
            """A disk without room."""
            raise OSError(28, "No space left on device")

        watch.also(full)
        watch.also(lambda: seen.append("looked"))
        watch.look()
        watch.look()
        assert seen == ["looked", "looked"]
        assert [fault.rpartition(": ")[2] for fault in watch.faults] == ["OSError", "OSError"]
