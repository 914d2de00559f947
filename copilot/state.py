"""What a conversation remembers: JSON-ready data only, and nothing in it is ever an approval.

Checkpoints are untrusted input: whatever is read from them is parsed again before it is used, and
nothing here carries a right. A candidate's verdict is always read from the desk.
"""

from __future__ import annotations

import json
from typing import Any, Final, Protocol, TypedDict

from engine.errors import InputError
from engine.gate.report import CopilotVerdict
from engine.language.reply import DraftReply
from engine.records import parse_record

MAX_HISTORY: Final = 24
MAX_PENDING: Final = 12
Json = dict[str, Any]


class State(TypedDict, total=False):
    """A conversation. The first block lasts, the second belongs to the turn in hand.

    `draft` is the DraftReply on the table (always with a spec) and `draft_by` who made it;
    `pending` are the user's messages since then; `candidate` holds id, spec digest and verdict of
    the last submission.
    """

    thread_id: str
    turn: int
    language: str
    history: list[Json]
    pending: list[str]
    draft: Json | None
    draft_by: str
    candidate: Json | None

    text: str
    asked_language: str | None
    submit: bool
    intent: str
    wants_submit: bool
    passages: list[Json]
    reply: Json | None
    findings: list[Json]
    by: str
    raw: str
    rounds: int
    unreadable: str
    notice: str
    stopped: bool


class Node(Protocol):
    """A node of the graph: the state in, what changes out; it may run twice."""

    def __call__(self, state: State) -> State:
        """Run once."""
        ...


def reply_of(data: Json | None) -> DraftReply | None:
    """A draft reply out of a checkpoint; None when there is none or it does not parse any more."""
    if data is None:
        return None
    try:
        return parse_record(DraftReply, json.dumps(data))
    except InputError:
        return None


def verdict_of(candidate: Json | None) -> CopilotVerdict | None:
    """The last verdict out of a checkpoint; None when there is none."""
    data = (candidate or {}).get("verdict")
    if not isinstance(data, dict):
        return None
    try:
        return parse_record(CopilotVerdict, json.dumps(data))
    except InputError:
        return None


def remembered(history: list[Json], role: str, text: str) -> list[Json]:
    """The history with one more message, cut to its newest part."""
    return [*history, {"role": role, "text": text[:4_000]}][-MAX_HISTORY:]
