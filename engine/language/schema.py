"""The JSON schema of a DraftReply that a model fills: strict, without what endpoints refuse.

Built from the records and then reduced: every field required, optional means null, `anyOf` only,
no defaults, bounds or patterns (the checker tests those after every reply), no recursion.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from engine.language.reply import DraftReply

Schema: TypeAlias = dict[str, object]

_KEPT: Final = frozenset({
    "$defs", "$ref", "additionalProperties", "anyOf", "enum", "items", "properties", "required",
    "type",
})  # fmt: skip
FORBIDDEN_WORDS: Final = frozenset({
    "oneOf", "allOf", "discriminator", "default", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "format",
    "const", "prefixItems", "multipleOf", "uniqueItems", "title", "description",
})  # fmt: skip
"""Keywords that must not stand in the schema."""


def _reduced(node: object) -> object:
    if isinstance(node, list):
        return [_reduced(item) for item in node]
    if not isinstance(node, dict):
        return node
    found: Schema = {}
    if "const" in node:
        found = {"type": "string", "enum": [node["const"]]}
    for key, value in node.items():
        if key in {"properties", "$defs"}:
            found[key] = {name: _reduced(part) for name, part in value.items()}
        elif key in _KEPT:
            found[key] = _reduced(value)
    if "properties" in found:
        found["required"] = list(cast("Schema", found["properties"]))
        found["additionalProperties"] = False
    return found


def draft_schema() -> Schema:
    """The strict schema of a DraftReply, as JSON-ready data."""
    return cast("Schema", _reduced(DraftReply.model_json_schema(mode="validation")))
