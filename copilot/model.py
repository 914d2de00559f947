"""ChatModel: the one port to a language model, with one verb and closed outcomes.

`ScriptedModel` is the fake, and product code: graph, replay and red team run on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine.quantities import Ratio
from engine.records import Record

OutcomeKind = Literal[
    "reply",  # text or tool calls, complete
    "refusal",  # the model or its filter declined
    "cut_off",  # the token limit or the connection ended it half way
    "invalid",  # something came that is not what the protocol or the schema says
    "rate_limited",  # 429 until our patience ended
    "overloaded",  # 5xx until our patience ended
    "unreachable",  # no connection, or no answer in time
    "budget",  # not asked at all: the turn's or the day's allowance is used up
]
Role = Literal["system", "user", "assistant", "tool"]
OnToken = Callable[[str], None]


class ToolCall(Record):
    """A call that a model wants made; `arguments` is JSON text, unchecked."""

    id: str
    name: str
    arguments: str


class Message(Record):
    """One message of a conversation with a model."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Usage(Record):
    """Tokens of a call, as far as they are believed."""

    prompt: int = 0
    completion: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as it is offered to a model: `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Schema:
    """The form that a reply must have: a name and a strict JSON schema."""

    name: str
    body: Mapping[str, object]


class Spend(Protocol):
    """An allowance that every attempt is taken from before it is made."""

    def reserve(self, tokens: int) -> str:
        """Set tokens of a call aside; answers what is used up, or nothing when it is granted."""
        ...

    def settle(self, reserved: int, used: int) -> None:
        """Give back what a call did not use."""
        ...


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model.

    Attributes:
        messages: the conversation, oldest first.
        max_tokens: most tokens of the reply.
        tools: what the model may ask to be called.
        schema: the form of the reply, if it is to be JSON.
        on_token: receives text as it arrives; without it the reply comes at once.
        spend: the allowance; without one nothing is counted.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    tools: tuple[Tool, ...] = ()
    schema: Schema | None = None
    on_token: OnToken | None = None
    spend: Spend | None = None


class ModelOutcome(Record):
    """How a question ended. `text` may be partial unless `kind` is reply.

    `retry_after_s` is what a rate-limiting endpoint asked for; `attempts` counts tries on the wire.
    """

    kind: OutcomeKind
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    model: str = ""
    detail: str = ""
    retry_after_s: Ratio | None = None
    attempts: int = 1


class ChatModel(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """The model's name, for lineage and display."""
        ...

    def complete(self, request: ModelRequest) -> ModelOutcome:
        """Answer one request; never raises for anything that a model or a network can do."""
        ...


def estimated_tokens(messages: Sequence[Message]) -> int:
    """A cautious count of the tokens of a prompt: three characters each, ten per message."""
    calls = sum(len(call.arguments) // 3 for row in messages for call in row.tool_calls)
    return calls + sum(10 + len(row.content) // 3 for row in messages)


Step = ModelOutcome | Callable[[ModelRequest], ModelOutcome]


@dataclass(slots=True)
class ScriptedModel:
    """A model that answers what it was told to: outcomes or functions of the request, in order.

    The last step repeats. Budgets are respected, text is streamed word by word.
    """

    steps: Sequence[Step]
    name: str = "scripted"
    asked: list[ModelRequest] = field(default_factory=list)

    def complete(self, request: ModelRequest) -> ModelOutcome:
        """The next step's outcome."""
        tokens = estimated_tokens(request.messages) + request.max_tokens
        refused = request.spend.reserve(tokens) if request.spend else ""
        if refused:
            return ModelOutcome(kind="budget", detail=refused, model=self.name, attempts=0)
        step = self.steps[min(len(self.asked), len(self.steps) - 1)]
        self.asked.append(request)
        outcome = step if isinstance(step, ModelOutcome) else step(request)
        if request.spend:
            used = (
                outcome.usage.total or estimated_tokens(request.messages) + len(outcome.text) // 3
            )
            request.spend.settle(tokens, used)
        if request.on_token and outcome.text:
            for word in outcome.text.split(" "):
                request.on_token(f"{word} ")
        return outcome


def reply(text: str, *calls: ToolCall) -> ModelOutcome:
    """A complete reply, for scripts."""
    return ModelOutcome(kind="reply", text=text, tool_calls=calls, model="scripted")
