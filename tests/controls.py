"""The 38 controls and the tests that show each: read from the tests, never kept by hand.

A test counts when it calls `refuses(..., Reason.X, twin=...)`, or is a `Case(Reason.X, ...)` of a
table that is run so. Controls whose protocol lives elsewhere name their tests by id; a test checks
that these exist.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.needs import ROOT

RULES = "tests/unit/guardrails"
EXEC, DESK = f"{RULES}/execution", f"{RULES}/desk"


@dataclass(frozen=True)
class Control:
    """One row: number, what it controls, the reference, our codes, tests of other rooms."""

    number: int
    what: str
    reference: str
    codes: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()


def _row(number: int, what: str, reference: str, codes: str, *elsewhere: str) -> Control:
    return Control(number, what, reference, tuple(codes.split()), elsewhere)


CONTROLS = (
    _row(1, "largest order value", "RTS 6 15(1)(b)", "ORDER_NOTIONAL_MAX"),
    _row(2, "largest order volume", "RTS 6 15(1)(c)", "ORDER_QTY_MAX"),
    _row(3, "price collar per order", "RTS 6 15(1)(a)", "PRICE_OUTSIDE_COLLAR"),
    _row(4, "price collar over a period", "RTS 6 15(1)(a)", "PRICE_MOVED_TOO_FAR"),
    _row(5, "message throttle", "RTS 6 15(1)(d)", "RATE_MESSAGES"),
    _row(6, "immediate inclusion, unknown denies", "RTS 6 15(2)", "LIMIT_UNKNOWN"),
    _row(7, "repeated execution", "RTS 6 15(3)", "RATE_REPEATS"),
    _row(8, "position and exposure", "15c3-5", "LIMIT_SYMBOL_EXPOSURE LIMIT_STRATEGY_EXPOSURE "
         "LIMIT_CLUSTER_EXPOSURE LIMIT_TOTAL_EXPOSURE LIMIT_OPEN_POSITIONS"),
    _row(9, "turnover and trades a day", "own", "LIMIT_DAY_TURNOVER RATE_DAY_TRADES"),
    _row(10, "loss and drawdown halt", "own", "LOSS_DAY LOSS_DRAWDOWN LOSS_EQUITY_FLOOR"),
    _row(11, "capital and leverage", "15c3-5", "LIMIT_BALANCE LIMIT_LEVERAGE"),
    _row(12, "duplicates", "15c3-5", "ORDER_DUPLICATE"),
    _row(13, "fat finger", "15c3-5", "ORDER_QTY_INVALID ORDER_STEP_INVALID"),
    _row(14, "stale or missing data", "own", "PRICE_REFERENCE_MISSING PRICE_STALE "
         "PRICE_SPREAD_WIDE PRICE_SOURCES_DISAGREE CLOCK_SKEW"),
    _row(15, "a change is a new order", "own", "ORDER_AMEND_FORBIDDEN STOP_LOOSENED"),
    _row(16, "aggregate of many", "own", "ORDER_AGGREGATE_MAX"),
    _row(17, "restricted instruments", "15c3-5",
         "INSTRUMENT_NOT_ALLOWED INSTRUMENT_KIND_FORBIDDEN"),
    _row(18, "self-trade", "own", "ORDER_SELF_CROSS"),
    _row(19, "halt state", "RTS 6 12", "STATE_HALTED STATE_REDUCING ORDER_NOT_REDUCING"),
    _row(20, "cancel-all", "RTS 6 12", "KILL_UNVERIFIED",
         f"{EXEC}/test_killer.py::test_a_cancels_answer_proves_nothing",
         f"{EXEC}/test_killer.py::test_entries_are_withdrawn_and_read_back"),
    _row(21, "halt from outside", "own", "STATE_HALTED",
         f"{EXEC}/test_killer.py::test_the_killer_needs_no_gateway_process",
         f"{DESK}/test_halting.py::test_a_halt_from_outside_is_taken_over"),
    _row(22, "re-arm needs people", "RTS 6 12, 15(3)", "STATE_REARM_DENIED",
         f"{DESK}/test_halting.py::test_nobody_rearms_alone_in_a_team",
         f"{DESK}/test_halting.py::test_a_team_rearms_step_by_step"),
    _row(23, "limits cannot drift", "own", "CONFIG_CEILING CONFIG_UNKNOWN_KEY"),
    _row(24, "no second door", "15c3-5", "CERT_MISSING CERT_EXPIRED CERT_REVOKED MODE_FORBIDDEN",
         f"{EXEC}/test_verification.py::test_a_release_without_its_journal_row_is_denied",
         f"{EXEC}/test_verification.py::test_a_genuine_release_is_sent"),
    _row(25, "human approval", "own", "APPROVAL_LIMITS_CHANGED APPROVAL_EXPIRED APPROVAL_SCOPE",
         f"{DESK}/test_sign_off.py::test_a_release_without_an_approval_is_refused",
         f"{DESK}/test_sign_off.py::test_an_approved_ticket_is_released_with_everything_to_verify"),
    _row(26, "two-person rule", "own", "APPROVAL_SELF",
         f"{DESK}/test_sign_off.py::test_who_proposes_does_not_approve_in_a_team",
         f"{DESK}/test_sign_off.py::test_one_person_alone_signs_off"),
    _row(27, "tamper-evident records", "own", "AUDIT_BROKEN",
         f"{EXEC}/test_verification.py::test_a_broken_desk_journal_denies",
         f"{RULES}/store/test_journal.py::test_an_untouched_journal_verifies"),
    _row(28, "reconciliation", "RTS 6 17", "STATE_UNRECONCILED",
         f"{EXEC}/test_verification.py::test_an_unknown_order_blocks_its_symbol"),
    _row(29, "fail closed", "own", "SYSTEM_RULE_ERROR"),
    _row(30, "alerts", "RTS 6 16", "ALERT_UNDELIVERED"),
    _row(31, "risk of one trade", "own", "RISK_PER_TRADE"),
    _row(32, "open risk", "own", "RISK_OPEN_TOTAL"),
    _row(33, "hard stop", "own", "STOP_MISSING STOP_TOO_FAR"),
    _row(34, "trailing stop, exit beside the stop", "own", "STOP_LOOSENED STOP_EXIT_MISSING"),
    _row(35, "size from the stop", "own", "SIZING_UNBOUNDED"),
    _row(36, "correlation", "own", "LIMIT_CLUSTER_EXPOSURE"),
    _row(37, "value at risk, expected shortfall", "own", "RISK_VAR RISK_ES"),
    _row(38, "stress", "own", "RISK_STRESS"),
)  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """A refusing test: its file, what it is called, its code."""

    file: str
    name: str
    code: str


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every refusing test of the unit tests, in the order of files and lines."""
    files = sorted((ROOT / "tests" / "unit").rglob("test_*.py"))
    return tuple(found for file in files for found in _in_file(file))


def _in_file(file: Path) -> Iterator[Refusal]:
    text = file.read_text(encoding="utf-8")
    if "refuses(" not in text:
        return
    name = file.relative_to(ROOT).as_posix()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            # a code that comes from the parameters stands in the decorators
            shown = sorted({code for part in _shown(node) for code in codes_in(part)})
            yield from (Refusal(name, node.name, code) for code in shown)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and _is_case(value):
                    first = next(iter(codes_in(value)), "")
                    yield Refusal(name, str(key.value), first)


def _shown(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """The parts of a test that name its codes: its calls of `refuses` and its parameters."""
    calls = [one for one in ast.walk(node) if is_refusal(one)]
    yield from calls
    if calls:
        yield from node.decorator_list


def is_refusal(node: ast.AST) -> bool:
    """True for a call of `refuses`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "refuses"
    )  # fmt: skip


def _is_case(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Case"


def codes_in(node: ast.AST) -> list[str]:
    """Codes that are named inside a piece of code, in order."""
    return [
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute)
        and isinstance(one.value, ast.Name)
        and one.value.id == "Reason"
    ]


def shown_by(control: Control) -> tuple[str, ...]:
    """Names of the tests that show a control: cases by their words, tests by their function."""
    own = [one.name for one in refusals() if one.code in control.codes]
    other = [name.rpartition("::")[2] for name in control.elsewhere]
    return tuple(dict.fromkeys([*own, *other]))


def uncovered() -> tuple[str, ...]:
    """Codes of controls that no refusing test shows; rooms that name their tests are apart."""
    found = {one.code for one in refusals()}
    return tuple(
        f"{control.number} {code}"
        for control in CONTROLS
        if not control.elsewhere
        for code in control.codes
        if code not in found
    )


def rows() -> Iterator[list[str]]:
    """Rows of the table in the documentation."""
    for control in CONTROLS:
        codes = ", ".join(f"`{code}`" for code in control.codes)
        tests = "; ".join(shown_by(control))
        yield [str(control.number), control.what, control.reference, codes, tests]
