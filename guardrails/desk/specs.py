"""Finding a spec by what a person calls it: a file, a library name, or one of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.errors import InputError
from engine.language import library
from engine.language.spec import StrategySpec, read_spec
from engine.text import did_you_mean

MAX_BYTES: Final = 1_000_000
"""Largest file that is read as a spec."""


def own_specs(folder: Path) -> dict[str, Path]:
    """The user's own specs by file name without its ending."""
    return {path.stem: path for path in sorted(folder.glob("*.json"))}


def find_spec(ref: str, own_folder: Path) -> StrategySpec:
    """The spec of a path, of the workspace folder, or of the library, in this order.

    Raises:
        InputError: FILE_NOT_FOUND, FILE_TOO_LARGE, FILE_UNREADABLE, SPEC_UNKNOWN with near
            names, or what is wrong with the document.
    """
    path = Path(ref)
    own = own_specs(own_folder)
    if path.suffix == ".json" or path.is_file():
        return read_spec(_text_of(path))
    if ref in own:
        return read_spec(_text_of(own[ref]))
    if ref in library.names():
        return library.load(ref)
    near = did_you_mean(ref, [*own, *library.names()])
    hint = f"did you mean {', '.join(near)}?" if near else "list them with `peak strategy list`"
    raise InputError("SPEC_UNKNOWN", "there is no strategy of this name", value=ref, hint=hint)


def _text_of(path: Path) -> str:
    if not path.is_file():
        near = did_you_mean(path.name, [one.name for one in path.parent.glob("*.json")])
        hint = f"did you mean {near[0]}?" if near else "check the path"
        raise InputError("FILE_NOT_FOUND", "there is no such file", value=path, hint=hint)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            "FILE_TOO_LARGE", f"a spec has at most {MAX_BYTES} bytes", value=path,
            hint="name the JSON file of a strategy",
        )  # fmt: skip
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            "FILE_UNREADABLE", "the file is not UTF-8 text", value=path,
            hint="name the JSON file of a strategy",
        ) from error  # fmt: skip
