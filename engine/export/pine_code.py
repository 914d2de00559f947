"""Expressions as Pine v6: built-in functions where they mean the same, our own functions else.

Pine draws no line between missing and false in `bool`, so comparisons with a missing value come
out false there; `not` of such a comparison comes out true. Windows written as inputs stay inputs.
"""

from __future__ import annotations

from typing import Final

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
from engine.language.rendering import number_text

SERIES: Final[dict[str, str]] = {
    "open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume",
    "hl2": "hl2", "hlc3": "hlc3", "ohlc4": "ohlc4", "dow": "(dayofweek + 5) % 7",
    "dom": "dayofmonth", "month": "month", "hour": "hour", "minute_of_day": "hour * 60 + minute",
    **{name: f"st_{name}" for name in (
        "entry_price", "last_entry_price", "highest_since_entry", "lowest_since_entry",
        "bars_held", "open_return", "open_r", "units", "side",
    )},
    "won_long": "won_long", "won_short": "won_short",
}  # fmt: skip
"""Series and calendar names; Pine counts weekdays from 1 = Sunday, in the exchange's zone."""

CALLS: Final[dict[str, str]] = {
    "sma": "ta.sma({0}, {1})", "mean": "ta.sma({0}, {1})", "wma": "ta.wma({0}, {1})",
    "vwma": "ta.vwma({0}, {1})", "median": "ta.median({0}, {1})",
    "sum": "math.sum({0}, {1})", "ema": "peak_smoothed({0}, {1}, 2.0 / ({1} + 1))",
    "dema": "peak_dema({0}, {1})", "tema": "peak_tema({0}, {1})", "rma": "ta.rma({0}, {1})",
    "hma": "ta.hma({0}, {1})", "rsi": "peak_rsi({0}, {1})",
    "stoch_k": "ta.sma(peak_place(close, ta.lowest(low, {0}), ta.highest(high, {0})), {1})",
    "stoch_d": "ta.sma(ta.sma(peak_place(close, ta.lowest(low, {0}), ta.highest(high, {0})), {1}),"
               " {2})",
    "stochrsi": "peak_stochrsi({0}, {1}, {2})", "macd": "peak_macd({0}, {1}, {2})",
    "macd_signal": "peak_macd_signal({0}, {1}, {2}, {3})",
    "macd_hist": "peak_macd({0}, {1}, {2}) - peak_macd_signal({0}, {1}, {2}, {3})",
    "roc": "{0} / {0}[{1}] - 1", "log_return": "math.log({0} / {0}[{1}])",
    "delta": "{0} - {0}[{1}]", "cci": "ta.cci(hlc3, {0})", "willr": "ta.wpr({0})",
    "mfi": "ta.mfi(hlc3, {0})", "adx": "peak_adx({0})", "plus_di": "peak_di({0}, 1)",
    "minus_di": "peak_di({0}, -1)", "psar": "ta.sar({0}, {0}, {1})",
    "supertrend": "peak_supertrend({0}, {1})", "supertrend_dir": "peak_supertrend_dir({0}, {1})",
    "tr": "ta.tr(false)", "atr": "peak_atr({0})", "natr": "peak_atr({0}) / close",
    "bb_upper": "ta.sma({0}, {1}) + {2} * ta.stdev({0}, {1})", "bb_mid": "ta.sma({0}, {1})",
    "bb_lower": "ta.sma({0}, {1}) - {2} * ta.stdev({0}, {1})",
    "bb_width": "2 * {2} * ta.stdev({0}, {1}) / ta.sma({0}, {1})",
    "bb_pctb": "({0} - ta.sma({0}, {1}) + {2} * ta.stdev({0}, {1}))"
               " / (2 * {2} * ta.stdev({0}, {1}))",
    "kc_upper": "peak_smoothed(close, {0}, 2.0 / ({0} + 1)) + {2} * peak_atr({1})",
    "kc_lower": "peak_smoothed(close, {0}, 2.0 / ({0} + 1)) - {2} * peak_atr({1})",
    "kc_mid": "peak_smoothed(close, {0}, 2.0 / ({0} + 1))",
    "stdev": "ta.stdev({0}, {1}, false)",
    "zscore": "({0} - ta.sma({0}, {1})) / ta.stdev({0}, {1}, false)", "abs": "math.abs({0})",
    "obv": "ta.obv", "rel_volume": "volume / ta.sma(volume, {0})[1]",
    "vwap_rolling": "ta.vwma(hlc3, {0})", "highest": "ta.highest({0}, {1})",
    "lowest": "ta.lowest({0}, {1})", "donchian_upper": "ta.highest(high, {0})",
    "donchian_lower": "ta.lowest(low, {0})",
    "donchian_mid": "(ta.highest(high, {0}) + ta.lowest(low, {0})) / 2",
    "tenkan": "(ta.highest(high, {0}) + ta.lowest(low, {0})) / 2",
    "kijun": "(ta.highest(high, {0}) + ta.lowest(low, {0})) / 2",
    "slope": "ta.linreg({0}, {1}, 0) - ta.linreg({0}, {1}, 1)", "sign": "math.sign({0})",
    "log": "math.log({0})", "min": "math.min({0}, {1})", "max": "math.max({0}, {1})",
    "where": "({0} ? {1} : {2})", "cross_above": "({0} > {1} and {0}[1] <= {1}[1])",
    "cross_below": "({0} < {1} and {0}[1] >= {1}[1])", "rising": "({0} > {0}[{1}])",
    "falling": "({0} < {0}[{1}])", "any_of": "math.sum({0} ? 1 : 0, {1}) > 0",
    "all_of": "math.sum({0} ? 1 : 0, {1}) == {1}", "count": "math.sum({0} ? 1 : 0, {1})",
    "htf": "", "realized_vol": "peak_vol({0}, {1})",
}  # fmt: skip
"""Operator -> Pine; an argument that is a series or a condition is a variable."""

HELPERS: Final[dict[str, str]] = {
    "peak_vol": """\
peak_vol(float x, simple int n) =>
    ta.stdev(math.log(x / x[1]), n, false) * math.sqrt(BARS_PER_YEAR)""",
    "peak_smoothed": """\
peak_smoothed(float x, simple int n, simple float alpha) =>
    var int seen = 0
    var float state = 0.0
    float result = na
    if not na(x)
        if seen < n
            seen += 1
            state += x
            if seen == n
                state /= n
        else
            state += alpha * (x - state)
        if seen == n
            result := state
    result""",
    "peak_dema": """\
peak_dema(float x, simple int n) =>
    once = peak_smoothed(x, n, 2.0 / (n + 1))
    2 * once - peak_smoothed(once, n, 2.0 / (n + 1))""",
    "peak_tema": """\
peak_tema(float x, simple int n) =>
    once = peak_smoothed(x, n, 2.0 / (n + 1))
    twice = peak_smoothed(once, n, 2.0 / (n + 1))
    3 * once - 3 * twice + peak_smoothed(twice, n, 2.0 / (n + 1))""",
    "peak_place": """\
peak_place(float x, float low_, float high_) =>
    high_ > low_ ? 100 * (x - low_) / (high_ - low_) : na""",
    "peak_rsi": """\
peak_rsi(float x, simple int n) =>
    moved = x - x[1]
    gain = peak_smoothed(na(moved) ? na : math.max(moved, 0), n, 1.0 / n)
    loss = peak_smoothed(na(moved) ? na : math.max(-moved, 0), n, 1.0 / n)
    gain + loss > 0 ? 100 * gain / (gain + loss) : na""",
    "peak_stochrsi": """\
peak_stochrsi(float x, simple int r, simple int n) =>
    strength = peak_rsi(x, r)
    peak_place(strength, ta.lowest(strength, n), ta.highest(strength, n))""",
    "peak_macd": """\
peak_macd(float x, simple int fast, simple int slow) =>
    peak_smoothed(x, fast, 2.0 / (fast + 1)) - peak_smoothed(x, slow, 2.0 / (slow + 1))""",
    "peak_macd_signal": """\
peak_macd_signal(float x, simple int fast, simple int slow, simple int sig) =>
    gap = peak_macd(x, fast, slow)
    peak_smoothed(gap, sig, 2.0 / (sig + 1))""",
    "peak_atr": """\
peak_atr(simple int n) =>
    peak_smoothed(ta.tr(false), n, 1.0 / n)""",
    "peak_di": """\
peak_di(simple int n, simple int sign) =>
    up = high - high[1]
    down = low[1] - low
    beyond = sign > 0 ? (up > down and up > 0 ? up : 0) : (down > up and down > 0 ? down : 0)
    moved = peak_smoothed(na(up) ? na : beyond, n, 1.0 / n)
    reach = peak_atr(n)
    reach > 0 ? 100 * moved / reach : na""",
    "peak_adx": """\
peak_adx(simple int n) =>
    plus = peak_di(n, 1)
    minus = peak_di(n, -1)
    together = plus + minus
    peak_smoothed(together > 0 ? 100 * math.abs(plus - minus) / together : na, n, 1.0 / n)""",
    "peak_supertrend": """\
peak_supertrend(simple int n, simple float k) =>
    [level, direction] = ta.supertrend(k, n)
    level""",
    "peak_supertrend_dir": """\
peak_supertrend_dir(simple int n, simple float k) =>
    [level, direction] = ta.supertrend(k, n)
    -direction""",
}
"""Our own definitions where Pine's built-ins seed or treat flat windows differently."""

TIMEFRAMES: Final[dict[str, str]] = {
    "1m": "1", "3m": "3", "5m": "5", "15m": "15", "30m": "30", "1h": "60", "2h": "120",
    "4h": "240", "6h": "360", "8h": "480", "12h": "720", "1d": "D", "1w": "W", "1M": "M",
}  # fmt: skip
"""Our timeframes in Pine's spelling."""


class PineWriter:
    """Declarations of Pine for trees; a tree that is already written is not written again.

    Every call and every operand with a lag gets a variable of its own: Pine keeps history per
    call place, so a call inside a condition that is not always evaluated would lose bars.
    """

    def __init__(self, params: dict[str, float]) -> None:
        """Start empty; params: the names that stand for inputs."""
        self.params = params
        self.lines: list[str] = []
        self.places: dict[Node, str] = {}

    def add(self, tree: Node) -> str:
        """Variable or literal that holds a tree's value at the present bar."""
        if isinstance(tree, Number):
            return number_text(tree.value)
        if isinstance(tree, Boolean):
            return "true" if tree.value else "false"
        if isinstance(tree, Name) and tree.name in self.params:
            return f"p_{tree.name}"
        if isinstance(tree, Name) and SERIES[tree.name].isidentifier():
            return SERIES[tree.name]
        if tree not in self.places:
            code = self._code(tree)
            name = f"v{len(self.lines) + 1}"
            self.lines.append(f"{name} = {code}")
            self.places[tree] = name
        return self.places[tree]

    def _code(self, tree: Node) -> str:  # noqa: PLR0911 - one line per kind of node
        if isinstance(tree, Call):
            return self._call(tree)
        if isinstance(tree, Lag):
            return f"{self._series(tree.of)}[{self.add(tree.bars)}]"
        if isinstance(tree, Logic):
            return f" {tree.word} ".join(self.add(item) for item in tree.items)
        if isinstance(tree, Comparison | Arithmetic):
            return f"{self.add(tree.left)} {tree.sign} {self.add(tree.right)}"
        if isinstance(tree, Not):
            return f"not {self.add(tree.of)}"
        if isinstance(tree, Minus):
            return f"-{self.add(tree.of)}"
        return SERIES[tree.name] if isinstance(tree, Name) else ""

    def _series(self, tree: Node) -> str:
        """A value that history can be read from: literals and inputs get a variable."""
        text = self.add(tree)
        if isinstance(tree, Number | Boolean) or (isinstance(tree, Name) and text[:2] == "p_"):
            if tree not in self.places:
                self.lines.append(f"v{len(self.lines) + 1} = {text}")
                self.places[tree] = f"v{len(self.lines)}"
            return self.places[tree]
        return text

    def _call(self, tree: Call) -> str:
        if tree.name == "htf":
            frame, inner = tree.args
            wanted = TIMEFRAMES[frame.value] if isinstance(frame, Text) else ""
            return (
                f'request.security(syminfo.tickerid, "{wanted}", {self.add(inner)}[1], '
                "lookahead = barmerge.lookahead_on)"
            )
        template = CALLS[tree.name]
        parts = [self._argument(template, place, arg) for place, arg in enumerate(tree.args)]
        return template.format(*parts)

    def _argument(self, template: str, place: int, tree: Node) -> str:
        """An argument; one whose history is read must not be a literal."""
        lagged = f"{{{place}}}[" in template
        return self._series(tree) if lagged else self.add(tree)
