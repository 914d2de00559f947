"""The settings describe themselves completely."""

from __future__ import annotations

import json

import pytest

from config.modes import RIGHTS, Mode
from config.reference import mode_table, profile_table, settings_schema, settings_tables
from config.sources import description_of, known_keys, profile_names, variable_of


@pytest.mark.parametrize("key", sorted(known_keys()))
def test_every_setting_has_a_line_with_its_meaning(key: str) -> None:
    """No key without a description, and the table names its variable."""
    assert description_of(key).endswith(".")
    assert description_of(key) in settings_tables()
    assert f"`{variable_of(key)}" in settings_tables()


def test_the_tables_are_tables() -> None:
    """Each row has five cells: a pattern with a bar in it does not break the table."""
    rows = [line for line in settings_tables().splitlines() if line.startswith("| `")]
    assert len(rows) == len(known_keys())
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}


def test_the_schema_refuses_unknown_keys() -> None:
    """An editor that knows the schema marks a misspelt key."""
    schema = json.loads(settings_schema())
    assert schema["additionalProperties"] is False
    assert all(
        group["additionalProperties"] is False
        for group in schema["$defs"].values()
        if group["type"] == "object"
    )


def test_every_mode_and_profile_stands_in_its_table() -> None:
    """Tables are complete."""
    assert all(f"| {mode.value} |" in mode_table() for mode in Mode)
    assert all(f"`{name}`" in profile_table() for name in profile_names())


def test_the_reader_sees_which_modes_this_version_has() -> None:
    """The last column says yes exactly for the modes that the loader accepts."""
    for mode, rights in RIGHTS.items():
        (row,) = [line for line in mode_table().splitlines() if line.startswith(f"| {mode.value} ")]
        assert row.endswith("| yes |" if rights.available else "| no |")
