"""Stress scenarios as data: closed kinds, sizes within bounds, no more than ten from a model.

A scenario says what happens to a market, never to an account. `rationale` is text from outside:
it is shown, cleaned and cut, and nothing reads it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple, Self, get_args

from pydantic import AfterValidator, Field, ValidationError, model_validator

from engine.data.days import DayText, day_number
from engine.errors import InputError
from engine.market import Symbol
from engine.quantities import Ratio
from engine.records import Record, invalid_record, read_json
from engine.text import clean_text, did_you_mean

MAX_PROPOSED: Final = 10
MAX_BARS: Final = 500
MAX_RATIONALE: Final = 200
MAX_BYTES: Final = 50_000

ScenarioKind = Literal[
    "gap", "crash", "slow_bear", "melt_up", "vol_burst", "whipsaw", "spread", "outage",
    "data_hole", "correlation_one", "cost", "funding", "stale_price",
]  # fmt: skip
KINDS: Final[tuple[ScenarioKind, ...]] = get_args(ScenarioKind)

ALIASES: Final[dict[str, ScenarioKind]] = {
    "flash_crash": "crash", "halt": "outage", "trading_halt": "outage",
    "exchange_outage": "outage", "volatility_regime": "vol_burst", "volatility": "vol_burst",
    "vol_spike": "vol_burst", "cost_shock": "cost", "fees": "cost",
    "correlation": "correlation_one",
    "bear": "slow_bear", "rally": "melt_up", "jump": "gap", "liquidity": "spread",
    "missing_data": "data_hole", "gap_in_data": "data_hole", "frozen_feed": "stale_price",
}  # fmt: skip
"""What others call a kind -> what it is called here."""


class Bounds(NamedTuple):
    """What a kind allows: size low..high, bars fewest..most, what size means."""

    low: float
    high: float
    fewest: int
    most: int
    size: str


BOUNDS: Final[dict[ScenarioKind, Bounds]] = {
    "gap": Bounds(0.01, 0.9, 1, 1, "jump at the open against what is held; the level stays"),
    "crash": Bounds(0.05, 0.95, 1, 60, "fall in all, a third of it as a gap; the level stays"),
    "slow_bear": Bounds(0.05, 0.9, 20, MAX_BARS, "fall in all, evenly; the level stays"),
    "melt_up": Bounds(0.05, 4.0, 1, MAX_BARS, "rise in all, evenly; the level stays"),
    "vol_burst": Bounds(1.2, 6.0, 5, 250, "factor on every move; the end level is unchanged"),
    "whipsaw": Bounds(0.01, 0.5, 4, 250, "swings of so much both ways, eight bars each"),
    "spread": Bounds(2.0, 100.0, 1, 250, "factor on the spread, of one basis point at least"),
    "outage": Bounds(0.0, 0.5, 1, 250, "no trading; jump against what is held when it reopens"),
    "data_hole": Bounds(0.05, 1.0, 1, 250, "share of the bars that are missing"),
    "correlation_one": Bounds(0.1, 1.0, 2, MAX_BARS, "how far all take the first one's moves"),
    "cost": Bounds(1.1, 20.0, 1, MAX_BARS, "factor on all costs"),
    "funding": Bounds(0.0001, 0.05, 1, 250, "rate a bar that what is held pays"),
    "stale_price": Bounds(0.05, 1.0, 1, 100, "share of the bars that repeat the last price"),
}
"""Bounds of each kind; sizes are fractions or factors."""


def _shown(text: str) -> str:
    return clean_text(text, MAX_RATIONALE)


class Scenario(Record):
    """One thing that may happen to a market.

    Attributes:
        kind: what.
        size: how much, see `BOUNDS`.
        duration_bars: how long.
        symbols: which instruments; empty = all of them.
        start: a day on which it begins, beside the starts that every scenario is run from.
        rationale: why somebody proposed it; untrusted, cleaned, cut to 200 characters.
    """

    kind: ScenarioKind
    size: Ratio
    duration_bars: Annotated[int, Field(ge=1, le=MAX_BARS)]
    symbols: Annotated[tuple[Symbol, ...], Field(max_length=50)] = ()
    start: DayText | None = None
    rationale: Annotated[str, AfterValidator(_shown)] = ""

    @model_validator(mode="after")
    def _within(self) -> Self:
        bounds = BOUNDS[self.kind]
        if not bounds.low <= self.size <= bounds.high:
            raise ValueError(f"size of {self.kind} lies in {bounds.low:g} .. {bounds.high:g}")
        if not bounds.fewest <= self.duration_bars <= bounds.most:
            raise ValueError(f"{self.kind} lasts {bounds.fewest} to {bounds.most} bars")
        return self


class Proposal(Record):
    """What a model may hand in: at most ten scenarios."""

    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MAX_PROPOSED)]


def _usual(kind: ScenarioKind, size: float, bars: int, why: str) -> Scenario:
    return Scenario(kind=kind, size=size, duration_bars=bars, rationale=why)


DEFAULT_SCENARIOS: Final = (
    _usual("gap", 0.2, 1, "One opening a fifth away."),
    _usual("crash", 0.5, 5, "Half is lost within five bars."),
    _usual("slow_bear", 0.6, 250, "A year of falling prices."),
    _usual("melt_up", 0.8, 40, "A squeeze of those who are short."),
    _usual("vol_burst", 3.0, 40, "Every move three times as large."),
    _usual("whipsaw", 0.1, 40, "Back and forth without a direction."),
    _usual("spread", 20.0, 20, "Nobody quotes near the price."),
    _usual("outage", 0.1, 5, "The venue is down and reopens elsewhere."),
    _usual("data_hole", 1.0, 10, "The feed is missing."),
    _usual("correlation_one", 1.0, 60, "Everything moves as one."),
    _usual("cost", 3.0, 250, "Costs three times as high."),
    _usual("funding", 0.002, 20, "Holding costs 0.2 % a bar."),
    _usual("stale_price", 1.0, 5, "The feed repeats one price."),
)
"""One scenario of each kind, in the order of `KINDS`."""

_USUAL: Final = {scenario.kind: scenario for scenario in DEFAULT_SCENARIOS}


def scenario_of(kind: str, **fields: object) -> Scenario:
    """A scenario from fields by name; the usual size and duration of its kind where none is given.

    Raises:
        InputError: SCENARIO_KIND, SCENARIO_FIELD, SCENARIO_SIZE, SCENARIO_DURATION,
            SCENARIO_START or RECORD_INVALID, with what to write instead.
    """
    known = _kind(kind)
    usual, bounds = _USUAL[known], BOUNDS[known]
    for name in fields:
        if name not in Scenario.model_fields:
            raise _unknown("SCENARIO_FIELD", "a scenario has no field", name, Scenario.model_fields)
    size = fields.get("size", usual.size)
    bars = fields.get("duration_bars", usual.duration_bars)
    _check("SCENARIO_SIZE", f"size of {known}", size, bounds.low, bounds.high, bounds.size)
    _check("SCENARIO_DURATION", f"duration_bars of {known}", bars, bounds.fewest, bounds.most)
    _check_start(fields.get("start"))
    given: dict[str, Any] = {**fields, "kind": known, "size": size, "duration_bars": bars}
    if isinstance(given.get("symbols"), list):
        given["symbols"] = tuple(given["symbols"])
    try:
        return Scenario(**given)
    except ValidationError as error:
        raise invalid_record("scenario", error) from error


def read_scenarios(raw: bytes | str) -> tuple[Scenario, ...]:
    """Proposed scenarios from JSON text: a list, or an object with the one key `scenarios`.

    Raises:
        InputError: JSON_*, SCENARIO_LIST, SCENARIO_COUNT, and what `scenario_of` raises.
    """
    found = read_json(raw, MAX_BYTES)
    if isinstance(found, dict) and set(found) == {"scenarios"}:
        found = found["scenarios"]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InputError(
            "SCENARIO_LIST", "scenarios are a list of objects", value=type(found).__name__,
            hint='write {"scenarios": [{"kind": "crash", "size": 0.3, "duration_bars": 3}]}',
        )  # fmt: skip
    if not 1 <= len(found) <= MAX_PROPOSED:
        raise InputError(
            "SCENARIO_COUNT", f"one to {MAX_PROPOSED} scenarios can be proposed at once",
            value=len(found), hint="keep the ones that differ most",
        )  # fmt: skip
    return tuple(scenario_of(**_named(each)) for each in found)


def proposal_schema() -> dict[str, Any]:
    """JSON schema of a proposal, for a model's structured output."""
    return Proposal.model_json_schema()


def _named(given: dict[str, object]) -> dict[str, Any]:
    if not isinstance(given.get("kind"), str):
        raise InputError(
            "SCENARIO_KIND", "a scenario needs a kind", value=given.get("kind"),
            hint=f"one of {', '.join(KINDS)}",
        )  # fmt: skip
    return given


def _kind(word: str) -> ScenarioKind:
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    known = next((kind for kind in KINDS if kind == plain), ALIASES.get(plain))
    if known is None:
        raise _unknown("SCENARIO_KIND", "there is no scenario of this kind", plain, KINDS, ALIASES)
    return known


def _unknown(code: str, what: str, word: str, *known: Any) -> InputError:  # noqa: ANN401 - names, or a table keyed by names
    names = [name for group in known for name in group]
    near = did_you_mean(word, names)
    first = ALIASES.get(near[0], near[0]) if near else ""
    listed = ", ".join(known[0])
    return InputError(
        code, what, value=clean_text(word, 60),
        hint=f"did you mean {first}?" if first else f"one of {listed}",
    )  # fmt: skip


def _check(  # noqa: PLR0913, PLR0917 - what a refusal says
    code: str, what: str, value: object, low: float, high: float, means: str = "bars"
) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and low <= float(str(value)) <= high:
        return
    percent = number and high <= 1.0 and low <= float(str(value)) / 100 <= high
    advice = f"write {value} % as {float(str(value)) / 100:g}; " if percent else ""
    shown = value if number else clean_text(str(value), 60)
    raise InputError(
        code, f"{what} lies in {low:g} .. {high:g}", value=shown, hint=f"{advice}it is: {means}"
    )


def _check_start(value: object) -> None:
    if value is None:
        return
    try:
        day_number(str(value))
    except ValueError as error:
        raise InputError(
            "SCENARIO_START", "start is a day such as 2020-03-12", value=clean_text(str(value), 60),
            hint="leave it out to begin on a hundred days",
        ) from error  # fmt: skip
