"""Units of an expression from the leaves up; every misuse is a problem, nothing is guessed.

A part whose unit is unknown because it is wrong itself causes no further problems above it.
"""

from __future__ import annotations

from dataclasses import replace

from engine.language.arguments import check_arguments, check_lag
from engine.language.arity import wrong_arity
from engine.language.codes import Code
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Text,
)
from engine.language.operators import (
    ENTRY_STATE,
    NAMES,
    OPERATORS,
    PAIR_SERIES,
    SERIES_BY_NAME,
    STATE_BY_NAME,
)
from engine.language.problems import Edit, Problem
from engine.language.rendering import canonical
from engine.language.repairs import (
    as_condition,
    as_number,
    comparable_edit,
    percent_edit,
)
from engine.language.scope import Scope
from engine.language.signature import Operator
from engine.language.statecheck import POINTWISE, lagged_outcome, no_position, state_in_window
from engine.language.suggestions import nearest
from engine.language.units import WORDS, Unit, arithmetic, comparable, equatable
from engine.market import Timeframe


class Inference:
    """One walk over one tree; problems collect in the order of the text."""

    def __init__(self, scope: Scope) -> None:
        """Start with no problem, outside every operator and lag."""
        self.scope = scope
        self.problems: list[Problem] = []
        self.blocked: str | None = None
        self.lagged = False

    def note(self, code: Code, node: Node, message: str, edit: Edit | None = None) -> None:
        """Add a problem at a node."""
        self.problems.append(Problem(code, node.span, message, edit=edit))

    def unit(self, node: Node) -> Unit | None:  # noqa: PLR0911 - one line per kind of node
        """Unit of a node, None when it is wrong."""
        if isinstance(node, Number | Boolean):
            return Unit.C if isinstance(node, Number) else Unit.B
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Lag):
            check_lag(self, node)
            return self._lagged(node)
        if isinstance(node, Text):
            self.note(Code.ARGUMENT_KIND, node, f'text `"{node.value}"` does not belong here.')
            return None
        if isinstance(node, Minus):
            return self.number_unit(node.of)
        return self._joined(node)

    def _joined(self, node: Not | Logic | Comparison | Arithmetic) -> Unit | None:
        if isinstance(node, Not):
            self.condition(node.of)
            return Unit.B
        if isinstance(node, Logic):
            for item in node.items:
                self.condition(item)
            return Unit.B
        if isinstance(node, Comparison):
            self._comparison(node)
            return Unit.B
        return self._arithmetic(node)

    def _lagged(self, node: Lag) -> Unit | None:
        outer, self.lagged = self.lagged, True
        unit = self.unit(node.of)
        self.lagged = outer
        return unit

    # Names and calls

    def _name(self, node: Name) -> Unit | None:  # noqa: PLR0911 - one line per kind of name
        scope, name = self.scope, node.name
        if name in scope.params:
            return Unit.C
        if name in scope.lets:
            return self._let(node)
        if name in scope.later:
            message = f"the let `{name}` stands further down: a let may use earlier ones only."
            self.note(Code.LET_ORDER, node, message)
            return None
        if name in SERIES_BY_NAME and (scope.pair or name not in PAIR_SERIES):
            return SERIES_BY_NAME[name].unit
        if name in STATE_BY_NAME:
            self._state(node, frozenset({name}))
            return STATE_BY_NAME[name].unit
        if name in OPERATORS:
            example = OPERATORS[name].example
            self.note(
                Code.NAME_IS_FUNCTION, node, f"`{name}` needs arguments: `{example}`.",
                Edit(node.span, example),
            )  # fmt: skip
            return None
        self._unknown(node, name)
        return None

    def _let(self, node: Name) -> Unit | None:
        kind = self.scope.lets[node.name]
        if kind.states:
            self._state(node, kind.states)
        return kind.unit

    def _state(self, node: Name, names: frozenset[str]) -> None:
        """Trade state stands where a position is known, and bar by bar only."""
        role = self.scope.role
        if not role.state and not (role.entry and names <= {ENTRY_STATE}):
            self.problems.append(no_position(node))
        elif self.blocked is not None:
            self.problems.append(state_in_window(node, self.blocked))
        elif self.lagged and ENTRY_STATE in names:
            self.problems.append(lagged_outcome(node))

    def _unknown(self, node: Name | Call, name: str) -> None:
        span = node.name_span if isinstance(node, Call) else node.span
        known = NAMES | self.scope.params.keys() | self.scope.lets.keys()
        if not self.scope.pair:
            known -= PAIR_SERIES
        found = nearest(name, known)
        message = f"`{name}` is not known."
        edit = None
        if name in PAIR_SERIES:
            message = f"`{name}` exists only in a spec with a pair."
        elif found is not None:
            operator = OPERATORS.get(found)
            shown = found if operator is None else f"{found}{operator.shape}"
            message = f"`{name}` is not known. Did you mean `{shown}`?"
            edit = Edit(span, found)
        self.problems.append(Problem(Code.NAME_UNKNOWN, span, message, edit=edit))

    def _call(self, node: Call) -> Unit | None:
        operator = OPERATORS.get(node.name)
        if operator is None:
            known = SERIES_BY_NAME.keys() | STATE_BY_NAME.keys()
            if node.name in known | self.scope.params.keys() | self.scope.lets.keys():
                self.note(
                    Code.NAME_IS_SERIES, node,
                    f"`{node.name}` is a series, write it without brackets.",
                    Edit(node.span, node.name),
                )  # fmt: skip
            else:
                self._unknown(node, node.name)
            return None
        if len(node.args) != len(operator.args):
            self.problems.append(wrong_arity(self.scope, node, operator))
            return None
        return self._typed(node, operator)

    def _typed(self, node: Call, operator: Operator) -> Unit | None:
        outer = self.blocked
        if operator.name not in POINTWISE:
            self.blocked = operator.name
        units = check_arguments(self, node, operator)
        self.blocked = outer
        return None if units is None else operator.unit(units)

    def unit_on(self, node: Node, timeframe: Timeframe | None) -> Unit | None:
        """Unit of a node that is evaluated on bars of another timeframe (None: not known)."""
        outer = self.scope
        self.scope = replace(outer, timeframe=timeframe)
        unit = self.unit(node)
        self.scope = outer
        return unit

    # Conditions and numbers

    def condition(self, node: Node) -> None:
        """Demand a condition."""
        unit = self.unit(node)
        if unit is None or unit is Unit.B:
            return
        self.note(
            Code.UNIT_NOT_CONDITION,
            node,
            f"`{canonical(node)}` is {WORDS[unit]}, a condition is needed:"
            f" compare it, such as `{as_condition(node, unit)}`.",
            Edit(node.span, as_condition(node, unit)),
        )

    def number_unit(self, node: Node) -> Unit | None:
        """Unit of a node that takes part in arithmetic."""
        unit = self.unit(node)
        if unit is not Unit.B:
            return unit
        self.note(
            Code.UNIT_ARITHMETIC,
            node,
            f"`{canonical(node)}` is a condition and takes part in no arithmetic: use"
            " `where(condition, 1, 0)`.",
            Edit(node.span, f"where({canonical(node)},1,0)"),
        )
        return None

    def series_unit(self, node: Node) -> Unit | None:
        """Unit of a node that must be a number."""
        unit = self.unit(node)
        if unit is not Unit.B:
            return unit
        self.note(
            Code.UNIT_NOT_NUMBER,
            node,
            f"`{canonical(node)}` is a condition, a number series is needed: `{as_number(node)}`.",
            Edit(node.span, as_number(node)),
        )
        return None

    def _comparison(self, node: Comparison) -> None:
        left, right = self.series_unit(node.left), self.series_unit(node.right)
        if left is None or right is None:
            return
        if not comparable(left, right):
            self.unlike(node, (node.left, left), (node.right, right))
        elif node.sign in {"==", "!="} and not equatable(left, right):
            sign = ">=" if node.sign == "==" else ">"
            self.note(
                Code.UNIT_EQUALITY, node,
                f"`{node.sign}` stands only between counts: these are {WORDS[left]} and"
                f" {WORDS[right]}; write `{sign}` or `<=`.",
                Edit(node.span, f"{canonical(node.left)} {sign} {canonical(node.right)}"),
            )  # fmt: skip

    def unlike(self, node: Node, left: tuple[Node, Unit], right: tuple[Node, Unit]) -> None:
        """Two values that cannot be compared."""
        self.note(
            Code.UNIT_COMPARE,
            node,
            f"compares {WORDS[left[1]]} (`{canonical(left[0])}`) with {WORDS[right[1]]}"
            f" (`{canonical(right[0])}`): compare like with like, or with a number.",
            comparable_edit(left, right),
        )

    def _arithmetic(self, node: Arithmetic) -> Unit | None:
        left, right = self.number_unit(node.left), self.number_unit(node.right)
        if left is None or right is None:
            return None
        unit = arithmetic(node.sign, left, right)
        if unit is not None:
            return unit
        words = f"{WORDS[left]} (`{canonical(node.left)}`)"
        if Unit.C in {left, right}:
            self.note(
                Code.UNIT_ADD_NUMBER, node,
                f"`{canonical(node)}` adds a bare number to a price or volume, which means"
                " nothing across instruments: use `close*1.01` or `close + 0.5*atr(14)`.",
                percent_edit(node, left),
            )  # fmt: skip
        else:
            self.note(
                Code.UNIT_ADD, node,
                f"{words} and {WORDS[right]} (`{canonical(node.right)}`) cannot be added or"
                " subtracted.",
            )  # fmt: skip
        return None


def infer(tree: Node, scope: Scope) -> tuple[Unit | None, tuple[Problem, ...]]:
    """Unit of a whole expression in its place, with every problem found."""
    walker = Inference(scope)
    role = scope.role
    if role.takes(Unit.B) and not role.takes(Unit.P):
        walker.condition(tree)
        return (None if walker.problems else Unit.B), tuple(walker.problems)
    unit = walker.unit(tree)
    if unit is not None and not role.takes(unit):
        code = Code.UNIT_NOT_NUMBER if unit is Unit.B else Code.UNIT_COMPARE
        walker.note(
            code, tree, f"`{canonical(tree)}` is {WORDS[unit]}, {role.need.value} is needed here."
        )
    return (None if walker.problems else unit), tuple(walker.problems)
