"""`peak report`: list the reports of judged candidates, or read one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import emit, reporting, table

if TYPE_CHECKING:
    from guardrails.desk.folders import Folders

FORMS: Final = ("html", "md", "json")
NEWEST: Final = 20


def report(
    candidate: Annotated[
        str | None, typer.Argument(help="A candidate's id or its start; none lists the newest.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="html (its path), md or json")] = "md",
    as_json: JsonFlag = False,
) -> None:
    """Print a candidate's report, or where the HTML file lies; without a name list them."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.choices import unknown
        from guardrails.desk.local import local

        if form not in FORMS:
            raise unknown("FORMAT_UNKNOWN", "a format of a report", form, FORMS)
        folders = local().folders
        if candidate is None:
            _list(folders, as_json=as_json)
            return
        found = _found(folders, candidate)
        if as_json:
            files = {name: str(found.with_suffix(f".{name}")) for name in FORMS}
            emit({**_row(found), "files": files, "report": _json(found)}, as_json=True)
        elif form == "html":
            emit(None, as_json=False, text=[str(found.with_suffix(".html"))])
        else:
            typer.echo(found.with_suffix(f".{form}").read_text(encoding="utf-8"))


def _found(folders: Folders, start: str) -> Path:
    """The JSON file of the one report whose candidate starts so."""
    from engine.errors import InputError

    found = sorted(folders.reports.glob(f"{start}*.json")) if start.isalnum() else []
    if len(found) != 1:
        known = [path.stem[:12] for path in _newest(folders)[:5]]
        raise InputError(
            "REPORT_UNKNOWN", "there is no such report, or more than one starts so", value=start,
            hint=f"known: {', '.join(known) or 'none yet, see `peak gate`'}",
        )  # fmt: skip
    return found[0]


def _newest(folders: Folders) -> list[Path]:
    found = folders.reports.glob("*.json")
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _row(path: Path) -> dict[str, Any]:
    data = _json(path)
    gate = data.get("gate") or {}
    keys = ("verdict", "tier", "trials")
    return {"candidate_id": path.stem, "title": data["title"]} | {
        key: gate.get(key) for key in keys
    }


def _list(folders: Folders, *, as_json: bool) -> None:
    rows = [_row(path) for path in _newest(folders)[:NEWEST]]
    if as_json or not rows:
        empty = "No report yet. `peak gate SPEC` judges a strategy and writes one."
        emit({"reports": rows}, as_json=as_json, text=[empty])
        return
    cells = [
        (row["candidate_id"][:12], row["title"], row["verdict"], row["tier"] or "", row["trials"])
        for row in rows
    ]
    columns = ("candidate", "strategy", "verdict", "tier", "trials")
    table("Reports, the newest first", columns, cells, right=("trials",))
