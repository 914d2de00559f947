# ruff: noqa: E501 - regular expressions of one wish stay on one line
"""Wishes of one conversation that exclude each other: asked about, never resolved silently."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.normalise import Language
from copilot.offline.scan import NUM, UNIT, Scan
from copilot.offline.sizing import all_risks, wants_everything
from copilot.offline.slots import Slots
from copilot.offline.symbols import PLACE
from copilot.offline.texts import text as sentence
from copilot.offline.timeframes import TimeUnit, unit_of
from copilot.offline.tree import Condition, Tree, conditions
from engine.language.reply import Conflict, ConflictCode
from engine.market import Timeframe

MAX_RISK: Final = 0.05
"""Largest risk per trade the language takes, as a fraction of equity."""

_BUYS: Final = r"(?:that |which |and |das |die |und )*(?:buys?|buying|bought|go(?:es)? long|longs? when|kauft|kaufe|kaufen|gekauft|long (?:gehen|when|wenn))"
_NO_RISK: Final = r"(?:no|without|zero|ohne|kein\w*|null|minimal\w*|0) (?:any |jedes |jegliches |verlust)?(?:risk|risiko|verlustrisiko|losses?|verluste?n?)(?! (?:limit|per|cap|pro))|risk ?free|risikolos\w*|risikofrei\w*|verlustfrei\w*|safe and|no downside"
_LEVERAGE: Final = r"(?:high |max\w* |lots of |much |strong |with |\d+x |hohe[nrm]? |maximale[nrm]? |viel |starke[nrm]? |mit |\d+ ?(?:x|fache[nrm]?) )+(?:leverage|hebel)|leveraged? (?:up|\d+)|gehebelt|leverage (?:of )?\d+|hebel (?:von )?\d+"
_MARTINGALE: Final = r"martingale?\w*|(?:double|doubling|increase|raise|triple|add to|multiply)[^.;]{0,40}(?:after|on|following|with)(?: each| every| a| any)? (?:loss\w*|losing|loser\w*)|average down|averaging down|double down|(?:verdoppel\w*|erhöh\w*|verdreifach\w*|2 mal)[^.;]{0,40}(?:nach|bei) (?:jede[mnr]? |einem |verlust)\w*|nach (?:jedem |einem )?verlust[^.;]{0,40}(?:verdoppel\w*|erhöh\w*|2 mal)|verbillig\w*|nachkaufen[^.;]{0,20}(?:im minus|bei verlust|fällt)"
_OVERFIT: Final = r"(?:optimi[sz]e|tune|tweak|adjust|fit|pick|choose|find|search|select|try|test)[^.;]{0,60}(?:until|till|so that|that (?:would have )?(?:made|gave|had|worked)|with the (?:best|highest)|for (?:the )?(?:best|max\w*|highest))[^.;]{0,50}(?:back ?test|past|history|historical|sharpe|profit|return|curve|result|perfect|look\w* (?:good|great))|curve ?fit\w*|(?:best|perfect) (?:parameters?|settings?|values) (?:for|on|in|from) (?:the )?(?:past|history|last|backtest|historical)|(?:all|every) (?:possible |available )?(?:combinations?|indicators?)|(?:optimier\w*|such\w*|find\w*|wähl\w*|nimm|pass\w*|probier\w*|test\w*)[^.;]{0,60}(?:bis|sodass|damit|mit de[nmr] (?:besten|höchsten)|die (?:beste|im|in der|am meisten|den))[^.;]{0,50}(?:back ?test|vergangenheit|historie|sharpe|gewinn|rendite|kurve|ergebnis|perfekt)|überoptimier\w*|(?:beste[nrs]?|perfekte[nrs]?) (?:parameter|einstellung\w*|werte)[^.;]{0,20}(?:vergangen\w*|historie|backtest|letzten)|alle (?:möglichen )?(?:kombinationen|indikatoren)"


def _found(code: ConflictCode, language: Language, **values: object) -> Conflict:
    return Conflict(code=code, text=sentence(f"conflict_{code}", language, **values))


def _percent(value: float) -> str:
    return f"{round(value * 100, 6):g} %"


def _sides(slots: Slots, scan: Scan) -> list[Conflict]:
    found = []
    rules, sides = slots.rules, slots.sides
    if sides.short_only and (scan.has(_BUYS) or sides.long_only):
        found.append(_found("short_only_vs_buy", slots.language))
    elif sides.long_only and (
        rules.entry_short is not None
        or scan.has(
            r"(?:and|but|also|und|aber|auch) (?:go |sell |then )?short(?! only)\w*|short (?:when|if|wenn|bei|on|below|above)|leer ?verk\w*|verk[aä]uf\w* (?:\w+ )?leer\b"
        )
    ):
        found.append(_found("long_only_vs_short", slots.language))
    return found


def _wishes(slots: Slots, scan: Scan) -> list[Conflict]:
    found = []
    language = slots.language
    if scan.has(_NO_RISK) and scan.has(_LEVERAGE):
        found.append(_found("no_risk_vs_leverage", language))
    if scan.has(_MARTINGALE):
        found.append(_found("martingale", language))
    if scan.has(_OVERFIT):
        found.append(_found("overfitting", language))
    loss = scan.has(
        rf"(?:max\w*|at most|never|no more than|not more than|limit\w*|höchstens|nie|nicht mehr als)[^.;,]{{0,30}}(?:los\w+|verlust\w*|verlier\w*)[^.;,]{{0,20}}{NUM}(?:%|r\b)|(?:los\w+|verlust\w*|verlier\w*)[^.;,]{{0,26}}(?:max\w*|at most|never|no more than|höchstens|nie|nicht mehr)[^.;,]{{0,16}}{NUM}(?:%|r\b)|{NUM}% (?:max\w* )?(?:loss|verlust) (?:per|pro|a|je) (?:trade|position)|(?:never|nie\w*|nicht|not)[^.;,]{{0,22}}(?:mehr als|more than|over) {NUM}%[^.;,]{{0,20}}(?:los\w+|verlier\w*|verlust)"
    )
    if slots.no_stop and loss:
        found.append(_found("no_stop_vs_max_loss", language))
    return found


def _sizes(slots: Slots, scan: Scan) -> list[Conflict]:
    found = []
    language = slots.language
    risks = all_risks(slots.text)
    if any(risk > MAX_RISK for risk in risks):
        limit = _percent(min([MAX_RISK, *(risk for risk in risks if risk <= MAX_RISK)]))
        found.append(
            _found("risk_per_trade_above_policy", language, value=_percent(max(risks)), limit=limit)
        )
    elif (
        risks
        and len(set(risks)) > 1
        and scan.has(r"(?:policy|rule|limit|allowed|max\w*|vorgabe|regel|erlaubt|grenze|höchstens)")
    ):
        found.append(
            _found(
                "risk_per_trade_above_policy",
                language,
                value=_percent(max(risks)),
                limit=_percent(min(risks)),
            )
        )
    if risks and wants_everything(slots.text):
        found.append(_found("risk_per_trade_vs_full_investment", language))
    count = slots.limits.get("max_positions")
    sizing = slots.sizing
    each = (
        sizing.value if sizing and sizing.kind == "fixed_fraction" and sizing.value else slots.cap
    )
    if (
        isinstance(count, int)
        and each
        and count * each > 1 + 1e-9
        and "max_leverage" not in slots.limits
    ):
        found.append(
            _found("max_positions_vs_allocation", language, count=count, share=_percent(each))
        )
    return found


def _ratio(slots: Slots, scan: Scan) -> list[Conflict]:
    stops = [stop.value for stop in slots.stops if stop.kind == "pct" and stop.value]
    named = scan.find(
        rf"(?P<a>{NUM}) ?(?::|to|zu) ?(?P<b>{NUM})(?= ?(?:reward|rr|r:r|risk|chance|crv|payoff|ratio|verhältnis))|(?:reward|rr|r:r|crv|chance|payoff|ratio|verhältnis)[^.;,\d%]{{0,24}}(?P<c>{NUM}) ?(?::|to|zu) ?(?P<d>{NUM})"
    )
    targets = re.search(
        rf"(?:target|take ?profit|tp|ziel|gewinnziel|profit)[^.;,%\d]{{0,20}}(?P<t>{NUM})%",
        slots.text,
    )
    if not (stops and named and targets):
        return []
    first, second = (float(named[x] or named[y]) for x, y in (("a", "c"), ("b", "d")))
    ratio = max(first, second) / min(first, second) if min(first, second) > 0 else 0
    target = float(targets["t"]) / 100
    if abs(target / stops[0] - ratio) <= 0.05 * ratio:
        return []
    return [
        _found(
            "rr_mismatch",
            slots.language,
            stop=_percent(stops[0]),
            target=_percent(target),
            ratio=f"{ratio:g}",
        )
    ]


_SECONDS: Final[dict[TimeUnit, int]] = {
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}


def _horizon(slots: Slots, scan: Scan) -> list[Conflict]:
    """A day trade on weekly bars, a scalp held for months, five bars that are also twenty."""
    text = slots.text
    chart = slots.timeframe
    scalp = scan.has(
        r"scalp\w*|day ?trad\w*|intra ?day|in and out (?:within|in) (?:minutes|an hour)"
    )
    forever = scan.has(
        r"(?:hold\w*|halte\w*|keep)[^.;,]{0,24}(?:months?|years?|monate\w*|jahre\w*|decades?|forever|long term|langfristig\w*)|buy and hold|long ?term invest\w*|langfristig\w* (?:anlag|invest|halten)\w*|(?:multi ?month|mehrmonatig\w*) hold\w*"
    )
    if scalp and forever:
        return [_found("horizon_mismatch", slots.language, what=_quote(text))]
    intraday_wish = scalp or slots.limits.get("overnight") is False
    if chart in {Timeframe.W1, Timeframe.MO1} and intraday_wish:
        return [_found("horizon_mismatch", slots.language, what=f"{chart.value}, intraday")]
    if chart is Timeframe.D1 and scan.has(
        r"scalp\w*|intra ?day|in and out the same day|innerhalb (?:eines tages|von minuten)"
    ):
        return [_found("horizon_mismatch", slots.language, what=f"{chart.value}, intraday")]
    held = scan.find(
        r"(?:hold\w*|halte\w*|keep|exit\w*|close\w*|out|raus)[^.;,]{0,24}?(?:for |after |within |nach |innerhalb von |at most |max\w* |höchstens )*(?P<n>\d+) ?(?P<u>minutes?|mins?|minuten?|hours?|stunden?|days?|tage?n?)(?![a-z])"
    )
    if chart and held and int(held["n"]) * _SECONDS[unit_of(held["u"])] < chart.seconds:
        return [
            _found(
                "horizon_mismatch", slots.language, what=f"{chart.value}, {held['n']} {held['u']}"
            )
        ]
    return []


def _quote(text: str) -> str:
    return re.sub(PLACE, "...", text)[:120]


def _times(slots: Slots, scan: Scan) -> list[Conflict]:
    """`out after 5 bars at the latest, never before 20 bars`."""
    longest = scan.find(
        rf"(?:(?:after|nach|within|innerhalb von|hold\w*|halte\w*|at most|max\w*|höchstens|no longer than|nicht länger als)[^.;,\d]{{0,20}}(?P<n>\d+) ?(?P<u>{UNIT})[^.;,]{{0,14}}(?:at (?:the )?(?:latest|most)|spätestens|max\w*)|(?:at most|max\w*|höchstens|no longer than|spätestens(?: nach)?|nicht länger als|at the latest(?: after)?)[^.;,\d]{{0,16}}(?P<n2>\d+) ?(?P<u2>{UNIT}))"
    )
    shortest = scan.find(
        rf"(?:never|not|nie\w*|nicht|kein\w*)[^.;,\d]{{0,30}}(?:before|vor|until|bis|earlier than|früher als|ehe)[^.;,\d]{{0,16}}(?P<n>\d+) ?(?P<u>{UNIT})|(?:at least|minimum(?: of)?|mindestens|wenigstens)[^.;,\d]{{0,14}}(?P<n2>\d+) ?(?P<u2>{UNIT})[^.;,]{{0,20}}(?:hold\w*|halte\w*)|(?:hold\w*|halte\w*)[^.;,\d]{{0,20}}(?:at least|mindestens|minimum(?: of)?|wenigstens) (?P<n3>\d+) ?(?P<u3>{UNIT})"
    )
    if not (longest and shortest):
        return []
    most = slots.frame.bars(
        float(longest["n"] or longest["n2"]), unit_of(longest["u"] or longest["u2"])
    )
    key = next(key for key in ("", "2", "3") if shortest[f"n{key}"])
    least = slots.frame.bars(float(shortest[f"n{key}"]), unit_of(shortest[f"u{key}"]))
    if least <= most:
        return []
    return [_found("unsatisfiable_condition", slots.language, what=f"<= {most}, >= {least}")]


def impossible(tree: Tree | None) -> str:
    """The part of a conjunction that can never be true, as text; empty when none is found.

    Only plain comparisons of the same operand are looked at; the checker finds the rest.
    """
    found = conditions(tree)
    if tree is not None and " or " in tree.render():
        return ""
    for index, first in enumerate(found):
        for second in found[index + 1 :]:
            if first.left.text == second.left.text and _exclude(first, second):
                return f"{first.render()} and {second.render()}"
    return ""


def _exclude(first: Condition, second: Condition) -> bool:
    pair = {first.relation, second.relation}
    if pair == {"rising", "falling"}:
        return True
    same = first.right is not None and second.right is not None
    if same and first.right == second.right:
        return pair in (
            {">", "<"},
            {"cross_above", "cross_below"},
            {"cross_above", "<"},
            {"cross_below", ">"},
        )
    if not (same and first.right and second.right) or {first.right.kind, second.right.kind} != {
        "number"
    }:
        return False
    lower = [c.right.value for c in (first, second) if c.right and c.relation in {">", ">="}]
    upper = [c.right.value for c in (first, second) if c.right and c.relation in {"<", "<="}]
    return bool(lower and upper and max(lower) >= min(upper))


def _conditions(slots: Slots) -> list[Conflict]:
    both = re.search(
        r"(?:über|above|over|oberhalb) (?:und|and)(?: \w+){0,2} (?:unter|below|under|unterhalb)|(?:unter|below|under|unterhalb) (?:und|and)(?: \w+){0,2} (?:über|above|over|oberhalb)|(?:steig\w*|rising|up) (?:und|and)(?: \w+){0,3} (?:fäll\w*|fall\w*|down)(?= (?:zugleich|at the same time|simultaneously|gleichzeitig))",
        slots.text,
    )
    if both:
        return [_found("unsatisfiable_condition", slots.language, what=both[0])]
    for tree in (slots.rules.entry_long, slots.rules.entry_short):
        what = impossible(tree)
        if what:
            return [_found("unsatisfiable_condition", slots.language, what=what)]
    return []


def _averages(slots: Slots, scan: Scan) -> list[Conflict]:
    fast = scan.find(
        r"(?:fast|short|schnelle\w*|kurze\w*)(?: (?:sma|ema|ma|average|line|moving|durchschnitt|linie|one|gleitende\w*|period|periode))*[^.;,\d]{0,14}(?P<n>\d+)|(?P<n2>\d+) (?:\w+ )?(?:as|als) (?:the |die |den )?(?:fast|schnelle\w*)"
    )
    slow = scan.find(
        r"(?:slow|long|langsame\w*|lange\w*)(?: (?:sma|ema|ma|average|line|moving|durchschnitt|linie|one|gleitende\w*|period|periode))*[^.;,\d]{0,14}(?P<n>\d+)|(?P<n2>\d+) (?:\w+ )?(?:as|als) (?:the |die |den )?(?:slow|langsame\w*)"
    )
    if fast and slow:
        first, second = (int(match["n"] or match["n2"]) for match in (fast, slow))
        if first >= second:
            return [_found("fast_slower_than_slow", slots.language, fast=first, slow=second)]
    macd = scan.find(r"macd\w* ?\w* ?\((?P<a>\d+) ?[,/] ?(?P<b>\d+)")
    if macd and int(macd["a"]) >= int(macd["b"]):
        return [_found("fast_slower_than_slow", slots.language, fast=macd["a"], slow=macd["b"])]
    return []


def conflicts(slots: Slots) -> tuple[Conflict, ...]:
    """Contradictions inside one message, each code once."""
    scan = Scan(slots.text)
    found = [
        *_sides(slots, scan), *_wishes(slots, scan), *_sizes(slots, scan), *_ratio(slots, scan),
        *_horizon(slots, scan), *_times(slots, scan), *_conditions(slots), *_averages(slots, scan),
    ]  # fmt: skip
    kept: dict[str, Conflict] = {}
    for item in found:
        kept.setdefault(item.code, item)
    return tuple(kept.values())
