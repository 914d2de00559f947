"""Report files: found by their start, read strictly, written whole in the form of their name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.errors import InputError
from engine.records import canonical, parse_record
from engine.reports.contents import TemplateName
from engine.reports.data import Language, ReportData

MAX_REPORT_BYTES: Final = 8_000_000
NEWEST: Final = 20
_KNOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Written:
    """The forms of one report, each made when it is asked for."""

    html: Callable[[], str]
    md: Callable[[], str]
    json: Callable[[], str]


def forms_of(data: ReportData, language: Language, template: TemplateName) -> Written:
    """The forms of a report; JSON is the whole record whatever the template."""
    from engine.reports import (  # noqa: PLC0415 - templates and locale data load to render only
        render_html,
        render_markdown,
    )

    return Written(
        html=lambda: render_html.render(data, language, template),
        md=lambda: render_markdown.render(data, language, template),
        json=lambda: canonical(data).decode(),
    )


def put_forms(page: Written, out: Path | None, pdf: Path | None) -> dict[str, str]:
    """Write what was asked for; form and path of each file.

    Raises:
        InputError: FORMAT_UNKNOWN, FOLDER_MISSING.
        UnavailableError: CHROMIUM_MISSING, PDF_FAILED.
    """
    from engine.reports.print_pdf import write_pdf  # noqa: PLC0415 - only who prints needs it

    written: dict[str, str] = {}
    if out is not None:
        form = out.suffix.lstrip(".")
        makers = {"html": page.html, "md": page.md, "json": page.json}
        if form not in makers:
            raise InputError(
                "FORMAT_UNKNOWN", "the file's ending names no format of a report", value=out.name,
                hint="end the name in .html, .md or .json",
            )  # fmt: skip
        written[form] = str(put_file(out, makers[form]().encode()))
    if pdf is not None:
        written["pdf"] = str(write_pdf(page.html(), pdf))
    return written


def put_file(path: Path, raw: bytes) -> Path:
    """Write a file so that it appears whole or not at all.

    Raises:
        InputError: FOLDER_MISSING.
    """
    if not path.parent.is_dir():
        raise InputError(
            "FOLDER_MISSING", "there is no such folder for the file", value=path.parent,
            hint="make the folder first",
        )  # fmt: skip
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def newest(folder: Path) -> list[Path]:
    """JSON files of reports, the newest first."""
    return sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)


def find_report(folder: Path, start: str) -> Path:
    """The JSON file of the one report whose candidate starts so.

    Raises:
        InputError: REPORT_UNKNOWN.
    """
    found = sorted(folder.glob(f"{start}*.json")) if start.isalnum() else []
    if len(found) != 1:
        known = [path.stem[:12] for path in newest(folder)[:_KNOWN]]
        raise InputError(
            "REPORT_UNKNOWN", "there is no such report, or more than one starts so", value=start,
            hint=f"known: {', '.join(known) or 'none yet, see `peak gate`'}",
        )  # fmt: skip
    return found[0]


def report_named(folder: Path, name: str) -> ReportData:
    """A report by the start of its candidate's id, or from a JSON file.

    Raises:
        InputError: REPORT_UNKNOWN, REPORT_UNREADABLE.
    """
    path = Path(name)
    is_file = path.suffix == ".json" and path.is_file()
    return read_report(path if is_file else find_report(folder, name))


def read_report(path: Path) -> ReportData:
    """A report from its JSON file, read strictly.

    Raises:
        InputError: REPORT_UNREADABLE.
    """
    if path.stat().st_size > MAX_REPORT_BYTES:
        raise _unreadable(path)
    try:
        return parse_record(ReportData, path.read_bytes(), MAX_REPORT_BYTES)
    except InputError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> InputError:
    return InputError(
        "REPORT_UNREADABLE", "this file is no report of this version", value=path.name,
        hint="write one with `peak report backtest SPEC --out FILE.json`",
    )  # fmt: skip


def listed(folder: Path) -> list[dict[str, Any]]:
    """The newest reports as rows."""
    return [row_of(path) for path in newest(folder)[:NEWEST]]


def row_of(path: Path) -> dict[str, Any]:
    """Candidate, title, verdict, tier and trials of a report."""
    data = json.loads(path.read_text(encoding="utf-8"))
    gate = data.get("gate") or {}
    keys = ("verdict", "tier", "trials")
    return {"candidate_id": path.stem, "title": data["title"]} | {
        key: gate.get(key) for key in keys
    }
