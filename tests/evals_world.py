"""Cases, specs and drafters for the tests of the evals."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.language.reply import DraftReply
from engine.language.spec import StrategySpec
from evals.case import Case
from evals.drafted import DraftedSpec
from evals.subject import Outcome

RSI_ENTRY = "rsi(close,14) < 30"
RSI_EXIT = "rsi(close,14) > 55"


def case(
    kind: str = "precise", turns: Sequence[str] = ("Buy weakness.",), **expect: object
) -> Case:
    """A case; what is not given is not scored."""
    raw = {"id": "c1", "lang": "en", "kind": kind, "turns": list(turns)}
    wanted = {"action": ["draft"], **expect}
    return Case.model_validate_json(json.dumps({**raw, "expect": wanted}))


def rule(entry: str = RSI_ENTRY, leave: str | None = RSI_EXIT, **more: object) -> dict[str, object]:
    """A long rule."""
    return {"id": "go", "side": "long", "entry": entry, "exit": leave, **more}


def spec(*rules: dict[str, object], **more: object) -> StrategySpec:
    """A spec; without rules it buys oversold days of Bitcoin."""
    raw = {
        "name": "sample", "family": "mean_reversion", "timeframe": "1d",
        "universe": {"symbols": ["BTC/USDT"]}, "rules": list(rules) or [rule()], **more,
    }  # fmt: skip
    return StrategySpec.model_validate_json(json.dumps(raw))


def drafted(*rules: dict[str, object], **more: object) -> DraftedSpec:
    """The same, taken apart."""
    return DraftedSpec(spec(*rules, **more))


def reply(**more: object) -> DraftReply:
    """An envelope from plain data."""
    return DraftReply.model_validate_json(json.dumps(more))


def draft(made: StrategySpec | None = None, **more: object) -> Outcome:
    """An outcome that holds a draft."""
    body = json.loads((made or spec()).model_dump_json())
    return Outcome(reply(status="draft", spec=body, **more))


class Scripted:
    """A drafter that says what it was given, whatever it is asked."""

    name = "scripted"

    def __init__(self, *outcomes: Outcome | Exception) -> None:
        """Outcomes of one conversation; an exception is raised."""
        self._outcomes = outcomes

    def converse(self, turns: Sequence[str]) -> tuple[Outcome, ...]:  # noqa: ARG002 - it follows its script
        """The script."""
        for one in self._outcomes:
            if isinstance(one, Exception):
                raise one
        return tuple(one for one in self._outcomes if isinstance(one, Outcome))
