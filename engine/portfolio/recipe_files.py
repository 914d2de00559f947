"""Recipe files: TOML, read strictly; packaged ones in `config/recipes`, one's own come first."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel

import config
from engine.errors import InputError
from engine.portfolio.recipes import Recipe, RegimeMarket, RegimeWeights, Sleeve
from engine.records import parse_record
from engine.text import clean_text, did_you_mean

PACKAGED: Final = Path(config.__file__).with_name("recipes")
MAX_BYTES: Final = 100_000
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*", re.ASCII)


def recipe_names(folder: Path | None = None) -> tuple[str, ...]:
    """Names of all recipes, sorted; those of one's own folder included."""
    return tuple(sorted(_files(folder)))


def is_own(name: str, folder: Path | None) -> bool:
    """True when the recipe of this name lies in one's own folder."""
    path = _files(folder).get(name)
    return path is not None and path.parent == folder


def listed(folder: Path | None = None) -> tuple[tuple[str, Recipe | InputError], ...]:
    """Every recipe by name, or what is wrong with its file; sorted."""
    return tuple((name, _read_or_fault(path)) for name, path in sorted(_files(folder).items()))


def _read_or_fault(path: Path) -> Recipe | InputError:
    try:
        return read_recipe(path)
    except InputError as error:
        return error


def find_recipe(ref: str, folder: Path | None = None) -> Recipe:
    """The recipe of a path, of one's own folder, or of the packaged ones, in this order.

    Raises:
        InputError: RECIPE_UNKNOWN with near names, RECIPE_UNKNOWN_KEY or RECIPE_INVALID.
    """
    path = Path(ref)
    if path.suffix == ".toml":
        return read_recipe(path)
    known = _files(folder)
    if ref in known:
        return read_recipe(known[ref])
    near = did_you_mean(ref, sorted(known))
    hint = f"did you mean {', '.join(near)}?" if near else "list them with `peak portfolio list`"
    raise InputError(
        "RECIPE_UNKNOWN", "there is no recipe of this name", value=clean_text(ref, 80), hint=hint
    )


def read_recipe(path: Path) -> Recipe:
    """The recipe of one file; its name is the file's.

    Raises:
        InputError: RECIPE_UNKNOWN_KEY with the nearest key, or RECIPE_INVALID.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _invalid(path, f"more than {MAX_BYTES} bytes", "a recipe is a short file")
        return recipe_of(path.read_text(encoding="utf-8"), path.stem)
    except OSError as error:
        hint = "list recipes with `peak portfolio list`"
        raise _invalid(path, f"cannot be read: {error.strerror}", hint) from error
    except UnicodeDecodeError as error:
        raise _invalid(path, "this is not UTF-8 text", "name a TOML file") from error


def recipe_of(text: str, name: str) -> Recipe:
    """A recipe from TOML text.

    Raises:
        InputError: RECIPE_UNKNOWN_KEY with the nearest key, or RECIPE_INVALID.
    """
    where = Path(f"{name}.toml")
    try:
        table = tomllib.loads(text)
        raw = json.dumps({**table, "name": name}, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise _invalid(where, clean_text(str(error), 120), "write it as TOML") from error
    for unknown, near in _strangers(table):
        raise InputError(
            "RECIPE_UNKNOWN_KEY", f"{where.name}: a recipe has no such key", value=unknown,
            hint=f"did you mean {near}?" if near else "remove it",
        )  # fmt: skip
    try:
        return parse_record(Recipe, raw)
    except InputError as error:
        raise _invalid(where, error.message, error.hint) from error


def _files(folder: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for place in (PACKAGED, folder):
        if place is not None and place.is_dir():
            found |= {
                path.stem: path
                for path in sorted(place.glob("*.toml"))
                if path.is_file() and _NAME.fullmatch(path.stem)
            }
    return found


def _strangers(table: dict[str, object]) -> Iterator[tuple[str, str | None]]:
    """Keys that no record has, with the nearest one that it has."""
    yield from _unknown(table, _keys(Recipe) - {"name"}, "")
    sleeves = table.get("sleeves")
    for number, sleeve in enumerate(sleeves if isinstance(sleeves, list) else []):
        if isinstance(sleeve, dict):
            yield from _unknown(sleeve, _keys(Sleeve), f"sleeves[{number}].")
            inner = f"sleeves[{number}].regime_weights."
            yield from _unknown(sleeve.get("regime_weights"), _keys(RegimeWeights), inner)
    yield from _unknown(table.get("regime"), _keys(RegimeMarket), "regime.")


def _unknown(table: object, known: set[str], path: str) -> Iterator[tuple[str, str | None]]:
    for key in table if isinstance(table, dict) else {}:
        if key not in known:
            near = did_you_mean(str(key), sorted(known), 1)
            yield clean_text(f"{path}{key}", 80), near[0] if near else None


def _keys(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def _invalid(path: Path, what: str, hint: str) -> InputError:
    return InputError("RECIPE_INVALID", f"{path.name}: {what}", value=path.name, hint=hint)
