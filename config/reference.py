"""The settings described by themselves: a JSON schema for editors, Markdown tables for people."""

from __future__ import annotations

import inspect
import json
from typing import Any, Final

from config.modes import RIGHTS
from config.settings import Settings
from config.sources import PROFILES, description_of, profile_names, variable_of

_RANGES: Final = (
    ("minimum", "{} or more"),
    ("exclusiveMinimum", "above {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "below {}"),
)


def settings_schema() -> str:
    """JSON schema of a settings file, indented, with a final newline."""
    return json.dumps(Settings.model_json_schema(), indent=2, sort_keys=True) + "\n"


def settings_tables() -> str:
    """One Markdown table for each section: key, variable, default, what is allowed, meaning."""
    schema = Settings.model_json_schema()
    parts = []
    for section, field in Settings.model_fields.items():
        reference = schema["properties"][section]
        group = schema["$defs"][_reference_name(reference)]
        lines = [
            f"### `[{section}]`",
            "",
            inspect.cleandoc(field.annotation.__doc__ or "") if field.annotation else "",
            "",
            "| key | variable | default | allowed | meaning |",
            "|---|---|---|---|---|",
            *(_row(section, key, value, schema) for key, value in group["properties"].items()),
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def mode_table() -> str:
    """Markdown table of the modes and what each may do."""
    rights = list(next(iter(RIGHTS.values())).model_dump())
    head = ["mode", *(name.replace("_", " ") for name in rights)]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for mode, row in RIGHTS.items():
        cells = [_cell(getattr(row, name)) for name in rights]
        lines.append(f"| {' | '.join([mode.value, *cells])} |")
    return "\n".join(lines)


def profile_table() -> str:
    """Markdown table of the packaged profiles and the comment that opens each."""
    lines = ["| profile | what it is for |", "|---|---|"]
    for name in profile_names():
        text = (PROFILES / f"{name}.toml").read_text(encoding="utf-8")
        comment = [line.removeprefix("#").strip() for line in text.splitlines() if line[:1] == "#"]
        lines.append(f"| `{name}` | {' '.join(comment)} |")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "-")


def _reference_name(node: dict[str, Any]) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _row(section: str, key: str, node: dict[str, Any], schema: dict[str, Any]) -> str:
    name = f"{section}.{key}"
    variable = variable_of(name) + ("__KEY" if node.get("type") == "object" else "")
    default = json.dumps(node["default"])
    cells = (f"`{key}`", f"`{variable}`", f"`{default}`", _allowed(node, schema))
    return f"| {' | '.join([*cells, description_of(name)])} |"


def _allowed(node: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a value may be, in words: choices, a range, a pattern or only a type."""
    kind = schema["$defs"][_reference_name(node)] if "$ref" in node else node
    if "enum" in kind:
        return ", ".join(f"`{choice}`" for choice in kind["enum"])
    if kind.get("type") == "object":
        return "a table of integers"
    if "pattern" in kind:
        return f"text like `{kind['pattern'].replace('|', chr(92) + '|')}`"
    bounds = [words.format(kind[name]) for name, words in _RANGES if name in kind]
    noun = {"integer": "integer", "number": "number"}.get(str(kind.get("type")), "text")
    return ", ".join([noun, *bounds])
