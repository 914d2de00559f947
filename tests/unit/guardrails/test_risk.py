"""The verdict fails closed: whatever a rule does besides answering, the ticket is denied."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal, getcontext, localcontext

import pytest

from guardrails import risk
from guardrails.reasons import Denial, Reason
from guardrails.risk import assess
from guardrails.rules import numeric
from guardrails.rules.context import RiskContext
from guardrails.tickets import OrderTicket
from tests.desk_world import codes, context, ticket

FAULTS = {
    "raises ZeroDivisionError": ZeroDivisionError(),
    "raises KeyError": KeyError("x"),
    "raises TimeoutError": TimeoutError(),
    "returns None": None,
    "returns NaN": float("nan"),
    "returns False": False,
    "returns a list": [],
    "returns a tuple of something else": (None,),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("index", range(len(risk.RULES)), ids=[name for name, _ in risk.RULES])
def test_a_rule_that_fails_denies(
    index: int, fault: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in any rule denies with its name; without the fault the same ticket passes."""

    def broken(order: OrderTicket, world: RiskContext) -> object:
        del order, world
        if isinstance(fault, Exception):
            raise fault
        return fault

    name = risk.RULES[index][0]
    rules = [*risk.RULES[:index], (name, broken), *risk.RULES[index + 1 :]]
    with monkeypatch.context() as patch:
        patch.setattr(risk, "RULES", tuple(rules))
        verdict = assess(ticket(), context())
    assert codes(verdict.denials) == {Reason.SYSTEM_RULE_ERROR}
    assert dict(verdict.denials[0].values)["rule"] == name
    assert assess(ticket(), context()).denials == ()


@pytest.mark.parametrize(
    "name", ["quantity", "limit_price", "stop_price", "reference_price", "worst_loss_quote"]
)
@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")])
def test_a_number_that_is_none_denies(name: str, value: Decimal) -> None:
    """NaN and infinity, smuggled past validation, never pass a comparison."""
    smuggled = OrderTicket.model_construct(**{**dict(ticket()), name: value})
    verdict = assess(smuggled, context())
    assert Reason.SYSTEM_RULE_ERROR in codes(verdict.denials)


def test_negative_quantities_are_no_orders() -> None:
    """A negative quantity, smuggled past validation, does not sell by buying."""
    smuggled = OrderTicket.model_construct(**{**dict(ticket()), "quantity": Decimal("-0.005")})
    assert not assess(smuggled, context()).allowed


def test_a_finer_number_than_can_be_proved_denies() -> None:
    """More than eight decimals are refused, never rounded."""
    fine = ticket(stop_price=Decimal("58800.000000001"))
    assert {Reason.SYSTEM_RULE_ERROR, Reason.ORDER_STEP_INVALID} <= codes(
        assess(fine, context()).denials
    )


def test_figures_that_cannot_be_reckoned_deny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the table of limits denies too: a person must see what they sign."""

    def broken(order: OrderTicket, world: RiskContext) -> tuple[()]:
        raise ArithmeticError(order, world)

    monkeypatch.setattr(numeric, "limit_uses", broken)
    verdict = assess(ticket(), context())
    assert codes(verdict.denials) == {Reason.SYSTEM_RULE_ERROR}
    assert verdict.uses == ()


@pytest.mark.parametrize("precision", [1, 3, 200])
def test_the_threads_own_arithmetic_does_not_matter(precision: int) -> None:
    """A sloppy decimal context of the caller changes neither verdict nor figures."""
    order, world = ticket(), context()
    wanted = assess(order, world)
    with localcontext() as sloppy:
        sloppy.prec = precision
        assert assess(order, world) == wanted
    assert getcontext().prec == 28


def test_there_is_no_door_past_the_rules() -> None:
    """The context has no switch, and the function takes nothing but ticket and context."""
    names = {one.name for one in fields(RiskContext)}
    assert not {name for name in names if "bypass" in name or "skip" in name or "force" in name}
    assert assess.__code__.co_argcount == 2
    assert assess.__code__.co_kwonlyargcount == 0


def test_every_rule_has_its_own_name() -> None:
    """A failing rule can be told from every other one."""
    names = [name for name, _ in risk.RULES]
    assert len(set(names)) == len(names)


def test_every_row_of_the_predicate_has_a_sentence() -> None:
    """A row without words would turn a clear denial into a rule error."""
    verdict = assess(ticket(), context())
    assert all(row.key for row in verdict.uses)
    assert {denial for denial in numeric.SENTENCES if not numeric.SENTENCES[denial]} == set()
    assert all(
        isinstance(Denial.of(code, text), Denial) for code, text in numeric.SENTENCES.items()
    )
