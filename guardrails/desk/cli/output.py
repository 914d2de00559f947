"""How a command speaks: rich text for people, one JSON object for programs, and exit codes.

Exit codes: 0 done; 1 done, and the answer is no (refused, failed, not verified); 2 bad input;
3 something that is needed does not answer; 4 a record does not verify.
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


def console(*, error: bool = False) -> Console:
    """A console that treats all text as text: no markup from outside is interpreted."""
    from rich.console import Console

    return Console(stderr=error, markup=False, highlight=False, emoji=False)


def emit(data: object, *, as_json: bool, text: Sequence[str] = ()) -> None:
    """Print the JSON object, or the lines for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, sort_keys=True) + "\n")
        return
    from engine.text import clean_text

    out = console()
    for line in text:
        out.print(clean_text(line, 2_000))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A rich table; cells are shown as cleaned text."""
    from rich.table import Table
    from rich.text import Text

    from engine.text import clean_text

    grid = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column)
    for row in rows:
        grid.add_row(*[Text(clean_text(str(cell), 200)) for cell in row])
    console().print(grid)


def _exit_code(error: PeakError) -> int:
    if isinstance(error, UnavailableError):
        return EXIT_UNAVAILABLE
    if isinstance(error, IntegrityError):
        return EXIT_INTEGRITY
    return EXIT_NO if isinstance(error, AccessError) else EXIT_INPUT


def fail(error: PeakError, *, as_json: bool) -> NoReturn:
    """Say what happened, the value, and what to do; then leave with the code of its kind."""
    if as_json:
        emit({"error": error.as_dict()}, as_json=True)
    else:
        from engine.text import clean_text

        err = console(error=True)
        err.print(f"{error.code}: {clean_text(error.message)}")
        if error.value:
            err.print(f"  value: {clean_text(error.value)}")
        if error.hint:
            err.print(f"  do:    {clean_text(error.hint)}")
    raise typer.Exit(_exit_code(error))


@contextmanager
def reporting(*, as_json: bool) -> Iterator[None]:
    """Turn faults of a command into its error output; nothing else is caught."""
    try:
        yield
    except PeakError as error:
        fail(error, as_json=as_json)
