"""Results in a file: what an interruption leaves, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DataError
from evals.gate_calibration.rows import Name, Rows
from evals.gate_calibration.tasks import Task, finished

ONE, TWO = Name("noise", "mix", 0), Name("noise", "mix", 1)


def test_rows_come_back(tmp_path: Path) -> None:
    """What was added is there after opening the file again."""
    file = tmp_path / "rows.jsonl"
    rows = Rows(file, 1)
    rows.add(ONE, {"p": 0.1})
    rows.close()
    again = Rows(file, 1)
    assert again.get(ONE) == {"p": 0.1}
    assert again.get(TWO) is None
    again.close()


@pytest.mark.parametrize("left", range(1, 60, 7))
def test_a_line_that_was_cut_off_never_took_place(tmp_path: Path, left: int) -> None:
    """Whatever part of the last line is there, the run is repeated and the file is whole again."""
    file = tmp_path / "rows.jsonl"
    rows = Rows(file, 1)
    rows.add(ONE, {"p": 0.1})
    rows.add(TWO, {"p": 0.2})
    rows.close()
    whole = file.read_bytes()
    start = whole.rstrip(b"\n").rindex(b"\n") + 1
    file.write_bytes(whole[: min(start + left, len(whole) - 1)])
    again = Rows(file, 1)
    assert again.get(TWO) is None
    again.add(TWO, {"p": 0.2})
    again.close()
    assert file.read_bytes() == whole


def test_another_seed_is_another_study(tmp_path: Path) -> None:
    """Rows of two seeds never stand in one file."""
    file = tmp_path / "rows.jsonl"
    Rows(file, 1).close()
    with pytest.raises(DataError) as found:
        Rows(file, 2)
    assert found.value.code == "CALIBRATION_OTHER"
    Rows(file, 1).close()


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    """A line that is no JSON stops the study and says which it is."""
    file = tmp_path / "rows.jsonl"
    rows = Rows(file, 1)
    rows.add(ONE, {"p": 0.1})
    rows.close()
    file.write_text(file.read_text() + "nonsense\n", encoding="utf-8")
    with pytest.raises(DataError) as found:
        Rows(file, 1)
    assert (found.value.code, found.value.value) == ("CALIBRATION_BROKEN", "3")


def test_finished_runs_are_not_repeated_and_order_does_not_matter() -> None:
    """Rows come in order of their names, each from a stream of its own."""
    made: list[int] = []

    def task(name: Name) -> Task:
        """A run that tells that it took place."""

        def make(random: object) -> dict[str, float]:
            made.append(name.number)
            return {"draw": random.random()}  # type: ignore[attr-defined] # a generator

        return Task(name, make)

    rows = Rows(None, 1)
    forth = finished([task(ONE), task(TWO)], rows, 1)
    back = finished([task(TWO), task(ONE)], Rows(None, 1), 1)
    again = finished([task(TWO), task(ONE)], rows, 1)
    assert forth == back == again
    assert made == [0, 1, 1, 0]
    assert forth[0][1] != forth[1][1]
