"""The start-up self-test."""

from __future__ import annotations

import pytest

from copilot import isolation
from engine.errors import IntegrityError


def test_prepare_drops_tracing_and_model_variables() -> None:
    """No variable may send conversations away or point the client elsewhere."""
    variables = {
        "LANGSMITH_API_KEY": "x",
        "LANGCHAIN_TRACING_V2": "1",
        "OPENAI_ORG_ID": "o",
        "PATH": "/bin",
    }
    isolation.prepare(variables)
    assert variables == {"PATH": "/bin", "LANGGRAPH_STRICT_MSGPACK": "true"}


@pytest.mark.parametrize(
    "module",
    [
        "guardrails",
        "guardrails.store",
        "ccxt",
        "sqlalchemy.orm",
        "engine.data.store",
        "engine.gate.judge",
    ],
)
def test_a_forbidden_module_stops_the_start(module: str) -> None:
    """What could approve, order, store or read sealed data is refused by name."""
    with pytest.raises(IntegrityError) as caught:
        isolation.assert_contained(["json", module], {})
    assert caught.value.code == "CONTAIN_ESCAPED"


@pytest.mark.parametrize(
    "name", ["PEAK_SIGNING_KEY", "DESK_TOKEN", "EXCHANGE_API_KEY", "DB_PASSWORD"]
)
def test_a_key_in_the_environment_stops_the_start(name: str) -> None:
    """A handed-down secret is named, its value never shown."""
    with pytest.raises(IntegrityError) as caught:
        isolation.assert_contained([], {name: "hush-hush"})
    assert caught.value.code == "CONTAIN_ESCAPED"
    assert name in caught.value.value
    assert "hush" not in caught.value.value


def test_a_contained_process_starts() -> None:
    """The twin: neighbours of forbidden names and plain variables are fine."""
    isolation.assert_contained(
        ["engine.data.bars", "guardrailsx", "ccxtra", "engine.gate.report"],
        {"PATH": "/bin", "LANG": "C"},
    )


def test_every_escape_is_named_at_once() -> None:
    """One start shows all that is wrong, so that one correction is enough."""
    found = isolation.escapes(["ccxt", "sqlalchemy"], {"A_SECRET": "x"})
    assert found == ("module ccxt", "module sqlalchemy", "variable A_SECRET")
