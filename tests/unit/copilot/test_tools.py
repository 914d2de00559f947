"""The whole tool surface, and everything that it is not."""

from __future__ import annotations

import json
from datetime import date

import pytest

from copilot.desk_client import Submission
from copilot.model import ToolCall
from copilot.retrieval import FixedRetriever
from copilot.tools import TOOLS, ToolBox
from engine.errors import AccessError
from tests.copilot_world import GLOSSARY, SOURCE, judged, scripted_desk, spec_data, verdict


def box(*, may_submit: bool = False, submitted: list[Submission] | None = None) -> ToolBox:
    """Tools on fakes."""

    def submit(submission: Submission) -> str:
        (submitted if submitted is not None else []).append(submission)
        return SOURCE

    desk = scripted_desk(judged(verdict("PASS")))
    return ToolBox(desk, FixedRetriever((GLOSSARY,)), date(2026, 1, 1), submit, may_submit)


def call(name: str, arguments: object) -> ToolCall:
    """A call with JSON arguments."""
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(id="1", name=name, arguments=raw)


def test_these_are_all_the_tools_there_are() -> None:
    """Read facts and submit a candidate; every schema is closed."""
    assert [tool.name for tool in TOOLS] == [
        "read_context",
        "read_candidate",
        "search_knowledge",
        "submit_candidate",
    ]
    assert all(tool.parameters["additionalProperties"] is False for tool in TOOLS)


@pytest.mark.parametrize(
    "name",
    [
        "place_order",
        "create_ticket",
        "approve_ticket",
        "decide_approval",
        "release_ticket",
        "set_limit",
        "set_mode",
        "grant_role",
        "read_file",
        "get_env",
        "http_request",
        "execute_sql",
        "desk_api",
        "submit_report",
        "",
        "READ_CONTEXT",
    ],
)
def test_any_other_tool_is_unknown(name: str) -> None:
    """A hostile model finds nothing behind a name."""
    result = box(may_submit=True).call(call(name, {}))
    assert (result.ok, result.code) == (False, "TOOL_UNKNOWN")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("read_context", {"all": True}),
        ("read_candidate", {}),
        ("read_candidate", {"candidate_id": "../../etc"}),
        ("search_knowledge", {"query": 7}),
        ("search_knowledge", {"query": "x" * 500}),
        ("submit_candidate", {"spec": {}}),
        (
            "submit_candidate",
            {"spec": spec_data(), "rationale": "", "limits": {"max_daily_loss_bps": 900}},
        ),
        ("submit_candidate", {"spec": spec_data() | {"exposure_target": "1.0"}, "rationale": ""}),
        ("search_knowledge", '{"query": "a", "query": "b"}'),
        ("search_knowledge", "{"),
        ("search_knowledge", '{"query": NaN}'),
        ("read_context", "[" * 5_000),
    ],
)
def test_arguments_are_strict(name: str, arguments: object) -> None:
    """Extra fields, wrong types, repeated keys, NaN and nesting: one code for all."""
    result = box(may_submit=True).call(call(name, arguments))
    assert (result.ok, result.code) == (False, "TOOL_ARGS_INVALID")


def test_reading_works() -> None:
    """The twins: what may be read is read."""
    tools = box()
    assert "GOOG" in tools.call(call("read_context", {})).content
    assert "Sharpe" in tools.call(call("search_knowledge", {"query": "sharpe ratio"})).content
    candidate = json.loads(tools.call(call("read_candidate", {"candidate_id": SOURCE})).content)
    assert candidate["verdict"] == "PASS"
    assert "train.sharpe" in candidate["facts"]


def test_a_candidate_is_read_without_figures() -> None:
    """The model gets keys; the desk holds the values."""
    content = box().call(call("read_candidate", {"candidate_id": SOURCE})).content
    assert "0.8" not in content


def test_a_submission_needs_the_users_wish() -> None:
    """A trial is never spent because a model or a document wanted it."""
    sent: list[Submission] = []
    wanted = call("submit_candidate", {"spec": spec_data(), "rationale": "r"})
    assert box(submitted=sent).call(wanted).code == "TOOL_NOT_ASKED"
    assert sent == []
    assert box(may_submit=True, submitted=sent).call(wanted).ok
    assert len(sent) == 1


def test_the_desks_refusal_arrives_with_its_code() -> None:
    """The model may read why."""

    def refuse(_submission: Submission) -> str:
        raise AccessError("ROLE_FORBIDDEN", "no")

    tools = ToolBox(scripted_desk(), FixedRetriever(), date(2026, 1, 1), refuse, may_submit=True)
    assert (
        tools.call(call("submit_candidate", {"spec": spec_data(), "rationale": ""})).code
        == "ROLE_FORBIDDEN"
    )
