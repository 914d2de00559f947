# ruff: noqa: E501 - one row per code reads as a table
"""Wishes that the language cannot say; they are named, never approximated silently."""

from __future__ import annotations

from typing import Final

from copilot.offline.scan import Scan
from engine.language.reply import UnsupportedCode

_RULES: Final[tuple[tuple[UnsupportedCode, str], ...]] = (
    ("future_data", r"(?:exact|very|absolute[nrms]?|absolut|perfect|precise) (?:bottoms?|tops?|lows?|highs?|turning points?)|(?:at|on|catch\w*|pick\w*|nail\w*|hit\w*)\b[^.;,]{0,14}\b(?:bottoms?|tops?)(?: of| in| every| each|$|[.,;])|before (?:it|(?:the|a|an|any|every|each|prices?)(?: \w+)?(?: (?:price|market|news|move|rally|crash|drop|announcement|earnings|jump|breakout|pump|dump|sell ?off|spike|surge|run|rise|fall|trend|bull run|bear market))?)[^.;,]{0,24}(?:happens?|rises?|falls?|drops?|comes?|crash\w*|jumps?|moves?|is (?:out|published)|starts?|begins?|turns?|takes? off|explodes?)|before (?:it|the (?:price|market|news|move|rally|crash|drop|announcement|earnings|good news|bad news|jump|breakout|pump))(?:$|[.;,])|tomorrow'?s?|next (?:day|week|bar|candle|month)'?s? (?:high|low|close|open|price|return)|know\w* (?:in advance|beforehand|ahead)|in advance|will (?:rise|fall|go up|go down|drop|jump)|predict\w*|the future|future (?:price|high|low|bar)|in (?:the )?hindsight|(?:exakt|absolut|genau)\w* (?:tief|hoch|boden|punkt|top)\w*|(?:genau|punktgenau|exakt) (?:am|im|auf dem) (?:tief|hoch|boden|top)\w*|tiefstpunkt\w*|bevor (?:der|die|das|es|ein|sie)[^.;]{0,40}(?:steigt|fällt|kommt|kommen|crasht|dreht|beginnt|losgeht|startet|passiert|bekannt|veröffentlicht|erscheint|explodiert|abhebt|einbricht|ausbricht)|morgen(?:s|ige[nrms]?)? (?:kurs|schluss|hoch|tief|steigt|fällt)|kurs von morgen|im voraus|vorher ?(?:wissen|sehen|sagen|weiß)|vorhersag\w*|wissen,? (?:was|wann|dass)|zukünftig\w* (?:kurs|preis)\w*|zukunft|im nachhinein"),
    ("tick_data", r"tick (?:data|by tick|level|chart)\w*|each tick|every tick|ticks?\b(?! size)|the tape|tape reading|every (?:single )?(?:print|trade print|trade on the tape)|single prints?|time (?:and|&) sales|jede[rn]? (?:einzelne[rn]? )?(?:tick|abschluss|handel)|tick ?daten|einzel ?trades|order flow|delta footprint|footprint"),
    ("sub_minute_timeframe", r"\d+ ?(?:micro|milli|nano|mikro)? ?(?:seconds?|sekunden?|secs?|sek|ms|µs)|(?:micro|milli|nano|mikro) ?(?:seconds?|sekunden?)|(?:in|every|each|within|per|alle|pro|jede|innerhalb von) (?:a few |wenigen |a |one )?(?:seconds?|sekunden?)|seconds chart|sub ?minute|sub ?second|sekunden ?(?:chart|kerzen|takt|bereich)|microseconds?|millisekunden|high frequency|hft|hochfrequenz\w*|latency"),
    ("order_book", r"order ?books?|level (?:2|ii)(?: data)?|l2 (?:data|book)|depth of market|market depth|dom\b|bid ?(?:ask|/ask) (?:imbalance|spread|sizes?)|book imbalance|orderbuch\w*|markttiefe|geld ?brief|liquidity (?:wall|sweep|heat ?map)s?|iceberg|bids? and asks?"),
    ("news_data", r"news(?:paper)?s?|headlines?|press releases?|announcements?|fed (?:meeting|speech|decision|minutes)|fomc|cpi (?:print|release)|economic calendar|nachricht\w*|schlagzeile\w*|pressemitteilung\w*|meldung\w*|zinsentscheid\w*|wirtschaftskalender|ad ?hoc"),
    ("sentiment_data", r"sentiment|twitter|tweets?|reddit|social media|wall ?street ?bets|wsb|fear (?:and|&) greed|google trends|telegram|influencer\w*|musk|elon|stimmung\w*|soziale[nr]? medien|social ?media|angst(?: und | ?& ?)gier|x\.com posts?|tiktok|discord"),
    ("fundamental_data", r"fundamental\w*|earnings|p/e\b(?: ratio)?|pe ratio|price to (?:earnings|book)|kgv|kbv|book value|dividends?(?: yield)?|revenue\w*|balance sheets?|cash ?flows?(?! to)|quarterly (?:results|numbers|report)|insider (?:buying|purchases)|market cap\w*|gewinn je aktie|quartalszahlen|geschäftszahlen|umsatzwachstum|dividende\w*|dividendenrendite|bilanz\w*|unternehmens ?(?:zahlen|gewinn\w*)|marktkapitalisierung|analyst\w*|eps\b|undervalued|unterbewertet\w*"),
    ("on_chain_data", r"on ?chain|whale\w*|wallet (?:flows?|activity|addresses)|exchange (?:in|out)?flows?|hash ?rate|mvrv|nvt|sopr|miner\w*|active addresses|gas fees?|wal\b|wale\b|walbewegung\w*|zuflüsse zu den börsen|börsenzuflüsse|hashrate|blockchain ?daten"),
    ("options", r"options?(?: (?:chain|strategy|premium|selling|trading|contracts?|on))|(?:sell|buy|write|long|short) (?:a |an |the |covered |otm |atm |itm )*(?:calls?|puts?|straddles?|strangles?|iron condors?|spreads? on options)|covered calls?|straddles?|strangles?|iron condors?|implied vol\w*|delta hedg\w*|gamma|theta|puts? and calls?|calls? and puts?|optionen|optionsschein\w*|optionshandel|stillhalter\w*|implizite\w* vol\w*|put option|call option"),
    ("ml_model", r"machine learning|deep learning|neural net\w*|lstm|transformer|random forest|xgboost|gradient boost\w*|reinforcement learning|train(?:ed|ing)? (?:a |an |the )?(?:model|network|classifier|ai|agent)|ai (?:model|predict\w*|decides?)|(?:an? )?ai (?:that|to|which) |maschinelle[rsnm]? lern\w*|neuronal\w*|ki (?:modell|entscheid\w*|soll|die|trainier\w*)|künstliche intelligenz|trainiere? ein|svm|support vector|kalman|hidden markov|hmm\b"),
    ("volume_profile", r"volume profiles?|volume by price|poc\b|point of control|value area\w*|vpvr|high volume nodes?|volumenprofil\w*|market profile"),
    ("chart_pattern", r"head (?:and|&|n) shoulders?|(?:inverse )?h&s|double (?:tops?|bottoms?)|triple (?:tops?|bottoms?)|(?:ascending |descending |symmetrical )?triangles?|wedges?|(?:bull |bear )?flags?\b|pennants?|cup (?:and|&|with) handle|rounding (?:bottom|top)|elliott?(?: waves?)?|wyckoff|harmonic pattern\w*|gartley|smart money|order ?blocks?|fair value gaps?|fvg|schulter kopf schulter\w*|sks|kopf schulter\w*|doppel(?:boden|top|tief|hoch)\w*|dreieck\w*|keil(?:e|formation\w*)?|flagge\w*|wimpel\w*|untertasse\w*|tasse mit henkel|elliott ?wellen|chart ?(?:patterns?|formation\w*|muster)|market structure break"),
    ("trend_line", r"trend ?lines?|trendlinie\w*|(?:drawn|draw|eingezeichnet\w*) (?:lines?|support|resistance|linie\w*)|channel lines? drawn|andrews pitchfork|gann\w*|support (?:and|&|/) resistance (?:lines?|zones?|levels?)|unterstützungs ?(?:linie|zone)\w*|widerstands ?(?:linie|zone)\w*|unterstützung\w* und widerst[aä]nd\w*"),
    ("divergence", r"divergen[czt]\w*|diverging|hidden divergence|divergenz\w*"),
    ("fibonacci", r"fib(?:onacci|o|s)?\b(?: \w+)?|(?:0\.|61\.)?618|61\.8%|38\.2%|golden pocket|goldener schnitt"),
    ("heikin_ashi", r"heikin ?ashi|heiken ?ashi|renko\w*|kagi|point (?:and|&) figure|range bars|tick bars|volume bars|dollar bars"),
    ("execution_algo", r"(?:twap|iceberg|vwap) (?:execution|orders?|algo\w*|ausführung)|execut\w* (?:via|with|by|through|using) (?:a )?(?:twap|vwap|iceberg|algo\w*)|slice (?:the )?orders?|smart order rout\w*|order slicing|market making|market maker|make markets?|arbitrage (?:between|across|zwischen)|(?:cross|inter) ?exchange arb\w*|triangular arb\w*|dreiecks ?arbitrage|arbitrage|grid (?:bot|trading)|grid ?bot|gitter ?handel|dca\b|dollar cost averag\w*|sparplan\w*|copy ?trad\w*|post only"),
)  # fmt: skip


def unsupported(text: str) -> tuple[UnsupportedCode, ...]:
    """Codes of what the normalised text asks for and the language cannot say."""
    scan = Scan(text)
    return tuple(code for code, words in _RULES if scan.has(words))


def without_unsupported(scan: Scan) -> None:
    """Blank these wishes out, so that no part of them is read as a condition."""
    for _, words in _RULES:
        scan.take_all(words)
