"""`peak audit`: verify, read, prove and export the journals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_INTEGRITY, EXIT_NO, emit, reporting

if TYPE_CHECKING:
    from guardrails.desk.local import Local
    from guardrails.store.journal import ChainReport, JournalEntry

app = typer.Typer(no_args_is_help=True, help="The audit journal.")
NOTHING_YET = "No journal yet: it begins with the first `peak gate` or `peak serve`."
MAX_PAYLOAD = 300
POLL_SECONDS = 0.5


def _further(here: Local) -> str:
    return here.settings.deployment.anchor_copy_dir


@app.command("verify")
def verify(as_json: JsonFlag = False) -> None:
    """Verify both journals and their anchors; works while the processes run or not."""
    with reporting(as_json=as_json):
        from guardrails.desk.auditing import verify_files
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local

        here = local()
        with waiting("verifying the journals"):
            found = verify_files(here.folders, here.clock, _further(here))
        lines = [_line_of(one) for one in found.chains]
        summary = f"{'ok' if found.ok else 'BROKEN'}: {found.rows} rows, {found.anchors} anchors"
        text = [*lines, summary] if found.chains else [NOTHING_YET]
        emit(found.as_dict(), as_json=as_json, text=text)
        if not found.ok:
            raise typer.Exit(EXIT_INTEGRITY)


def _line_of(one: ChainReport) -> str:
    state = "ok" if one.ok else f"broken at row {one.first_bad}"
    why = f" ({one.code}: {one.reason})" if one.reason else ""
    return f"{one.chain}: {state}, {one.rows} rows, {one.anchors} anchors{why}"


@app.command("tail")
def tail(
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, max=500, help="How many rows.")
    ] = 20,
    chain: Annotated[Literal["desk", "gateway"], typer.Option(help="Whose journal.")] = "desk",
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as rows come.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Print the newest journal rows, oldest first, one line each.

    With --follow and --json each row is one JSON object on a line of its own.
    """
    with reporting(as_json=as_json):
        from dataclasses import asdict

        from guardrails.desk.auditing import rows_of
        from guardrails.desk.local import local

        here = local()
        rows = rows_of(here.folders, here.clock, chain, limit=limit)
        if follow:
            _follow(here, chain, rows, as_json=as_json)
        data = {"rows": [asdict(row) for row in rows]}
        emit(data, as_json=as_json, text=[_shown(row) for row in rows] or [NOTHING_YET])


def _shown(row: JournalEntry) -> str:
    """One row on one line; the payload is canonical JSON, so what is odd in it is escaped."""
    payload = row.payload if len(row.payload) <= MAX_PAYLOAD else row.payload[:MAX_PAYLOAD] + " ..."
    return f"{row.n} {row.time} {row.actor} {row.kind} {payload}"


def _follow(here: Local, chain: str, rows: tuple[JournalEntry, ...], *, as_json: bool) -> None:
    """Print rows as they come, until Ctrl-C."""
    import time
    from dataclasses import asdict

    from guardrails.desk.auditing import rows_of

    last = 0
    while True:
        for row in rows:
            emit({"chain": chain, **asdict(row)}, as_json=as_json, text=[_shown(row)])
            last = row.n
        time.sleep(POLL_SECONDS)
        rows = rows_of(here.folders, here.clock, chain, above=last)


@app.command("prove")
def prove(
    subject: Annotated[
        str, typer.Argument(help="An order id, a ticket, or a row: 12, gateway:12.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="The file to write.")] = None,
    since: Annotated[
        int | None, typer.Option(min=1, help="Also prove that no row up to this anchor changed.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a proof that these rows are in the journal; anybody can check it without one."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local
        from guardrails.desk.proving import proof_of, write_proof

        here = local()
        with waiting("building the proof"):
            proof = proof_of(here.folders, here.clock, subject, since=since, further=_further(here))
        path = out or Path(f"proof-{proof.chain}-{proof.rows[-1].n}.json")
        write_proof(path, proof)
        rows = [row.n for row in proof.rows]
        longest = max(len(row.path) for row in proof.rows)
        emit(
            {"file": str(path), "chain": proof.chain, "rows": rows, "hashes": longest},
            as_json=as_json,
            text=[
                f"{path}: {len(rows)} rows of the {proof.chain} journal, {longest} hashes at most",
                f"check it with: peak audit verify-proof {path}",
            ],
        )


@app.command("verify-proof")
def verify_proof(
    file: Annotated[Path, typer.Argument(help="A file of `peak audit prove`.")],
    key: Annotated[
        list[str] | None,
        typer.Option(help="The witness's public key, as in anchors/gateway.vkey; may be repeated."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a proof; needs no database, only the witness's public key."""
    with reporting(as_json=as_json):
        from guardrails.desk.auditing import known_keys
        from guardrails.desk.local import local
        from guardrails.desk.proving import check_file, keys_of

        found = check_file(file, keys_of(key) if key else known_keys(local().folders))
        rows = ", ".join(str(n) for n in found.rows)
        text = f"rows {rows} are in the {found.chain} journal of {found.size} rows"
        grown = "" if found.older is None else f"; the first {found.older} rows are unchanged"
        said = f"ok: {text}, signed by {found.signer}{grown}"
        lines = [said if found.ok else f"NOT PROVED: {found.failed}"]
        emit(found.as_dict(), as_json=as_json, text=lines)
        if not found.ok:
            raise typer.Exit(EXIT_NO)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    *,
    runs: Annotated[
        bool, typer.Option("--runs", help="The run log instead: signals, orders, fills, results.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write every journal row and anchor as JSON lines, whole and as they were hashed."""
    with reporting(as_json=as_json):
        from guardrails.desk import proving
        from guardrails.desk.cli.progress import studying
        from guardrails.desk.local import local

        here = local()
        with studying() as bar:
            if runs:
                lines = proving.export_runs(here.folders, here.clock, file)
            else:
                lines = proving.export(
                    here.folders, here.clock, file,
                    tell=lambda done: bar("rows", done, 0),
                )  # fmt: skip
        emit({"file": str(file), "lines": lines}, as_json=as_json, text=[f"{file}: {lines} lines"])
