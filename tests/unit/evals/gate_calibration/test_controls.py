"""Wrong gates and fooled ledgers: the study must see what they let through."""

from __future__ import annotations

from engine.seeds import stream
from evals.gate_calibration import controls, unlogged
from evals.gate_calibration.rows import Name, Rows
from evals.gate_calibration.tasks import finished
from evals.gate_calibration.verdicts import Judge


def test_a_wrong_gate_lets_through_what_the_gate_lets_through() -> None:
    """On the same search a lent p and a forgotten benchmark only make a pass easier."""
    judge = Judge()
    for number in range(4):
        for wrong in (controls.best_p_lent, controls.raw_only):
            row = wrong(stream("tests/wrong", number), judge, 0)
            assert row["wrong"] or not row["right"]


def test_each_wrong_gate_has_its_line() -> None:
    """Shares of its own rows, beside those of the gate."""
    rows = [
        (Name("controls", cell, number), {"wrong": number == 0, "right": False})
        for cell in controls.CELLS
        for number in range(4)
    ]
    lines = controls.summary(rows)
    told = [(one["cell"], one["false_pass"], one["gate"]) for one in lines]
    assert told == [("best_p_lent", 0.25, 0.0), ("raw_only", 0.25, 0.0)]
    assert len(controls.tasks(3, Judge())) == 6


def test_logging_more_never_lets_more_through() -> None:
    """A search that is refused with one trial in a hundred logged is refused with all of them."""
    judge = Judge()
    for number in range(6):
        row = unlogged.run(100, stream("tests/unlogged", number), judge, 0)
        assert row["hidden"] or not row["whole"]
        assert row["logged"] == 1


def test_one_in_a_hundred_is_logged() -> None:
    """The sizes of the searches and of their ledgers."""
    rows = finished(unlogged.tasks(2, Judge()), Rows(None, 1), 1)
    lines = unlogged.summary(rows)
    assert [(line["tried"], line["logged"], line["runs"]) for line in lines] == [
        (100, 1, 2),
        (1_000, 10, 2),
    ]
