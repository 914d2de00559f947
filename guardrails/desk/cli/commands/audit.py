"""`peak audit`: verify and read the journals."""

from __future__ import annotations

from typing import Annotated

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_INTEGRITY, emit, reporting, table

app = typer.Typer(no_args_is_help=True, help="The audit journal.")
NOTHING_YET = "No journal yet: it begins with the first `peak gate` or `peak serve`."


@app.command("verify")
def verify(as_json: JsonFlag = False) -> None:
    """Verify both journals from their first row; works while the processes run or not."""
    with reporting(as_json=as_json):
        from guardrails.desk.auditing import verify_files
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local

        here = local()
        with waiting("verifying the journals"):
            found = verify_files(here.folders, here.clock)
        lines = [
            f"{one.chain}: {'ok' if one.ok else f'broken at row {one.first_bad}'}, {one.rows} rows"
            f"{f' ({one.reason})' if one.reason else ''}"
            for one in found.chains
        ]
        summary = f"{'ok' if found.ok else 'BROKEN'}: {found.rows} rows"
        text = [*lines, summary] if found.chains else [NOTHING_YET]
        emit(found.as_dict(), as_json=as_json, text=text)
        if not found.ok:
            raise typer.Exit(EXIT_INTEGRITY)


@app.command("tail")
def tail(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many rows.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """Print the newest journal rows of the desk, oldest first."""
    with reporting(as_json=as_json):
        from dataclasses import asdict

        from guardrails.desk.auditing import desk_tail
        from guardrails.desk.local import local

        here = local()
        rows = desk_tail(here.folders, here.clock, limit)
        if as_json or not rows:
            data = {"rows": [asdict(row) for row in rows]}
            emit(data, as_json=as_json, text=[NOTHING_YET])
            return
        cells = [(row.n, row.time, row.actor, row.kind) for row in rows]
        table("Journal of the desk", ("row", "time", "who", "what"), cells, right=("row",))
