"""The workspace: a person's own strategies, one JSON file each, named by the file.

    strategies/my_rule.json     is the strategy `my_rule` wherever a command takes one

A file that cannot be read stands in the list with what is wrong with it and stops nothing else.
The library's names are taken: a file of such a name is refused, never used in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Final

from engine.errors import InputError
from engine.language import library
from engine.language.spec import StrategySpec, read_spec
from engine.text import did_you_mean

MAX_BYTES: Final = 1_000_000
"""Largest file that is read as a spec."""
SUFFIX: Final = ".json"
NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
"""How a new strategy is called; files that people bring may have any name."""
_SHOWN_CHARACTERS: Final = 80
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class OwnSpec:
    """One file of the workspace: its spec, or what is wrong with it."""

    name: str
    path: Path
    spec: StrategySpec | None = None
    fault: InputError | None = None


def own_names(folder: Path) -> tuple[str, ...]:
    """Names of the strategies in a workspace folder, sorted; none when it is not there."""
    return tuple(sorted(path.stem for path in _files(folder)))


def own_specs(folder: Path) -> tuple[OwnSpec, ...]:
    """Every strategy of a workspace folder, broken ones with their fault, by name."""
    return tuple(_own_spec(path) for path in sorted(_files(folder), key=lambda one: one.stem))


def _files(folder: Path) -> list[Path]:
    found = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    return [path for path in found if not path.name.startswith(".") and not path.is_dir()]


def _own_spec(path: Path) -> OwnSpec:
    try:
        return OwnSpec(path.stem, path, spec=read_own(path))
    except InputError as fault:
        return OwnSpec(path.stem, path, fault=fault)


def read_own(path: Path) -> StrategySpec:
    """The spec of a workspace file.

    Raises:
        InputError: SPEC_NAME_TAKEN when the library has this name; else as `read_file`.
    """
    if library.is_known(path.stem):
        raise InputError(
            "SPEC_NAME_TAKEN", "the library has a strategy of this name, so this file is not used",
            value=path.name, hint=f"rename the file, e.g. to my_{path.name}",
        )  # fmt: skip
    return read_file(path)


def read_file(path: Path) -> StrategySpec:
    """The spec in a file.

    Raises:
        InputError: SPEC_IS_FOLDER, FILE_NOT_FOUND, SPEC_EXTENSION, FILE_TOO_LARGE,
            FILE_UNREADABLE, JSON_INVALID with line and column, or what is wrong with the document.
    """
    text = _text_of(path)
    try:
        return read_spec(text)
    except InputError as fault:
        if fault.code == "JSON_INVALID" and isinstance(fault.__cause__, JSONDecodeError):
            raise _misspelt(path, text, fault.__cause__) from fault
        raise


def _misspelt(path: Path, text: str, error: JSONDecodeError) -> InputError:
    """Broken JSON with the place and the line as it is written."""
    shown = text.split("\n")[error.lineno - 1].strip()[:_SHOWN_CHARACTERS]
    return InputError(
        "JSON_INVALID",
        f"this is not JSON: {error.msg} in line {error.lineno}, column {error.colno}",
        value=f"{path.name}:{error.lineno}:{error.colno}",
        hint=f"look at: {shown}" if shown else "the document ends too early",
    )


def _text_of(path: Path) -> str:
    if len(path.name) > _LONGEST_NAME:
        raise InputError("FILE_NOT_FOUND", "there is no such file", value=path, hint="name a file")
    if path.is_dir():
        inside = sorted(one.name for one in _files(path))[:5]
        hint = f"name one of its files: {', '.join(inside)}" if inside else f"name a {SUFFIX} file"
        raise InputError("SPEC_IS_FOLDER", "this is a folder, not a file", value=path, hint=hint)
    if not path.is_file():
        near = did_you_mean(path.name, [one.name for one in _files(path.parent)])
        hint = f"did you mean {near[0]}?" if near else "check the path"
        raise InputError("FILE_NOT_FOUND", "there is no such file", value=path, hint=hint)
    if path.suffix != SUFFIX:
        raise InputError(
            "SPEC_EXTENSION", f"the file of a strategy ends in {SUFFIX}", value=path.name,
            hint=f"a strategy is a JSON document: save it as {path.stem}{SUFFIX}",
        )  # fmt: skip
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                "FILE_TOO_LARGE", f"a spec has at most {MAX_BYTES} bytes", value=path,
                hint="name the JSON file of a strategy",
            )  # fmt: skip
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            "FILE_UNREADABLE", f"the file cannot be read: {what}", value=path,
            hint="name the JSON file of a strategy",
        ) from error  # fmt: skip
