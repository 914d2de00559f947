# ruff: noqa: E501 - one row per indicator reads as a table
"""How people call an indicator, the expression it becomes, and its usual parameters.

`{0}`, `{1}` are the parameters in order; `words` are alternatives of a regular expression on
normalised text. A name that stands further up wins when two match the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from copilot.offline.tree import OperandKind


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row: `family` shares its parameters between its members (macd and its signal)."""

    name: str
    family: str
    words: str
    template: str
    kind: OperandKind
    defaults: tuple[float, ...] = ()


_LINE = r"(?: ?(?:lines?|linien?|values?|werte?s?|indicator|indikator))?"
_BOLL = r"(?:bollinger\w*(?: ?b[aä]nd(?:s|e|er|es)?)?|bb|bbands?)"
_KELT = r"(?:keltner\w*(?: ?(?:channel|kanals?|b[aä]nd))?s?|kc)"
_DONC = r"(?:donchian\w*(?: ?(?:channel|kanals?|b[aä]nd))?s?)"
_UP = r"(?:upper|top|obere[rnms]?)"
_DOWN = r"(?:lower|bottom|untere[rnms]?)"
_MID = r"(?:middle|mid|mittlere[rnms]?|mittel|basis|central)"
_BAND = r"(?: ?(?:bands?|b[aä]nd(?:es|er)?|lines?|linie|channel|kanal|edge|rand))?"
_HIGH = r"(?:highs?|hochs?|hochpunkte?s?|höchstkurse?s?|höchststand\w*)"
_LOW = r"(?:lows?|tiefs?|tiefpunkte?s?|tiefstkurse?s?|tiefststand\w*)"
_AVG = r"(?:averages?|means?|durchschnitt\w*|mittel(?:wert)?s?|schnitt)"

INDICATORS: Final[tuple[Indicator, ...]] = (
    Indicator("bb_width", "bb", rf"(?:{_BOLL} (?:width|breite|bandwidth|bandbreite)|bandwidth|band width|bandbreite)", "bb_width(close,{0},{1})", "neutral", (20, 2)),
    Indicator("bb_pctb", "bb", r"(?:%b|percent b|pct ?b)", "bb_pctb(close,{0},{1})", "neutral", (20, 2)),
    Indicator("bb_upper", "bb", rf"{_UP} {_BOLL}{_BAND}", "bb_upper(close,{0},{1})", "price", (20, 2)),
    Indicator("bb_lower", "bb", rf"{_DOWN} {_BOLL}{_BAND}", "bb_lower(close,{0},{1})", "price", (20, 2)),
    Indicator("bb_mid", "bb", rf"{_MID} {_BOLL}{_BAND}", "bb_mid(close,{0},{1})", "price", (20, 2)),
    Indicator("kc_upper", "kc", rf"{_UP} {_KELT}{_BAND}", "kc_upper({0},{1},{2})", "price", (20, 10, 2)),
    Indicator("kc_lower", "kc", rf"{_DOWN} {_KELT}{_BAND}", "kc_lower({0},{1},{2})", "price", (20, 10, 2)),
    Indicator("kc_mid", "kc", rf"{_MID} {_KELT}{_BAND}", "kc_mid({0})", "price", (20, 10, 2)),
    Indicator("donchian_upper", "donchian", rf"{_UP} {_DONC}{_BAND}", "donchian_upper({0})", "channel", (20,)),
    Indicator("donchian_lower", "donchian", rf"{_DOWN} {_DONC}{_BAND}", "donchian_lower({0})", "channel", (20,)),
    Indicator("donchian_mid", "donchian", rf"{_MID} {_DONC}{_BAND}", "donchian_mid({0})", "price", (20,)),
    Indicator("macd_hist", "macd", r"macd(?: ?- ?| )?hist\w*|(?:the |das )?histogramm?s?", "macd_hist(close,{0},{1},{2})", "centred", (12, 26, 9)),
    Indicator("macd_signal", "macd", r"(?:macd )?signal(?:s)? ?lini?en?|(?:macd )?signal ?line|(?:its|ihre|seine|the) signal\b", "macd_signal(close,{0},{1},{2})", "centred", (12, 26, 9)),
    Indicator("macd", "macd", rf"macd{_LINE}", "macd(close,{0},{1},{2})", "centred", (12, 26, 9)),
    Indicator("stochrsi", "stochrsi", r"stoch(?:astic)? ?rsi", "stochrsi(close,{0},{1})", "oscillator", (14, 14)),
    Indicator("rsi", "rsi", rf"rsi{_LINE}|relative strength index|relative stärke index", "rsi(close,{0})", "oscillator", (14,)),
    Indicator("stoch_d", "stoch", r"(?:stoch\w* )?%d(?: line| linie)?|stoch\w* d\b", "stoch_d({0},{1},{2})", "oscillator", (14, 3, 3)),
    Indicator("stoch_k", "stoch", r"(?:(?:slow|fast) )?stoch\w*(?: oscillator| oszillator)?(?: ?%k| k\b)?(?: line| linie)?|%k(?: line| linie)?", "stoch_k({0},{1})", "oscillator", (14, 3, 3)),
    Indicator("cci", "cci", rf"cci{_LINE}|commodity channel index", "cci({0})", "centred", (20,)),
    Indicator("willr", "willr", r"williams ?(?:%r|% r|r|percent r)|%r\b|willr|will %r", "willr({0})", "willr", (14,)),
    Indicator("mfi", "mfi", rf"mfi{_LINE}|money flow index", "mfi({0})", "oscillator", (14,)),
    Indicator("ultosc", "ultosc", r"ultimate oscillator|ultosc", "ultosc({0},{1},{2})", "oscillator", (7, 14, 28)),
    Indicator("cmf", "cmf", r"cmf|chaikin money flow", "cmf({0})", "centred", (20,)),
    Indicator("aroon_up", "aroon", r"aroon up(?: line)?|up ?line|aroon hoch|aufwärts ?linie|aroon auf\b", "aroon_up({0})", "oscillator", (25,)),
    Indicator("aroon_down", "aroon", r"aroon down(?: line)?|down ?line|aroon tief|abwärts ?linie|aroon ab\b", "aroon_down({0})", "oscillator", (25,)),
    Indicator("chop", "chop", r"chop(?:piness)?(?: index)?", "chop({0})", "neutral", (14,)),
    Indicator("adx", "adx", rf"adx{_LINE}|average directional index", "adx({0})", "neutral", (14,)),
    Indicator("plus_di", "adx", r"\+ ?di\b|di ?\+|plus di", "plus_di({0})", "oscillator", (14,)),
    Indicator("minus_di", "adx", r"(?<![a-z])- ?di\b|di ?-(?!\w)|minus di", "minus_di({0})", "oscillator", (14,)),
    Indicator("supertrend", "supertrend", rf"super ?trend{_LINE}", "supertrend({0},{1})", "price", (10, 3)),
    Indicator("psar", "psar", r"parabolic sar|parabolic|psar|sar\b", "psar({0},{1})", "price", (0.02, 0.2)),
    Indicator("cloud_top", "ichimoku", r"(?:(?:top of the )?(?:ichimoku )?(?:kumo|cloud|wolke)|ichimoku cloud|ichimoku wolke)", "max(span_a({0},{1},{1}),span_b({2},{1}))", "price", (9, 26, 52)),
    Indicator("tenkan", "ichimoku", r"tenkan\w*(?: sen)?|conversion line", "tenkan({0})", "price", (9, 26, 52)),
    Indicator("kijun", "ichimoku", r"kijun\w*(?: sen)?|base line", "kijun({1})", "price", (9, 26, 52)),
    Indicator("zscore", "zscore", r"z ?score|z ?wert\w*|zscore", "zscore(close,{0})", "centred", (20,)),
    Indicator("obv", "obv", r"obv|on balance volume", "obv()", "neutral"),
    Indicator("force_index", "force", r"force index", "force_index({0})", "centred", (13,)),
    Indicator("rel_volume", "relvol", r"relative volume|rvol|rel(?:\.|atives)? volumen?", "rel_volume({0})", "neutral", (20,)),
    Indicator("vol_sma", "volsma", rf"(?:volume|vol|volumen)s? ?(?:{_AVG}|sma|ma)|(?:{_AVG}|avg|mean|durchschnittliche[snrm]?|mittlere[snrm]?|normale[snrm]?|übliche[snrm]?|usual|normal|moving average) (?:of |the |trading |daily |des |handels)*vol(?:ume|umen)?s?|sma of (?:the )?volume", "sma(volume,{0})", "neutral", (20,)),
    Indicator("volume", "volume", r"(?:trading |handels)?volume[ns]?|umsatz", "volume", "neutral"),
    Indicator("natr", "natr", r"natr|normali[sz]ed atr", "natr({0})", "neutral", (14,)),
    Indicator("realized_vol", "vol", r"(?:reali[sz]ed |historical |annuali[sz]ed |historische |realisierte )?(?:volatility|volatilität)|(?:realized|historical) vol\b", "realized_vol(close,{0})", "neutral", (20,)),
    Indicator("pct_rank", "pctrank", r"percent(?:ile)? rank|prozentrang", "pct_rank(close,{0})", "oscillator", (100,)),
    Indicator("roc", "roc", r"roc\b|rate of change|(?:total )?returns?|renditen?|performance|momentum", "roc(close,{0})", "centred", (90,)),
    Indicator("slope", "slope", r"(?:linear regression )?slope|steigung", "slope(close,{0})", "centred", (20,)),
    Indicator("vwap", "vwap", r"(?:session |anchored |daily |tages )?vwap(?:s| line| linie)?|volume weighted average price", "vwap", "price"),
    Indicator("vwma", "vwma", r"vwma|volume weighted (?:moving )?average", "vwma(close,{0})", "price", (20,)),
    Indicator("hma", "hma", r"hma|hull(?: moving average| ma| average)?", "hma(close,{0})", "price", (20,)),
    Indicator("kama", "kama", r"kama|kaufman\w*(?: adaptive)?(?: moving average)?", "kama(close,{0})", "price", (10,)),
    Indicator("dema", "dema", r"dema|double exponential(?: moving average)?", "dema(close,{0})", "price", (20,)),
    Indicator("tema", "tema", r"tema|triple exponential(?: moving average)?", "tema(close,{0})", "price", (20,)),
    Indicator("wma", "wma", r"wma|(?:linear )?weighted (?:moving )?average|gewichtete[rnm]? (?:gleitende[rnm]? )?durchschnitt\w*", "wma(close,{0})", "price", (20,)),
    Indicator("rma", "rma", r"rma|wilder(?:'s)? average|smma", "rma(close,{0})", "price", (14,)),
    Indicator("ema", "ema", r"emas?|exp(?:onential)?(?:ly)?(?: weighted)? (?:moving )?(?:average|ma)s?|exponentielle[rnms]? (?:gleitende[rnms]? )?durchschnitt\w*|exponential", "ema(close,{0})", "price", (20,)),
    Indicator("sma", "sma", rf"smas?|simple (?:moving )?averages?|(?:simple )?moving averages?|m\.?a\.?s?\b|gleitende[rnms]? (?:{_AVG})|gd|(?:einfache[rnms]? )?(?:gleitende[rnms]? )?durchschnitt\w*|averages?|mean|mittelwerts?|linie|schnitt", "sma(close,{0})", "price", (50,)),
    Indicator("highest_close", "channel", rf"highest clos\w*|closing {_HIGH}|höchste[rnms]? schlusskurs\w*|schlusskurs ?{_HIGH}", "highest(close,{0})", "channel", (20,)),
    Indicator("lowest_close", "channel", rf"lowest clos\w*|closing {_LOW}|tiefste[rnms]? schlusskurs\w*|niedrigste[rnms]? schlusskurs\w*", "lowest(close,{0})", "channel", (20,)),
    Indicator("highest", "channel", rf"highest {_HIGH}|höchste[sn]? {_HIGH}|highest price|highest|höchstkurs", "highest(high,{0})", "channel", (20,)),
    Indicator("lowest", "channel", rf"lowest {_LOW}|tiefste[sn]? {_LOW}|lowest price|lowest|tiefstkurs", "lowest(low,{0})", "channel", (20,)),
    Indicator("bb_any", "bb", _BOLL, "bb_mid(close,{0},{1})", "neutral", (20, 2)),
    Indicator("kc_any", "kc", _KELT, "kc_upper({0},{1},{2})", "neutral", (20, 10, 2)),
    Indicator("atr", "atr", r"atrs?|average true range", "atr({0})", "neutral", (14,)),
)  # fmt: skip

WINDOWED_HIGH: Final = _HIGH
WINDOWED_LOW: Final = _LOW

PRICES: Final[tuple[tuple[str, str], ...]] = (
    (r"(?:yesterday'?s?|previous day'?s?|prior day'?s?|last day'?s?) high|vortages ?hochs?|gestrige[snrm]? hochs?|hochs? (?:des vortages|von gestern)", "day_high"),
    (r"(?:yesterday'?s?|previous day'?s?|prior day'?s?|last day'?s?) low|vortages ?tiefs?|gestrige[snrm]? tiefs?|tiefs? (?:des vortages|von gestern)", "day_low"),
    (r"(?:yesterday'?s?|previous day'?s?|prior day'?s?) close|vortages ?schluss\w*|schlusskurs (?:des vortages|von gestern)", "day_close"),
    (r"(?:previous|prior|last|preceding) (?:bar|candle|period)?'?s? ?high|hoch der (?:vorherigen|letzten|vorigen) kerze|vorkerzen ?hoch", "high[1]"),
    (r"(?:previous|prior|last|preceding) (?:bar|candle|period)?'?s? ?low|tief der (?:vorherigen|letzten|vorigen) kerze|vorkerzen ?tief", "low[1]"),
    (r"(?:previous|prior|last) (?:bar|candle|period)?'?s? ?close|vorherige[rnm]? schlusskurs", "close[1]"),
    (r"(?:closing )?prices?|clos(?:e|ing)s?(?= (?:is|above|below|over|under|>|<|crosses|exceeds|price|breaks|must|falls|rises|drops|back))|(?:schluss)?kurs(?:e[sn]?|wert)?|preise?s?|schlusskurse?s?|market|markt", "close"),
    (r"(?:today'?s |the )?open(?:ing price)?(?= (?:is|above|below|over|under|>|<))|eröffnung(?:skurs)?", "open"),
)  # fmt: skip
