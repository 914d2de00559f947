"""The library: published rules as specs, one data file each, named <family>_<market>_<profile>.

A profile changes sizing and limits only, never the signal. Whether a spec passes the gate is
shown as it is; standing here is no recommendation.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from engine.errors import InputError
from engine.language.spec import StrategySpec, read_spec
from engine.text import did_you_mean

_FOLDER: Final = "library_specs"
_SUFFIX: Final = ".json"


def names() -> tuple[str, ...]:
    """Names of all library specs, sorted."""
    folder = files("engine.language").joinpath(_FOLDER)
    return tuple(
        sorted(
            entry.name.removesuffix(_SUFFIX)
            for entry in folder.iterdir()
            if entry.name.endswith(_SUFFIX)
        )
    )


@cache
def load(name: str) -> StrategySpec:
    """One library spec.

    Raises:
        InputError: LIBRARY_UNKNOWN with the nearest names.
    """
    known = names()
    if name not in known:
        near = did_you_mean(name, list(known))
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
        raise InputError("LIBRARY_UNKNOWN", "the library has no such spec", value=name, hint=hint)
    folder = files("engine.language").joinpath(_FOLDER)
    return read_spec(folder.joinpath(name + _SUFFIX).read_bytes())
