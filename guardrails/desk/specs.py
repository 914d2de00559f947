"""Finding a spec by what a person calls it: a file, a library name, or one of their own."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.language import library
from engine.language.spec import StrategySpec, read_spec
from engine.text import did_you_mean


def own_specs(folder: Path) -> dict[str, Path]:
    """The user's own specs by file name without its ending."""
    return {path.stem: path for path in sorted(folder.glob("*.json"))}


def find_spec(ref: str, own_folder: Path) -> StrategySpec:
    """The spec of a path, of the workspace folder, or of the library, in this order.

    Raises:
        InputError: SPEC_UNKNOWN with near names, or what is wrong with the document.
    """
    path = Path(ref)
    own = own_specs(own_folder)
    if path.suffix == ".json" or path.is_file():
        if not path.is_file():
            raise InputError(
                "FILE_NOT_FOUND", "there is no such file", value=ref, hint="check the path"
            )
        return read_spec(path.read_bytes())
    if ref in own:
        return read_spec(own[ref].read_bytes())
    if ref in library.names():
        return library.load(ref)
    near = did_you_mean(ref, [*own, *library.names()])
    hint = f"did you mean {', '.join(near)}?" if near else "list them with `peak strategy list`"
    raise InputError("SPEC_UNKNOWN", "there is no strategy of this name", value=ref, hint=hint)
