"""The latch: every process may halt, the strictest file is in force, unreadable means HALTED."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.records import canonical
from guardrails.latch import Halt, Latch
from guardrails.trading_state import TradingState
from tests.desk_world import NOW


def halt(state: TradingState = TradingState.HALTED) -> Halt:
    """A halt by a person."""
    return Halt(state=state, actor="viewer-1", reason="drill", at=NOW)


@pytest.fixture
def latch(tmp_path: Path) -> Latch:
    """A latch on an empty folder."""
    made = Latch(tmp_path / "halt")
    made.prepare()
    return made


def test_an_empty_folder_is_active(latch: Latch) -> None:
    """Nothing halted, nothing stops."""
    assert latch.state() is TradingState.ACTIVE
    assert latch.halts() == ()


def test_the_strictest_halt_is_in_force(latch: Latch) -> None:
    """A milder one beside it changes nothing, and another process sees the same."""
    latch.trip(halt(TradingState.REDUCING))
    assert latch.state() is TradingState.REDUCING
    latch.trip(halt())
    latch.trip(halt(TradingState.REDUCING))
    assert Latch(latch._folder).state() is TradingState.HALTED
    assert {one.reason for one in latch.halts()} == {"drill"}


def test_a_missing_folder_is_halted(tmp_path: Path) -> None:
    """A latch that cannot be read is not open; preparing it is."""
    lost = Latch(tmp_path / "nowhere")
    assert lost.state() is TradingState.HALTED
    lost.prepare()
    assert lost.state() is TradingState.ACTIVE


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"state":"active"}'])
def test_an_unreadable_file_is_halted(latch: Latch, tmp_path: Path, content: bytes) -> None:
    """A torn or forged file stops; the same name with a readable ACTIVE halt does not."""
    file = tmp_path / "halt" / "x.json"
    file.write_bytes(content)
    assert latch.state() is TradingState.HALTED
    assert latch.halts() == ()
    file.write_bytes(canonical(halt(TradingState.ACTIVE)))
    assert latch.state() is TradingState.ACTIVE


def test_a_file_that_is_half_written_is_not_seen(latch: Latch, tmp_path: Path) -> None:
    """Halts appear whole: only the finished name counts."""
    (tmp_path / "halt" / "x.part").write_bytes(b"half")
    assert latch.state() is TradingState.ACTIVE


def test_clearing_removes_only_what_was_known(latch: Latch) -> None:
    """A halt that came after the persons looked stays in force."""
    latch.trip(halt())
    known = latch.names()
    later = latch.trip(halt())
    assert latch.clear(TradingState.ACTIVE, known) == 1
    assert latch.state() is TradingState.HALTED
    assert latch.clear(TradingState.ACTIVE, frozenset({later.name, "gone.json"})) == 1
    assert latch.state() is TradingState.ACTIVE


def test_clearing_to_reducing_keeps_milder_halts(latch: Latch) -> None:
    """What is not stricter than the wanted state stays."""
    latch.trip(halt())
    latch.trip(halt(TradingState.REDUCING))
    assert latch.clear(TradingState.REDUCING, latch.names()) == 1
    assert latch.state() is TradingState.REDUCING
