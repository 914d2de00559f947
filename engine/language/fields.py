"""Fields by kind: which numbers a stop, target or sizing needs, and in which range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.language.codes import WARNINGS, Code
from engine.language.findings import SpecFinding
from engine.language.nodes import Span
from engine.language.rendering import number_text
from engine.language.spec import OrderPlan, Parameter, Sizing, Stop, StrategySpec, Target

PERCENT_HINT: Final = "rates are fractions of one: 1 is 100 %, 1 % is 0.01"
MAX_RISK: Final = 0.05
MAX_STOP: Final = 0.5


def finding(  # noqa: PLR0913 - a finding has six parts
    code: Code,
    path: str,
    message: str,
    value: object = "",
    hint: str = "",
    *,
    span: Span | None = None,
) -> SpecFinding:
    """A finding about a field, with the characters meant when it holds an expression."""
    return SpecFinding(
        code=code.value,
        level="warning" if code in WARNINGS else "error",
        path=path,
        span=span,
        value=str(value)[:120],
        message=message,
        hint=hint,
    )


class Rule(NamedTuple):
    """What the `value` of a kind may be (low excluded, high included) and what stands beside it."""

    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    hint: str = ""


_ATR: Final = Rule(0, 50, needs=("value", "period"))
_PRICE: Final = Rule(needs=("price",))

STOP_RULES: Final[dict[str, Rule]] = {
    "pct": Rule(0, MAX_STOP, needs=("value",), hint=PERCENT_HINT),
    "atr": _ATR,
    "price_expr": _PRICE,
    "trail_expr": _PRICE,
    "trailing_pct": Rule(0, MAX_STOP, needs=("value",), hint=PERCENT_HINT),
    "trailing_atr": _ATR,
    "chandelier": _ATR,
    "breakeven_after_r": Rule(0, 100, needs=("value",)),
    "time_bars": Rule(0, 100_000, whole=True, needs=("value",)),
    "max_loss_equity": Rule(0, 1, needs=("value",), hint=PERCENT_HINT),
}
TARGET_RULES: Final[dict[str, Rule]] = {
    "pct": Rule(0, 10, needs=("value",), hint=PERCENT_HINT),
    "atr": Rule(0, 100, needs=("value", "period")),
    "r_multiple": Rule(0, 100, needs=("value",)),
    "price_expr": _PRICE,
    "moving_expr": _PRICE,
}
SIZING_RULES: Final[dict[str, Rule]] = {
    "fixed_fraction": Rule(0, 1, needs=("value",), hint=PERCENT_HINT),
    "fixed_notional": Rule(0, 1e12, needs=("value",)),
    "risk_per_trade": Rule(0, MAX_RISK, needs=("value",), hint=PERCENT_HINT),
    "vol_target": Rule(0, 5, needs=("value",), takes=("lookback", "expr"), hint=PERCENT_HINT),
    "equal_weight": Rule(takes=("value",)),
    "inverse_vol": Rule(needs=("lookback",), takes=("value",)),
    "risk_parity": Rule(needs=("lookback",), takes=("value",)),
    "weight_expr": Rule(needs=("expr",), takes=("value",)),
}


def _check(
    part: Stop | Target | Sizing, rule: Rule, names: tuple[str, ...], path: str
) -> Iterator[SpecFinding]:
    for name in names:
        value = getattr(part, name)
        if value is None and name in rule.needs:
            yield finding(
                Code.FIELD_MISSING, f"{path}/{name}", f"{part.kind} needs `{name}`.",
                hint=f"write {name}",
            )  # fmt: skip
        elif value is not None and name not in rule.needs + rule.takes:
            yield finding(
                Code.FIELD_EXTRA, f"{path}/{name}", f"{part.kind} takes no `{name}`.", value,
                "remove it",
            )  # fmt: skip
        elif value is not None and name == "value" and name in rule.needs:
            yield from _range(part.kind, float(value), rule, f"{path}/value")


def _range(kind: str, value: float, rule: Rule, path: str) -> Iterator[SpecFinding]:
    if not rule.low < value <= rule.high:
        yield finding(
            Code.FIELD_RANGE,
            path,
            f"the value of {kind} lies above {number_text(rule.low)} and up to"
            f" {number_text(rule.high)}; got {number_text(value)}.",
            number_text(value),
            rule.hint,
        )
    elif rule.whole and not value.is_integer():
        yield finding(
            Code.FIELD_RANGE, path, f"{kind} counts whole bars; got {number_text(value)}.",
            number_text(value), "write a whole number",
        )  # fmt: skip


def check_order(order: OrderPlan, path: str) -> Iterator[SpecFinding]:
    """Price and life time fit the order's type."""
    market = order.type in {"market_next_open", "market_on_close"}
    if market and order.price is not None:
        yield finding(
            Code.FIELD_EXTRA, f"{path}/price", f"{order.type} takes no price.", order.price,
            "remove it, or use a stop or limit order",
        )  # fmt: skip
    if not market and order.price is None:
        yield finding(
            Code.FIELD_MISSING, f"{path}/price", f"a {order.type} order needs a price.",
            hint="write an expression such as high",
        )  # fmt: skip
    if market and order.valid_bars != 1:
        yield finding(
            Code.FIELD_RANGE, f"{path}/valid_bars",
            "a market order is filled on the next bar or not at all.", order.valid_bars,
            "leave valid_bars at 1",
        )  # fmt: skip


def check_stops(spec: StrategySpec) -> Iterator[SpecFinding]:
    """Every stop has what its kind needs, nothing more, and in range."""
    for place, stop in enumerate(spec.stops):
        yield from _check(
            stop, STOP_RULES[stop.kind], ("value", "period", "price"), f"/stops/{place}"
        )


def check_targets(spec: StrategySpec) -> Iterator[SpecFinding]:
    """Every target has what its kind needs; the fractions of a rule sum to at most one."""
    for place, target in enumerate(spec.targets):
        yield from _check(
            target, TARGET_RULES[target.kind], ("value", "period", "price"), f"/targets/{place}"
        )
    for rule in spec.rules:
        bound = [t for t in spec.targets if not t.rules or rule.id in t.rules]
        closed = round(sum(t.close_fraction for t in bound), 9)
        if closed > 1:
            yield finding(
                Code.FIELD_RANGE, "/targets",
                f"the targets of {rule.id} close {number_text(closed)} of the position: more than"
                " all of it.",
                number_text(closed), "let close_fraction sum to at most 1",
            )  # fmt: skip


def check_sizing(sizing: Sizing) -> Iterator[SpecFinding]:
    """Sizing has what its kind needs and risks at most 5 % of equity a trade."""
    yield from _check(sizing, SIZING_RULES[sizing.kind], ("value", "lookback", "expr"), "/sizing")


def check_parameter(param: Parameter, path: str) -> Iterator[SpecFinding]:
    """Default inside low..high, whole where it is an int, step above zero."""
    low = param.default if param.low is None else param.low
    high = param.default if param.high is None else param.high
    if not low <= param.default <= high:
        yield finding(
            Code.FIELD_RANGE, f"{path}/default",
            f"the default of `{param.name}` lies outside {number_text(low)}..{number_text(high)}.",
            number_text(param.default), "move the default or the range",
        )  # fmt: skip
    for name in ("default", "low", "high", "step"):
        value = getattr(param, name)
        if value is not None and param.type == "int" and not float(value).is_integer():
            yield finding(
                Code.FIELD_RANGE, f"{path}/{name}", f"`{param.name}` is an int parameter.",
                number_text(value), "write a whole number or make it a float",
            )  # fmt: skip
    if param.step is not None and not param.step > 0:
        yield finding(
            Code.FIELD_RANGE, f"{path}/step", "a step lies above zero.", number_text(param.step)
        )
