# ruff: noqa: E501 - a regular expression stays on one line
"""How much to hold, in words -> sizing of a spec. Percentages of equity become fractions."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.operands import Frame
from copilot.offline.scan import NUM, PCT, UNIT, Scan
from copilot.offline.timeframes import unit_of
from engine.language.spec import Sizing

_EQUITY: Final = (
    r"(?:of |des |der |vom |meines |my |the |von |am |an )*(?:total |available |whole |verfügbaren |gesamten )?"
    r"(?:equity|capital|account|portfolio|kapitals?|kontos?|depots?|eigenkapitals?|balance|guthabens?|bankroll|vermögens?|"
    r"kontostands?|funds|money|geld(?:es)?|kasse|cash)"
)
_RISK: Final = r"(?:at risk|risk(?:ed|ing|s)?|risiko\w*|riskier\w*|einzelrisiko|traderisiko)"
_GAP: Final = r"(?:[^.;,%\d§]{0,26}?)"
_TRADE: Final = r"(?:a|per|each|every|pro|je|on each|on every|bei jedem|für jeden) ?(?:single )?(?:trade|position|entry|einstieg|order|handel|idea|coin|symbol)"

_PROTECTION: Final = r" ?(?:hard |trailing |initial |fixed |tight |wide |profit |fest\w* |hart\w* |nachgezogen\w* )?(?:stop|trail|sl\b|take|target|profit|gewinn|ziel|tp\b|drawdown|below|above|unter|über)"

RISK_PATTERNS: Final = (
    rf"{PCT} (?:{_EQUITY} )?(?:{_RISK})(?: {_TRADE})?",
    rf"{_RISK}(?: {_TRADE})?{_GAP}{PCT}(?: {_EQUITY})?(?: {_TRADE})?",
    rf"{PCT}(?: {_EQUITY})?[^.;,%\d§]{{0,18}}{_RISK}(?: {_TRADE})?",
    rf"(?:lose|loss of|verlier\w*|verlust von)[^.;,%\d]{{0,16}}{PCT}(?: {_EQUITY})? {_TRADE}",
    rf"max(?:imum|imal\w*)? (?:loss|verlust){_GAP}{PCT}(?: {_EQUITY})? ?{_TRADE}|max(?:imum|imal\w*)? (?:loss|verlust) {_TRADE}{_GAP}(?P<pct2>{NUM})%",
)


def _share(text: str) -> float:
    return round(float(text) / 100, 10)


def read_risk(scan: Scan) -> list[float]:
    """All shares of equity that are said to be risked per trade, in order."""
    found = []
    for pattern in RISK_PATTERNS:
        while match := scan.take(rf"(?<!no )(?<!kein )(?:{pattern})(?! (?:drawdown|free|frei))"):
            groups = match.groupdict()
            found.append(_share(groups.get("pct") or groups.get("pct2") or "0"))
    return [value for value in found if value > 0]


def _vol_target(scan: Scan, frame: Frame) -> Sizing | None:
    word = (
        r"(?:vol(?:atility)? ?target\w*|target\w*(?: an?)?(?: annual\w*| realized)? vol(?:atility)?|ziel ?vol\w*|"
        r"volatilitätsziel\w*|vol(?:atility)? ?scal\w*|annual\w* vol(?:atility)?|volatilitätssteuerung|scaled? to)"
    )
    match = scan.take(
        rf"(?:{word}{_GAP}{PCT}(?: (?:annual\w* )?vol(?:atility|atilität)?)?|(?P<pct2>{NUM})% (?:annual\w* |jährliche\w* |p\.a\. )?(?:{word}|vol(?:atility)? target|volatilität)(?! (?:below|above|under|over|über|unter)))"
    )
    if match is None:
        return None
    lookback = scan.take(
        rf"(?P<n>\d+) ?(?P<u>{UNIT}) (?:(?:realized |realised )?vol\w*|lookback|rückblick)"
    )
    bars = frame.bars(float(lookback["n"]), unit_of(lookback["u"])) if lookback else 60
    return Sizing(
        kind="vol_target",
        value=_share(match["pct"] or match["pct2"]),
        lookback=min(2_000, max(2, bars)),
        resize="weekly",
    )


def _weights(scan: Scan, frame: Frame) -> Sizing | None:
    inverse = (
        r"(?:weight\w*|gewicht\w*|size\w*|allocat\w*)?[^.;,\d]{0,20}(?:inverse(?:ly)?|invers\w*|umgekehrt)"
        rf"(?: to| proportional to| zur?| der)*[^.;,\d]{{0,14}}(?:(?P<n>\d+) ?(?P<u>{UNIT}) )?(?:realized |realised )?vol\w*"
    )
    if match := scan.take(inverse):
        bars = frame.bars(float(match["n"]), unit_of(match["u"])) if match["n"] else 60
        return Sizing(kind="inverse_vol", value=None, lookback=min(2_000, max(2, bars)))
    if scan.take(r"risk ?parity|risikoparität\w*"):
        return Sizing(kind="risk_parity", value=None, lookback=60)
    if scan.take(
        r"equal(?:ly)? ?weight\w*|gleichgewicht\w*|gleich gewichtet\w*|equal (?:sizes?|parts|shares)|gleiche gewichte|zu gleichen teilen"
    ):
        return Sizing(kind="equal_weight", value=None)
    return None


def _notional(scan: Scan) -> Sizing | None:
    currency = r"(?:usdt|usdc|usd|us dollars?|dollars?|euros?|eur|€|\$|chf|franken|bucks)"
    match = scan.take(
        rf"(?:\$|€)? ?(?P<n>{NUM})(?P<k>k)? ?{currency} (?:notional )?{_TRADE}|{_TRADE}[^.;,%\d§]{{0,15}}(?P<n2>{NUM})(?P<k2>k)? ?{currency}|(?:\$|€)(?P<n3>{NUM})(?P<k3>k)? {_TRADE}"
    )
    if match is None:
        return None
    groups = match.groupdict()
    amount = next(float(groups[name]) for name in ("n", "n2", "n3") if groups[name])
    thousand = any(groups[name] for name in ("k", "k2", "k3"))
    return Sizing(kind="fixed_notional", value=amount * (1000 if thousand else 1))


def _fraction(scan: Scan) -> Sizing | None:
    patterns = (
        rf"{PCT} {_EQUITY}(?: {_TRADE})?",
        rf"(?:position ?siz\w*|positionsgröße\w*|position size|stake|einsatz|bet|trade size|size|ordergröße|invest\w*|allocat\w*|put|use|einsetzen|setze){_GAP}{PCT}(?: {_TRADE})?",
        rf"{PCT} (?:positions?(?: ?siz\w*|sgröße)?|stake|einsatz|{_TRADE}|each|jeweils|notional|allocation|invest\w*|gewicht\w*|weight\w*|exposure|einsetzen)",
        rf"(?:je|jeweils|pro) (?:position |trade )?{PCT}",
    )
    for pattern in patterns:
        match = scan.take(rf"(?:{pattern})(?!{_PROTECTION})")
        if match is not None:
            share = _share(match["pct"])
            inside = scan.within(share, 1e-6, 1, "position size")
            return Sizing(kind="fixed_fraction", value=share) if inside else None
    full = r"(?:fully|always|100%|voll|ganz|komplett) invest\w*|(?:all|whole|entire|full|ganzes?|gesamtes?|volles?) (?:my |the |mein |unser |das )?(?:capital|equity|account|kapital|konto|depot)|full ?size|full (?:position|allocation)|volle positions?\w*"
    if scan.take(full):
        return Sizing(kind="fixed_fraction", value=1.0)
    return None


def read_cap(scan: Scan) -> float | None:
    """Largest position as a fraction of equity, when the user names one."""
    match = scan.take(
        rf"(?:max(?:imum|imal\w*)?|cap|largest|größte) (?:single )?(?:position|einzelposition|positionsgröße|position size|exposure|stake|einsatz)(?: size)?{_GAP}{PCT}(?: {_EQUITY})?"
    )
    if match is None:
        match = scan.take(
            rf"(?:never|not|no|nie|nicht) more than {PCT}(?: {_EQUITY})? (?:in|per|pro) (?:one|a|any|1|single|einer|einem|position|symbol|coin|trade)\w*|(?:never|nie|nicht|höchstens|at most|maximal)[^.;,%\d]{{0,14}}(?P<pct2>{NUM})%(?: {_EQUITY})? (?:in|per|pro|je) (?:one |a |any |1 |single |einer |einem )?(?:position|symbol|coin|trade|titel|wert)"
        )
    if match is None:
        return None
    groups = match.groupdict()
    share = _share(groups["pct"] or groups.get("pct2") or "0")
    return share if 0 < share <= 1 else None


def read_sizing(scan: Scan, frame: Frame) -> Sizing | None:
    """Take the sizing out of the text: risk per trade first, then targets, weights, fractions."""
    risk = read_risk(scan)
    if risk:
        return Sizing(kind="risk_per_trade", value=risk[-1])
    for reader in (_vol_target, _weights):
        found = reader(scan, frame)
        if found is not None:
            return found
    return _notional(scan) or _fraction(scan)


def all_risks(text: str) -> list[float]:
    """Every risk per trade that a text names, for the search for contradictions."""
    return read_risk(Scan(text))


def wants_everything(text: str) -> bool:
    """Whether the whole capital is to be in one position or always at work."""
    return (
        re.search(
            r"fully invested|100% (?:of|invested)|always invested|all (?:my )?(?:capital|money)|whole account|"
            r"voll investiert|gesamtes? kapital|ganzes? kapital|alles? kapital|immer investiert|100% des",
            text,
        )
        is not None
    )
