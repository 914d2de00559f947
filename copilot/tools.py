"""The whole tool surface of the copilot: read facts, and submit a candidate. Nothing else exists.

Arguments come from a model and are untrusted: raw JSON text, strict, closed. A refusal is data
with a code; the model may read it and try again within its budget.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from copilot.desk_client import Desk, Submission
from copilot.model import Tool, ToolCall
from copilot.retrieval import Retriever
from engine.errors import InputError, PeakError
from engine.language.spec import StrategySpec
from engine.records import Digest, Record, parse_record

MAX_ARGUMENT_BYTES: Final = 40_000


class NoArguments(Record):
    """A tool that takes none."""


class CandidateArguments(Record):
    """Which candidate."""

    candidate_id: Digest


class SearchArguments(Record):
    """What to look for."""

    query: Annotated[str, Field(min_length=2, max_length=400)]


class SubmitArguments(Record):
    """A spec to be judged by the gate; costs, data and tier are the desk's choice."""

    spec: StrategySpec
    rationale: Annotated[str, Field(max_length=2000)] = ""


class ToolResult(Record):
    """What a call gave: JSON text for the model, or a refusal with its code."""

    name: str
    ok: bool
    code: str = ""
    content: str


def _object(**properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


READ_TOOLS: Final = (
    Tool("read_context", "Mode, trading state and the data that the desk has.", _object()),
    Tool(
        "read_candidate",
        "Verdict and train facts of a candidate of this conversation.",
        _object(candidate_id={"type": "string"}),
    ),
    Tool(
        "search_knowledge",
        "Passages of the knowledge base about trading terms and methods.",
        _object(query={"type": "string"}),
    ),
)
SUBMIT_TOOL: Final = Tool(
    "submit_candidate",
    "Hand a strategy to the gate. Costs a trial; only when the user asked for it.",
    _object(spec={"type": "object"}, rationale={"type": "string"}),
)
TOOLS: Final = (*READ_TOOLS, SUBMIT_TOOL)
"""All tools there are."""


@dataclass(frozen=True, slots=True)
class ToolBox:
    """Carries out calls. `may_submit` is True only in a turn in which the user asked for it."""

    desk: Desk
    retriever: Retriever
    today: date
    submit: Callable[[Submission], str]
    may_submit: bool = False

    def call(self, wanted: ToolCall) -> ToolResult:
        """Carry out one call; never raises.

        Codes: TOOL_UNKNOWN, TOOL_ARGS_INVALID, TOOL_NOT_ASKED, or the desk's own.
        """
        table: dict[str, Callable[[str], object]] = {
            "read_context": self._context,
            "read_candidate": self._candidate,
            "search_knowledge": self._search,
            "submit_candidate": self._submit,
        }
        action = table.get(wanted.name)
        if action is None:
            return _refused(wanted.name, "TOOL_UNKNOWN", "there is no such tool")
        try:
            content = json.dumps(action(wanted.arguments or "{}"), ensure_ascii=False)
        except InputError as error:
            arguments = error.code.startswith(("JSON_", "RECORD_"))
            code = "TOOL_ARGS_INVALID" if arguments else error.code
            return _refused(wanted.name, code, error.message)
        except PeakError as error:
            return _refused(wanted.name, error.code, error.message)
        return ToolResult(name=wanted.name, ok=True, content=content)

    def _context(self, arguments: str) -> object:
        parse_record(NoArguments, arguments, MAX_ARGUMENT_BYTES)
        return self.desk.context().model_dump(mode="json")

    def _candidate(self, arguments: str) -> object:
        found = parse_record(CandidateArguments, arguments, MAX_ARGUMENT_BYTES)
        view = self.desk.candidate(found.candidate_id)
        return {
            "candidate_id": view.candidate_id,
            "status": view.status,
            "verdict": view.verdict.verdict if view.verdict else None,
            "codes": list(view.verdict.codes) if view.verdict else [],
            "facts": [fact.key for fact in view.verdict.facts] if view.verdict else [],
        }

    def _search(self, arguments: str) -> object:
        found = parse_record(SearchArguments, arguments, MAX_ARGUMENT_BYTES)
        passages = self.retriever.search(found.query, as_of=self.today, limit=3)
        return [passage.model_dump(mode="json") for passage in passages]

    def _submit(self, arguments: str) -> object:
        found = parse_record(SubmitArguments, arguments, MAX_ARGUMENT_BYTES)
        if not self.may_submit:
            raise InputError(
                "TOOL_NOT_ASKED", "the user has not asked for a submission in this turn"
            )
        submission = Submission(spec=found.spec, rationale=found.rationale)
        return {"candidate_id": self.submit(submission), "status": "queued"}


def _refused(name: str, code: str, message: str) -> ToolResult:
    content = json.dumps({"error": {"code": code, "message": message}})
    return ToolResult(name=name[:80], ok=False, code=code, content=content)
