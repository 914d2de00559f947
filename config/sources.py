"""Where a setting can come from: a packaged profile, a user's TOML file, the environment.

Each source is read into flat entries that remember their origin, so that a refusal can name the
file or the variable that has to be changed. Nothing is judged here; `loader.py` does that.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

from config.errors import ConfigCode, ConfigError
from config.settings import Settings

PREFIX: Final = "PEAK_"
PROFILE_VARIABLE: Final = "PEAK_PROFILE"
FILE_VARIABLE: Final = "PEAK_CONFIG"
STATE_VARIABLE: Final = "PEAK_STATE_DIR"
PROFILES: Final = Path(__file__).with_name("profiles")

_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,17}(\.[0-9]{1,17})?(e[+-]?[0-9]{1,3})?", re.ASCII)


class Entry(NamedTuple):
    """One value of one source: dotted key, value as read, where it stood."""

    key: str
    value: Any
    origin: str


def known_keys() -> dict[str, type]:
    """Every key of the settings and its type; an open table such as `limits.overrides` is dict."""
    return {
        f"{section}.{key}": _plain_type(field.annotation)
        for section, group in Settings.model_fields.items()
        for key, field in getattr(group.annotation, "model_fields", {}).items()
    }


def description_of(key: str) -> str:
    """The line of the settings reference about a key or a value of an open table; else empty."""
    section, _, name = key.partition(".")
    group = Settings.model_fields.get(section)
    field = getattr(group and group.annotation, "model_fields", {}).get(name.partition(".")[0])
    return (field.description or "") if field else ""


def _plain_type(annotation: object) -> type:
    origin = getattr(annotation, "__origin__", annotation)
    return origin if isinstance(origin, type) else str


def variable_of(key: str) -> str:
    """Name of the environment variable of a key: `desk.port` is `PEAK_DESK__PORT`."""
    return PREFIX + key.replace(".", "__").upper()


def suggestion(word: str, known: list[str], otherwise: str) -> str:
    """`did you mean X?` for the nearest known word, else the given advice."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else otherwise


def profile_names() -> list[str]:
    """Names of the packaged profiles, sorted."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def read_profile(name: str) -> list[Entry]:
    """Entries of a packaged profile.

    Raises:
        ConfigError: CONFIG_PROFILE_UNKNOWN.
    """
    names = profile_names()
    if name not in names:
        raise ConfigError(
            ConfigCode.CONFIG_PROFILE_UNKNOWN,
            f"there is no profile {name!r}",
            value=name,
            hint=suggestion(name, names, f"choose one of {', '.join(names)}"),
        )
    return read_file(PROFILES / f"{name}.toml", origin=f"profile {name}")


def read_file(path: Path, *, origin: str = "") -> list[Entry]:
    """Entries of a TOML file; `origin` is how messages call it (the path by default).

    Raises:
        ConfigError: CONFIG_FILE_MISSING, or CONFIG_FILE_INVALID with the line of the fault.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            ConfigCode.CONFIG_FILE_MISSING,
            f"the settings file cannot be read: {error.strerror}",
            value=path,
            hint=f"create it, or correct {FILE_VARIABLE}",
        ) from error
    except ValueError as error:
        raise ConfigError(
            ConfigCode.CONFIG_FILE_INVALID,
            f"the settings file is not TOML: {error}",
            value=path,
            hint="correct the line that the message names",
        ) from error
    return list(_flat(document, origin or str(path)))


def _flat(document: Mapping[str, Any], origin: str) -> Iterator[Entry]:
    """Entries of a document; a table that stands where a value belongs stays a value."""
    keys = known_keys()
    for section, table in document.items():
        if not isinstance(table, dict):
            yield Entry(section, table, origin)
            continue
        for name, value in table.items():
            key = f"{section}.{name}"
            if isinstance(value, dict) and keys.get(key) is dict:
                yield from (Entry(f"{key}.{inner}", item, origin) for inner, item in value.items())
            else:
                yield Entry(key, value, origin)


def read_environment(env: Mapping[str, str]) -> list[Entry]:
    """Entries of the `PEAK_*` variables in name order.

    `PEAK_STATE_DIR` is short for `PEAK_DEPLOYMENT__STATE_DIR`, which wins where both are set.

    Raises:
        ConfigError: CONFIG_UNKNOWN_KEY for a variable that is not a setting.
    """
    reserved = {PROFILE_VARIABLE, FILE_VARIABLE}
    names = sorted(name for name in env if name.startswith(PREFIX) and name not in reserved)
    names.sort(key=lambda name: name != STATE_VARIABLE)
    return [_variable(name, env[name]) for name in names]


def _variable(name: str, text: str) -> Entry:
    keys = known_keys()
    by_name = {variable_of(key): key for key, kind in keys.items() if kind is not dict}
    by_name[STATE_VARIABLE] = "deployment.state_dir"
    key = by_name.get(name) or _inner_key(name, keys)
    if not key:
        known = [*by_name, PROFILE_VARIABLE, FILE_VARIABLE]
        raise ConfigError(
            ConfigCode.CONFIG_UNKNOWN_KEY,
            f"the environment variable {name} is not a setting",
            value=name,
            hint=suggestion(name, known, "remove it; all settings stand in the settings reference"),
        )
    return Entry(key, _typed(text, keys.get(key, int)), f"variable {name}")


def _inner_key(name: str, keys: Mapping[str, type]) -> str:
    """Key of a variable that names one value of an open table, else an empty text.

    `PEAK_LIMITS__OVERRIDES__X` is `limits.overrides.x`; open tables hold integers.
    """
    for table in (key for key, kind in keys.items() if kind is dict):
        start = variable_of(table) + "__"
        if name.startswith(start) and len(name) > len(start):
            return f"{table}.{name[len(start) :].lower()}"
    return ""


def _typed(text: str, kind: type) -> object:
    """The variable's text as the kind its setting has; what does not fit stays text."""
    if kind is int and _INTEGER.fullmatch(text):
        return int(text)
    if kind is float and _NUMBER.fullmatch(text):
        return float(text)
    return text
