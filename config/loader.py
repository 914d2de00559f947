"""`load_settings`: the one way from files and variables to `Settings`; strangers stop the start.

Later wins: the defaults in code, then a packaged profile, then the user's file, then variables.

1. The profile is the argument, else `PEAK_PROFILE`, else `paper`.
2. The user's file is the argument, else `PEAK_CONFIG`, else none.
3. `PEAK_<SECTION>__<KEY>` sets one value, e.g. `PEAK_DESK__PORT=8800`.

An unknown key is refused wherever it stands, because a misspelt limit is a missing limit.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from config.errors import ConfigCode, ConfigError
from config.modes import RIGHTS, Mode
from config.settings import DeploymentSettings, Settings
from config.sources import (
    FILE_VARIABLE,
    PROFILE_VARIABLE,
    Entry,
    description_of,
    known_keys,
    read_environment,
    read_file,
    read_profile,
    suggestion,
)

DEFAULT_PROFILE: Final = "paper"

_CREDENTIALS = re.compile(r"//[^/\s]*@")


def load_settings(
    profile: str | None = None, *, env: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Settings of a process, checked as a whole; `state_dir` comes out absolute.

    Args:
        profile: name of a packaged profile; None asks `PEAK_PROFILE`.
        env: variables to read; None takes the process's own.
        file: the user's TOML file; None asks `PEAK_CONFIG`.

    Raises:
        ConfigError: CONFIG_UNKNOWN_KEY, CONFIG_VALUE_INVALID, CONFIG_PROFILE_UNKNOWN,
            CONFIG_FILE_MISSING, CONFIG_FILE_INVALID or MODE_NOT_AVAILABLE.
    """
    variables = os.environ if env is None else env
    entries = read_profile(profile or variables.get(PROFILE_VARIABLE) or DEFAULT_PROFILE)
    named = variables.get(FILE_VARIABLE)
    chosen = file or (Path(named) if named else None)
    if chosen is not None:
        entries += read_file(chosen)
    entries += read_environment(variables)
    _refuse_strangers(entries)
    settings = _validated({entry.key: entry for entry in entries})
    require_available(settings.deployment.mode)
    return _with_absolute_state(settings)


def require_available(mode: Mode) -> None:
    """Refuse a mode whose parts this version does not have.

    Raises:
        ConfigError: MODE_NOT_AVAILABLE.
    """
    if RIGHTS[mode].available:
        return
    usable = " or ".join(each.value for each in Mode if RIGHTS[each].available)
    raise ConfigError(
        ConfigCode.MODE_NOT_AVAILABLE,
        f"{mode.value} is refused in this version: the parts it needs are not built yet",
        value=mode.value,
        hint=f"set deployment.mode to {usable}",
    )


def _refuse_strangers(entries: Iterable[Entry]) -> None:
    keys = known_keys()
    tables = tuple(f"{key}." for key, kind in keys.items() if kind is dict)
    sections = set(Settings.model_fields)
    for entry in entries:
        if entry.key in keys or entry.key.startswith(tables):
            continue
        if entry.key in sections:
            raise _invalid(entry, f"a section is a table: write [{entry.key}]")
        raise ConfigError(
            ConfigCode.CONFIG_UNKNOWN_KEY,
            f"there is no setting {entry.key} ({entry.origin})",
            value=entry.key,
            hint=suggestion(entry.key, [*keys, *sections], "remove it; see the settings reference"),
        )


def _validated(entries: Mapping[str, Entry]) -> Settings:
    """Settings from the winning entries; JSON mode reads enums and paths from text, strictly."""
    document: dict[str, dict[str, Any]] = {}
    for entry in entries.values():
        section, _, name = entry.key.partition(".")
        outer, _, inner = name.partition(".")
        group = document.setdefault(section, {})
        if inner:
            group.setdefault(outer, {})[inner] = entry.value
        else:
            group[outer] = entry.value
    try:
        return Settings.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        raise _first_problem(error, entries) from error


def _first_problem(error: ValidationError, entries: Mapping[str, Entry]) -> ConfigError:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return _invalid(entries.get(key) or Entry(key, "", f"section [{key}]"), message)


def _invalid(entry: Entry, message: str) -> ConfigError:
    return ConfigError(
        ConfigCode.CONFIG_VALUE_INVALID,
        f"{entry.key} ({entry.origin}): {message}",
        value=_CREDENTIALS.sub("//***@", str(entry.value)),
        hint=f"{description_of(entry.key)} Correct it where it stands: {entry.origin}.".strip(),
    )


def _with_absolute_state(settings: Settings) -> Settings:
    """The same settings with a state folder that child processes find from any folder."""
    folder = settings.deployment.state_dir.expanduser().absolute()
    deployment = DeploymentSettings(**{**dict(settings.deployment), "state_dir": folder})
    return Settings(**{**dict(settings), "deployment": deployment})
