"""What the engine cannot run yet leaves the draft by name; the rest always passes the checker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pydantic import ValidationError

from copilot.offline.complete import copy_of, finish
from copilot.offline.plan import Plan
from copilot.offline.texts import text as sentence
from copilot.offline.tree import Joined, Tree
from engine.language.findings import SpecFinding
from engine.language.reply import Conflict, ConflictCode, Unsupported
from engine.language.spec import PositionSide, StrategySpec, Target

ROUNDS: Final = 8
"""How often parts are taken out and the spec is checked again."""

_FORMS: Final = ("/cross_section", "/pair", "/ensemble", "/universe")
_CONFLICTS: Final[dict[str, ConflictCode]] = {
    "UNSATISFIABLE": "unsatisfiable_condition", "FAST_SLOW": "fast_slower_than_slow",
}  # fmt: skip


class Report(Protocol):
    """What a checker answers: `engine.language.checker.CheckReport` and fakes alike."""

    @property
    def ok(self) -> bool:
        """No error among the findings."""
        ...

    @property
    def findings(self) -> tuple[SpecFinding, ...]:
        """Errors and warnings in document order."""
        ...


Check = Callable[[StrategySpec], Report]


@dataclass(slots=True)
class Outcome:
    """A spec that passes, or None with the reason; `left_out` names every part that is missing."""

    plan: Plan
    spec: StrategySpec | None = None
    findings: tuple[SpecFinding, ...] = ()
    left_out: list[Unsupported] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def leave_out(self, what: str, key: str = "unsupported_part") -> None:
        """Name a part that is missing from the draft, each once."""
        item = Unsupported(code="other", text=sentence(key, self.plan.language, what=what[:300]))
        if item not in self.left_out:
            self.left_out.append(item)


def make_runnable(plan: Plan, check: Check, symbols_of_desk: Sequence[str] = ()) -> Outcome:
    """Finish a plan and take out what the checker refuses, until it passes.

    A rule that can never be true, or whose fast average is the slow one, is a contradiction and
    is asked about; anything else that does not pass is left out and named.
    """
    outcome = Outcome(plan)
    for _ in range(ROUNDS):
        trial = copy_of(outcome.plan)
        try:
            spec = finish(trial, symbols_of_desk)
        except ValidationError:
            outcome.leave_out("", "unsupported_long")
            return outcome
        report = check(spec)
        errors = [item for item in report.findings if item.level == "error"]
        if not errors:
            outcome.plan, outcome.spec, outcome.findings = trial, spec, tuple(report.findings)
            return outcome
        if not all(_repair(outcome, spec, item) for item in errors[:1]):
            outcome.findings = tuple(report.findings)
            return outcome
    return outcome


def _repair(outcome: Outcome, spec: StrategySpec, item: SpecFinding) -> bool:
    """Take one refused part out of the plan; False when nothing would be left."""
    parts = item.path.strip("/").split("/")
    if item.code in _CONFLICTS:
        return _conflict(outcome, spec, item, parts)
    if item.path.startswith(_FORMS):
        outcome.leave_out(parts[0], "unsupported_form")
        return False
    if parts[0] == "rules" and len(parts) > 2 and parts[2] in {"entry", "exit"}:  # noqa: PLR2004 - /rules/0/entry
        return _condition(outcome, spec, item, parts)
    return _part(outcome, spec, item, parts)


def _conflict(outcome: Outcome, spec: StrategySpec, item: SpecFinding, parts: list[str]) -> bool:
    code = _CONFLICTS[item.code]
    what = item.value or item.message
    if code == "fast_slower_than_slow":
        text = item.message
    else:
        rule = spec.rules[int(parts[1])] if parts[0] == "rules" else None
        what = getattr(rule, parts[2]) if rule and len(parts) > 2 else what  # noqa: PLR2004 - /rules/0/entry
        text = sentence(f"conflict_{code}", outcome.plan.language, what=what)
    outcome.conflicts.append(Conflict(code=code, text=text[:500]))
    return False


def _part(outcome: Outcome, spec: StrategySpec, item: SpecFinding, parts: list[str]) -> bool:
    plan = outcome.plan
    head, rest = parts[0], parts[1:]
    limit = {"limits": rest[0] if rest else "", "pyramiding": "max_units"}.get(head, "")
    if limit in plan.limits:
        outcome.leave_out(f"{limit} = {plan.limits.pop(limit)}")
        return True
    if head == "sizing" and plan.sizing is not None:
        outcome.leave_out(f"sizing {plan.sizing.kind} {plan.sizing.value or ''}".strip())
        plan.sizing = None
        return True
    if head in {"stops", "targets"} and rest:
        remove = _stop if head == "stops" else _target
        return remove(outcome, spec, int(rest[0]))
    outcome.leave_out(item.message, "unsupported_unread")
    return False


def _stop(outcome: Outcome, spec: StrategySpec, index: int) -> bool:
    wanted = spec.stops[index]
    kept = [stop for stop in outcome.plan.stops if stop.kind != wanted.kind]
    if len(kept) == len(outcome.plan.stops):
        return False
    outcome.leave_out(f"stop {wanted.kind} {wanted.price or wanted.value or ''}".strip())
    outcome.plan.stops = kept
    return True


def _target(outcome: Outcome, spec: StrategySpec, index: int) -> bool:
    """A target that cannot be run goes; of partial ones the last stays, for the whole position."""
    wanted = spec.targets[index]
    plan = outcome.plan
    partial = [item for item in plan.targets if item.close_fraction < 1]
    if wanted.close_fraction < 1 and partial:
        last = partial[-1]
        shares = ", ".join(
            f"{item.close_fraction:g} at {item.kind} {item.value:g}"
            for item in partial
            if item.value
        )
        outcome.leave_out(f"targets in parts ({shares})")
        plan.targets = [item for item in plan.targets if item.close_fraction == 1]
        plan.targets.append(
            Target(kind=last.kind, value=last.value, period=last.period, price=last.price)
        )
        return True
    kept = [item for item in plan.targets if item.kind != wanted.kind]
    if len(kept) == len(plan.targets):
        return False
    outcome.leave_out(f"target {wanted.kind} {wanted.price or wanted.value or ''}".strip())
    plan.targets = kept
    return True


def _condition(outcome: Outcome, spec: StrategySpec, item: SpecFinding, parts: list[str]) -> bool:
    """Leave out the piece of a condition that a finding points at."""
    plan = outcome.plan
    rule = spec.rules[int(parts[1])]
    trees = plan.entries if parts[2] == "entry" else plan.exits
    source: PositionSide = rule.side
    if source not in trees:
        return _derived(plan, rule.side, parts[2])
    tree = trees[source]
    left, dropped = _without(tree, item)
    outcome.leave_out(
        dropped,
        "unsupported_part" if item.code == "FEATURE_NOT_AVAILABLE" else "unsupported_unread",
    )
    if left is not None:
        trees[source] = left
        return True
    del trees[source]
    return parts[2] == "exit" or bool(trees)


def _derived(plan: Plan, side: PositionSide, role: str) -> bool:
    """The refused text was assumed, not said: without it the plan must stand on its own."""
    if role == "exit":
        plan.no_stop = False
        plan.targets = plan.targets or [Target(kind="r_multiple", value=2.0)]
        return True
    other: PositionSide = "short" if side == "long" else "long"
    plan.sides = (other,)
    return other in plan.entries


def _without(tree: Tree, item: SpecFinding) -> tuple[Tree | None, str]:
    """(what is left, the text that went) for a finding in a tree's rendered text."""
    if not isinstance(tree, Joined):
        return None, tree.render()
    start, _ = item.span or (0, 0)
    at = 0
    for place, part in enumerate(tree.items):
        length = len(part.render()) + (2 if isinstance(part, Joined) else 0)
        if at <= start < at + length:
            rest = tree.items[:place] + tree.items[place + 1 :]
            left = rest[0] if len(rest) == 1 else Joined(tree.word, rest)
            return left, part.render()
        at += length + len(tree.word) + 2
    return None, tree.render()
