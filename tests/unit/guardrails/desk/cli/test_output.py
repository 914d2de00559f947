"""How commands speak: exit codes by kind of fault, text that is only text, one line of JSON."""

from __future__ import annotations

import json

import pytest
import typer

from engine.errors import (
    AccessError,
    ConfigError,
    DataError,
    InputError,
    IntegrityError,
    PeakError,
    UnavailableError,
)
from guardrails.desk.cli.output import emit, reporting, say, table

EVIL = "\x1b[31mred\x1b[0m \u202etxt.exe [bold]x[/bold] :smile:"


def left_with(error: BaseException, *, as_json: bool = False) -> int:
    """The exit code with which a command ends on this fault."""
    with pytest.raises(typer.Exit) as left, reporting(as_json=as_json):
        raise error
    return left.value.exit_code


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (InputError, 2), (DataError, 2), (ConfigError, 2), (AccessError, 1),
        (UnavailableError, 3), (IntegrityError, 4), (PeakError, 2),
    ],
)  # fmt: skip
def test_each_kind_of_fault_has_its_exit_code(kind: type[PeakError], code: int) -> None:
    """Bad input 2, a no 1, no answer 3, broken records 4."""
    assert left_with(kind("SOME_CODE", "some words")) == code


def test_the_machine_and_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk is MACHINE_REFUSED with the file; Ctrl-C is INTERRUPTED and 130."""
    assert left_with(OSError(28, "No space left on device", "/state/desk.db")) == 3
    errors = capsys.readouterr().err
    assert "MACHINE_REFUSED" in errors
    assert "/state/desk.db" in errors
    assert left_with(KeyboardInterrupt()) == 130
    assert "INTERRUPTED" in capsys.readouterr().err


def test_a_reader_who_left_is_no_fault() -> None:
    """A closed pipe is passed on to whoever knows what to do with it."""
    with pytest.raises(BrokenPipeError), reporting(as_json=False):
        raise BrokenPipeError(32, "Broken pipe")


def test_a_fault_has_code_value_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Text on standard error, the same parts as one JSON object on standard output."""
    error = InputError("SPEC_UNKNOWN", "no such strategy", value="x", hint="list them")
    left_with(error)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "SPEC_UNKNOWN: no such strategy",
        "  value: x",
        "  do:    list them",
    ]
    left_with(error, as_json=True)
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"] == error.as_dict()
    assert shown.err == ""


def test_hostile_text_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """No escape sequence, no bidi override, no markup is interpreted in lines and tables."""
    say([EVIL])
    table("Title", ("a",), [(EVIL,)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert shown.count("[bold]x[/bold] :smile:") == 2


def test_long_lines_and_cells_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """A path can be copied from one line; a table in a pipe is not cut."""
    path = "/" + "folder/" * 25
    say([path])
    table("Title", ("path", "n"), [(path[:150], 1)], right=("n",))
    shown = capsys.readouterr().out
    assert path in shown.splitlines()
    assert path[:150] in shown


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys are sorted, umlauts stay readable, there is exactly one line."""
    emit({"b": "ü", "a": 1}, as_json=True, text=["not shown"])
    assert capsys.readouterr().out == '{"a": 1, "b": "ü"}\n'
