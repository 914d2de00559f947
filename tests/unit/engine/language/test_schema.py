"""The schema that a model fills: within the limits that endpoints document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.language.reply import DraftReply
from engine.language.schema import FORBIDDEN_WORDS, draft_schema
from engine.records import parse_record
from tests.language_world import spec

SCHEMA: dict[str, Any] = dict(draft_schema())


def _schemas(node: object) -> Iterator[dict[str, Any]]:
    """Every schema object; the names of properties and definitions are not keywords."""
    if isinstance(node, list):
        for item in node:
            yield from _schemas(item)
    elif isinstance(node, dict):
        yield node
        for key, value in node.items():
            named = key in {"properties", "$defs"}
            yield from _schemas(list(value.values()) if named else value)


def _levels(node: dict[str, Any]) -> int:
    """Objects inside objects, following references."""
    if "$ref" in node:
        return _levels(SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]])
    parts = [*node.get("properties", {}).values(), *node.get("anyOf", [])]
    if isinstance(node.get("items"), dict):
        parts.append(node["items"])
    deepest = max((_levels(part) for part in parts), default=0)
    return deepest + ("properties" in node)


def test_no_keyword_that_endpoints_refuse() -> None:
    """Only anyOf; no defaults, bounds, patterns, titles or tagged unions."""
    for node in _schemas(SCHEMA):
        assert not FORBIDDEN_WORDS & node.keys()


def test_the_caps_hold() -> None:
    """At most 5 levels, 130 properties, 200 enum values; small enough for a prompt."""
    objects = [node for node in _schemas(SCHEMA) if "properties" in node]
    assert sum(len(node["properties"]) for node in objects) <= 130
    assert sum(len(node.get("enum", ())) for node in _schemas(SCHEMA)) <= 200
    assert len(SCHEMA["$defs"]) <= 24
    assert _levels(SCHEMA) <= 5
    assert len(json.dumps(SCHEMA)) < 14_000


def test_every_object_is_closed_and_every_field_required() -> None:
    """Optional means null, unknown keys are refused."""
    for node in _schemas(SCHEMA):
        if "properties" in node:
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False


def test_references_lead_somewhere_and_never_in_a_circle() -> None:
    """Counting levels ends, so there is no recursion; every reference has its definition."""
    used = {node["$ref"].rsplit("/", 1)[1] for node in _schemas(SCHEMA) if "$ref" in node}
    assert used == set(SCHEMA["$defs"])


def test_a_reply_with_every_field_is_read_back() -> None:
    """What the schema asks for, the record takes, byte for byte."""
    reply = DraftReply(status="draft", spec=spec())
    text = reply.model_dump_json()
    assert parse_record(DraftReply, text) == reply
    assert set(json.loads(text)) == set(SCHEMA["required"])
