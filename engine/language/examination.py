"""One expression examined in its place: read, typed, resolved, linted; its findings as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from engine.language.codes import WARNINGS, Code
from engine.language.expressions import read
from engine.language.findings import SpecFinding
from engine.language.inference import infer
from engine.language.lints import lint
from engine.language.nodes import Node, Number
from engine.language.problems import Problem
from engine.language.repairs import repaired
from engine.language.resolve import Extent, extent, number_of, resolve
from engine.language.roles import Role
from engine.language.scope import LetType, Scope
from engine.language.spec import Parameter
from engine.language.timeframes import nested_pairs
from engine.language.units import Unit
from engine.market import Timeframe

MAX_FINDINGS: Final = 20
"""More than this is not shown at once."""


@dataclass(slots=True)
class Context:
    """What the expressions of one document share; lets are added as they are examined.

    Attributes:
        params: by name; their defaults stand in resolved trees.
        let_types, let_trees, let_extents: what is known of earlier lets.
        later: lets that were not reached yet.
        timeframe, pair: see `Scope`.
    """

    params: Mapping[str, Parameter] = field(default_factory=dict)
    let_types: dict[str, LetType] = field(default_factory=dict)
    let_trees: dict[str, Node] = field(default_factory=dict)
    let_extents: dict[str, Extent] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    timeframe: Timeframe | None = None
    pair: bool = True

    def scope(self, role: Role) -> Scope:
        """Names that an expression in this role may use."""
        return Scope(role, self.params, self.let_types, self.later, self.timeframe, self.pair)

    @property
    def values(self) -> dict[str, Number]:
        """Parameters as numbers."""
        return {name: number_of(param.default) for name, param in self.params.items()}


class Examined(NamedTuple):
    """Outcome for one expression.

    Attributes:
        tree: as written, None when it cannot be read.
        resolved: parameters and lets written out, None when there is an error.
        unit: its unit, None when there is an error.
        problems: errors and warnings in the order of the text.
    """

    tree: Node | None
    resolved: Node | None
    unit: Unit | None
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """No problem that refuses."""
        return all(problem.code in WARNINGS for problem in self.problems)


def examine(text: str, role: Role, context: Context) -> Examined:
    """Read, type, resolve and lint one expression; never raises on any text."""
    reading = read(text)
    tree = reading.tree
    if tree is None:
        return Examined(None, None, None, reading.problems)
    unit, problems = infer(tree, context.scope(role))
    if problems or unit is None:
        return Examined(tree, None, None, problems)
    size = extent(tree, context.let_extents)
    if not size.fits:
        message = (
            f"with its lets written out the expression has {size.nodes} parts in {size.depth}"
            " levels: use fewer or smaller lets."
        )
        whole = (0, len(text))
        return Examined(tree, None, None, (Problem(Code.SYNTAX_TOO_LONG, whole, message),))
    resolved = resolve(tree, context.values, context.let_trees)
    problems = (*nested_pairs(resolved, context.timeframe), *lint(resolved))
    found = Examined(tree, resolved, unit, problems)
    return found if found.ok else found._replace(resolved=None)


def refusals(text: str, role: Role, context: Context) -> tuple[Problem, ...]:
    """The problems of a text that refuse it."""
    problems = examine(text, role, context).problems
    return tuple(problem for problem in problems if problem.code not in WARNINGS)


def findings_of(  # noqa: PLR0913 - where, what, and whether to look for fixes
    text: str,
    role: Role,
    context: Context,
    examined: Examined,
    path: str = "",
    *,
    fixes: bool = True,
) -> tuple[SpecFinding, ...]:
    """The problems of an examined expression as findings, each with a fix that was tried.

    fixes: False skips the search for fixes, for findings that will not be shown.
    """
    tried: dict[str, tuple[Problem, ...]] = {}

    def check(candidate: str) -> tuple[Problem, ...]:
        """What refuses a candidate for a fix; each text is examined once."""
        if candidate not in tried:
            tried[candidate] = refusals(candidate, role, context)
        return tried[candidate]

    def finding(problem: Problem) -> SpecFinding:
        """One problem with its path, its text and its fix."""
        warning = problem.code in WARNINGS
        fix = repaired(text, problem, check) if fixes and not warning else None
        return SpecFinding(
            code=problem.code.value,
            level="warning" if warning else "error",
            path=path,
            span=problem.span,
            value=text[problem.span[0] : problem.span[1]][:120],
            message=problem.message,
            hint=problem.hint or ("" if fix is None else f"write {fix}"),
            fix=fix,
        )

    return tuple(finding(problem) for problem in examined.problems[:MAX_FINDINGS])
