"""How a command speaks: text for people, one JSON object for programs, and exit codes.

Exit codes: 0 done; 1 done, and the answer is no (refused, failed, not verified); 2 bad input;
3 something that is needed does not answer; 4 a record does not verify; 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from engine.errors import AccessError, IntegrityError, PeakError, UnavailableError

if TYPE_CHECKING:
    from rich.console import Console

EXIT_NO: Final = 1
EXIT_INPUT: Final = 2
EXIT_UNAVAILABLE: Final = 3
EXIT_INTEGRITY: Final = 4
EXIT_INTERRUPTED: Final = 130
MAX_LINE: Final = 2_000
MAX_CELL: Final = 200
PIPE_COLUMNS: Final = 200
"""Width of a table that does not go to a terminal: nothing is cut for a program or a file."""


def console(*, error: bool = False) -> Console:
    """A console that treats all text as text: no markup from outside is interpreted."""
    from rich.console import Console

    found = Console(stderr=error, markup=False, highlight=False, emoji=False)
    if not found.is_terminal:
        found.width = PIPE_COLUMNS
    return found


def say(lines: Sequence[str], *, error: bool = False) -> None:
    """Print lines for people; what came from outside is shown without control characters."""
    from engine.text import clean_text

    out = console(error=error)
    for line in lines:
        # soft wrap: paths and ids can be copied whole
        out.print(clean_text(line, MAX_LINE), soft_wrap=True)


def emit(data: object, *, as_json: bool, text: Sequence[str] = ()) -> None:
    """Print the JSON object, or the lines for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, sort_keys=True) + "\n")
        return
    say(text)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Sequence[str] = (),
) -> None:
    """A table; cells are shown as cleaned text, the columns in `right` are right-aligned."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from engine.text import clean_text

    grid = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        grid.add_column(column, justify="right" if column in right else "left")
    for row in rows:
        grid.add_row(*[Text(clean_text(str(cell), MAX_CELL)) for cell in row])
    console().print(grid)


def _exit_code(error: PeakError) -> int:
    if isinstance(error, UnavailableError):
        return EXIT_UNAVAILABLE
    if isinstance(error, IntegrityError):
        return EXIT_INTEGRITY
    return EXIT_NO if isinstance(error, AccessError) else EXIT_INPUT


def report_fault(error: PeakError, *, as_json: bool) -> int:
    """Say what happened, the value, and what to do; answers the exit code of its kind."""
    if as_json:
        emit({"error": error.as_dict()}, as_json=True)
    else:
        lines = [f"{error.code}: {error.message}"]
        lines += [f"  value: {error.value}"] if error.value else []
        lines += [f"  do:    {error.hint}"] if error.hint else []
        say(lines, error=True)
    return _exit_code(error)


def fail(error: PeakError, *, as_json: bool) -> NoReturn:
    """Report a fault and leave."""
    raise typer.Exit(report_fault(error, as_json=as_json))


def _of_machine(error: OSError) -> UnavailableError:
    return UnavailableError(
        "MACHINE_REFUSED", f"the machine refused: {error.strerror or error}",
        value=error.filename or "", hint="check the folder, its rights and the free space",
    )  # fmt: skip


@contextmanager
def reporting(*, as_json: bool) -> Iterator[None]:
    """Turn faults of a command into its error output; Ctrl-C ends it with exit code 130."""
    try:
        yield
    except PeakError as error:
        fail(error, as_json=as_json)
    except BrokenPipeError:
        raise  # whoever read the output has left
    except OSError as error:
        fail(_of_machine(error), as_json=as_json)
    except KeyboardInterrupt:
        stopped = UnavailableError("INTERRUPTED", "stopped; what was written until then is kept")
        report_fault(stopped, as_json=as_json)
        raise typer.Exit(EXIT_INTERRUPTED) from None
