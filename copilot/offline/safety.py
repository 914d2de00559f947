# ruff: noqa: E501 - one row per refusal reads as a table
"""Wishes that are refused with a code, whatever else is asked for in the same message.

This reads what a person asks for; it protects nothing. What protects is that the copilot has no
way to approve, to send an order or to change a limit.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.normalise import Language, normalise
from engine.language.reply import RefusalCode

_SKIP: Final = r"(?:skip\w*|bypass\w*|ignor\w*|without|w/o|no need (?:for|to)|don'?t (?:bother|need|run|wait|ask)|forget (?:about )?|circumvent\w*|avoid|overr?id\w*|never mind|drop|disable|disregard|evade|around|überspring\w*|überging\w*|übergeh\w*|umgeh\w*|ohne|ignorier\w*|vergiss|verzicht\w* auf|lass[^.;,]{0,20} weg|spar\w* (?:dir|uns)|kein\w*|nicht (?:nötig|erst))"
_GATE: Final = r"(?:gates?|tests?|testing|back ?tests?|back ?testing|checks?|validation\w*|verification|review\w*|approvals?|approve|paper(?: (?:mode|phase|trading|test\w*|money))?|demo (?:mode|phase|konto)|sign ?offs?|confirmation|certificat\w*|prüfung\w*|prüfen|test\w*|freigabe\w*|genehmigung\w*|bestätigung\w*|zertifikat\w*|papier(?:handel|modus|phase)\w*|validierung\w*|kontrolle\w*|gate prüfung|out of sample|holdout|walk ?forward)"
_GAP: Final = r"[^.;!?]{0,28}?"
_LIMIT: Final = r"(?:(?:position|risk|loss|exposure|leverage|order|daily loss|drawdown|size|trade|max\w*)[ _]?(?:limits?|caps?|ceilings?|size limits?)|limits?|caps?|ceilings?|max_\w+|verlust ?(?:grenze|limit)\w*|risiko ?(?:grenze|limit)\w*|positions ?(?:grenze|limit|größe)\w*|grenzen?|obergrenzen?|limits?|hebel ?(?:grenze|limit)\w*|tages ?limit\w*)"
_RAISE: Final = r"(?:rais\w+|increas\w+|lift\w*|remov\w+|loosen\w*|relax\w*|widen\w*|ignor\w+|disabl\w+|exceed\w*|overr?id\w*|set|change|double|turn off|switch off|delete|erhöh\w*|anheb\w*|heb\w*|aufheb\w*|entfern\w*|locker\w*|ignorier\w*|überschreit\w*|abschalt\w*|schalt\w*|ausschalt\w*|lösch\w*|verdoppl\w*|setz\w*|hoch ?setz\w*|weg mit|streich\w*|missacht\w*)"
_SAFETY: Final = r"(?:kill ?switch\w*|circuit breaker\w*|safety(?: \w+)?|safeguards?|guard ?rails?|protection\w*|daily loss(?: \w+)?|loss limits?|risk (?:engine|rules?|checks?|management|manager)|emergency stop|halt\w*|notaus|not ?stop\w*|notbremse|schutz\w*|sicherung\w*|sicherheits\w*|verlust ?(?:grenze|limit|bremse)\w*|risiko ?(?:prüfung|regel|management|kontrolle)\w*|verlust ?stopp?\w*|tages ?verlust\w*)"

_RULES: Final[tuple[tuple[RefusalCode, str], ...]] = (
    ("skip_gate", rf"{_SKIP}{_GAP}(?:the |any |all |your |that |this |every |die |den |das |jede\w* |alle\w* )*{_GATE}(?! (?:period|window|data|bar|set|report|low|high))"),
    ("skip_gate", r"(?:approve|sign ?off|authori[sz]e|confirm|release|certify|freigeben|genehmig\w*|bestätig\w*|unterschreib\w*|zertifizier\w*)(?: (?:the|all|every|any|this|that|it|my|your|open|pending|den|die|das|alle\w*|offene\w*|jede\w*|meine\w*|t\d+|selbst|yourself))*(?: (?:ticket|order|signal|trade|approval|candidate|strategy|request|one|1|auftrag|aufträge|ticket|signal|order|handel|kandidat\w*|strategie|freigabe\w*|t0)\w*| yourself| it for me| selbst)"),
    ("skip_gate", r"gib[^.;]{0,40}\bfrei\b|(?:ticket|order|auftrag|signal|handel)\w*[^.;]{0,24}(?:freigeben|genehmigen|bestätigen|unterschreiben)"),
    ("skip_gate", r"(?:mark|pass|markier\w*|stempl\w*|winke?)[^.;]{0,24}(?:as )?(?:passed|certified|approved|pass\b|bestanden|zertifiziert|genehmigt|durch\b)|(?:make up|invent|fake|fabricate|forge|erfinde?|fälsch\w*|schreib\w*)[^.;]{0,24}(?:reports?|results?|verdicts?|certificat\w*|bericht\w*|ergebnis\w*|zertifikat\w*|prüfbericht\w*)|(?:peek|look|schau\w*|blick\w*)[^.;]{0,18}(?:at|into|in|auf) (?:the |das |den |die )?(?:holdout|vault|sealed|versiegelt\w*|test ?data)"),
    ("live_execution", r"(?:go|goes|going|run\w*|trade\w*|put|push\w*|deploy\w*|switch\w*|start\w*|set|make|turn|take|launch\w*|move|send|get)(?: (?:it|this|that|the \w+|straight|directly|right|now|everything|to|in|into|on|me|us))*? (?:live\b(?! data| price)|prod(?:uction)?\b|real account|mainnet)|(?:deploy|launch|push)(?: it| this| that)?(?: to| on| into)? (?:prod\w*|live|the real|the exchange|mainnet)|live (?:trading|account|mode|market|konto|handel|schalten|gehen|markt)(?! data)|real (?:money|cash|funds|account|capital)|actual money|echt(?:es|em|en)? ?geld|echtgeld|(?:echte[nms]?|reale[nms]?) (?:konto|geld|handel|kapital|depot)|scharf ?(?:schalt\w*|stell\w*)|live ?(?:schalt\w*|stell\w*|geh\w*|nehm\w*)|(?:geh\w*|schalt\w*|stell\w*|setz\w*|nimm|bring\w*) (?:\w+ ){0,4}live\b|produktiv ?(?:schalt\w*|setz\w*|system)|in (?:die )?produktion"),
    ("live_execution", r"(?:place|send|submit|execute|fire|put in|issue|create|route)(?: (?:a|an|the|my|this|that|market|limit|real|buy|sell|long|short|live|\d[\d.]*))* (?:orders?|tickets?|trades?)(?! (?:type|per|a day|after))|(?:buy|sell|long|short)(?: me)? (?:\d[\d.,]*|all|some|everything)[^.;,]{0,20}?(?:right )?(?:now|immediately|at market|asap|today)|(?:buy|sell) (?:now|immediately|at market)|(?:kauf\w*|verkauf\w*)(?: mir)?[^.;,]{0,24}(?:jetzt(?: gleich| sofort)?|sofort|umgehend|am markt|zum markt|bestens)(?!,)|(?:order|auftrag|aufträge|orders|ticket)(?: \w+){0,3} (?:aufgeben|platzier\w*|senden|ausführ\w*|abschick\w*|erstellen|anlegen)|(?:platzier\w*|sende|schick\w*|führe?|gib)(?: \w+){0,4} (?:order|orders|auftrag|aufträge)\b|handle? (?:direkt|sofort|jetzt)|execute (?:it |this |that |the trade )?(?:right )?(?:now|immediately|today|for me)|trade (?:it |this )?(?:right now|immediately|for real)|transfer|withdraw\w*|auszahl\w*|überweis\w*"),
    ("live_execution", r"(?:change|switch|set|put|wechs\w*|schalt\w*|ändere|stell\w*)[^.;]{0,20}(?:the |den |in den )?(?:mode|modus|betriebsart)[^.;]{0,14}(?:live|real|testnet|echt\w*)|mode (?:to |= ?)live|modus (?:auf )?live"),
    ("risk_limit", rf"{_RAISE}{_GAP}(?:the |my |your |all |any |every |die |den |das |der |alle |meine )*{_LIMIT}"),
    ("risk_limit", r"(?:all[ -]?in\b|go in with everything|bet (?:everything|it all|the (?:farm|house))|(?:my )?(?:whole|entire|all my|full) (?:account|capital|balance|savings|money|portfolio) (?:on|in|into|per) (?:one|1|a|this|that|every|each|single)|everything (?:on|into) (?:one|1|this|a)|no (?:risk )?limits?\b|without (?:any )?limits?|unlimited (?:risk|size|leverage|loss\w*)|max(?:imum)? leverage possible|alles auf (?:eine|1) karte|mit allem rein|alles rein|alles auf|das ganze (?:konto|depot|kapital) (?:in|auf)|gesamtes? (?:kapital|konto) (?:in|auf) (?:ein|1)|ohne (?:jede\w* )?(?:limits?|grenzen?|obergrenze|begrenzung)|unbegrenzt\w*|kein\w* (?:limits?|grenzen|obergrenze)|(?:50|75|100|125|200)x (?:leverage|hebel)|(?:leverage|hebel) (?:50|75|100|125|200))"),
    ("risk_limit", r"(?:risk|riskier\w*|setz\w* (?:aufs spiel)?)[^.;%\d]{0,16}(?:[2-9]\d|100)%"),
    ("disable_safety", rf"(?:turn\w* off|switch\w* off|disabl\w+|deactivat\w+|remov\w+|bypass\w*|ignor\w+|kill|stop|suppress\w*|mute|overr?id\w*|silence|delay|reset|rais\w+|increas\w+|schalt\w*|abschalt\w*|deaktivier\w*|ausschalt\w*|umgeh\w*|entfern\w*|ignorier\w*|erhöh\w*|lahmleg\w*|stumm\w*|unterdrück\w*|aushebel\w*){_GAP}(?:the |my |your |all |any |die |den |das |der |alle )*{_SAFETY}"),
    ("disable_safety", r"(?:so|until|bis|damit)[^.;]{0,28}(?:never|no longer|nicht mehr|nie|doesn'?t|does not|won'?t) (?:stops?|halts?|pauses?|pausier\w*|stopp\w*|anhält|aufhör\w*|unterbr\w*)|re ?arm (?:it|the|everything)?|keep (?:trading|going|running) (?:after|despite|even|no matter)[^.;]{0,30}(?:halt|limit|loss|stop|kill)|(?:weiter ?(?:handeln|laufen))[^.;]{0,30}(?:trotz|obwohl|auch nach)|trotz[^.;]{0,24}(?:halt|limit|verlust\w*|sperre)[^.;]{0,14}weiter\w*|(?:delete|clear|wipe|edit|lösch\w*|bereinig\w*|verändere?|manipulier\w*)[^.;]{0,18}(?:audit|journal|logs?|protokoll\w*)"),
    ("manipulation", r"pump (?:and|&|n) dump\w*|pump\w* (?:the )?(?:price|coin|kurs)|spoof\w*|wash ?trad\w*|layer(?:ing)? (?:the )?(?:book|orders)|front ?run\w*|insider\w*|manipulat\w* (?:the )?(?:price|market)|corner the market|paint(?:ing)? the tape|bear raid|fake (?:orders?|volume|walls?)|stop hunt\w*|kurs\w* (?:manipulier\w*|treiben|hochtreiben|drücken)|markt ?manipul\w*|schein ?(?:aufträge|orders?|geschäfte)|hochtreiben|(?:push|move|drive|drück\w*|treib\w*)[^.;]{0,14}(?:the |den )?(?:price|kurs|preis)[^.;]{0,24}(?:then|and|und|dann|before|bevor)[^.;]{0,14}(?:sell|dump|verkauf\w*|abverkauf\w*)|collu(?:de|sion)\w*|absprach\w*"),
    ("guarantee", r"guarante\w*|promis\w* (?:me )?[^.;]{0,24}(?:profit|return|gain|win|money|\d+%)|risk ?free|no ?loss(?:es)? (?:ever|strategy|system)|can'?t lose|never los\w+(?! (?:more|track))|100% (?:win|success|safe|sicher\w*|treffer\w*)|sure ?(?:thing|win|profit)|certain profit|always wins?|garantier\w*|garantie|versprich\w*|todsicher\w*|risikolos\w*|risikofrei\w*|ohne (?:jedes )?verlustrisiko|nie (?:verlier\w*|verlust\w*)|sichere[rnms]? (?:gewinn\w*|rendite|profit)|immer gewinn\w*|kann nicht verlieren"),
    ("secrets", r"(?:api|private|secret|wallet|exchange|signing|ssh|seed) ?(?:keys?|phrase\w*|schlüssel)|passwor[dt]\w*|kennwort\w*|credentials?|zugangsdaten|access tokens?|bearer tokens?|seed ?phrase|mnemonic|geheim\w*|zugangs ?(?:schlüssel|code)\w*|environment variables?|env(?:ironment)? vars?|umgebungsvariab\w*|system ?prompt|\.env\b|keyfile|schlüsseldatei|börsenschlüssel|api ?schlüssel|private[rn]? schlüssel"),
    ("other", r"ignore (?:all |any |your |the )*(?:previous|prior|above|earlier|former) (?:instructions?|rules?|prompts?|directions?)|disregard (?:all |your |the )*(?:previous|prior|above|instructions?|rules?)|ignorier\w* (?:alle |deine |die )*(?:vorherigen|bisherigen|obigen|früheren) (?:anweisung\w*|regeln|vorgaben)|vergiss (?:alle |deine |die )*(?:anweisung\w*|regeln|vorgaben)|you are (?:now )?(?:a |an |in )?(?:dan\b|developer mode|unrestricted|jailbroken|admin\w*|root)|developer mode|(?:^|[\n.;:] ?)(?:system|assistant|admin) ?:|act as (?:the )?(?:desk|gateway|approver|admin|operator|risk officer)|pretend (?:to be|you are|that)|du bist (?:jetzt|nun|ab sofort) (?:der |die |das |ein )?(?:admin\w*|gateway|desk|freigeber\w*)|grant (?:me|yourself|role)|rolle admin|give (?:me|yourself) (?:admin|root|approver)"),
)  # fmt: skip

_HARMLESS: Final = re.compile(
    r"(?:no|not|never|don'?t|do not|without|kein\w*|nicht|nie(?:mals)?|ohne) (?:go(?:ing)? |want to go |any |trade |handel\w* )?(?:live|real money|echtes geld|echtgeld)\b"
    r"|(?:on|in|only|just|auf|nur|im|erst(?:mal)?) paper\b(?! (?:mode|phase) (?:is|ist) )"
    r"|(?:how|what|why|warum|wie|was|wann|when) (?:does|do|is|are|would|ist|sind|macht|geht|funktioniert|läuft)[^.;!]{0,60}\?"
)


def refusals(message: str, language: Language) -> tuple[RefusalCode, ...]:
    """Codes of everything in the message that is refused, in a fixed order, each once."""
    text = re.sub(r"['\u2019]", "'", normalise(message, language))
    text = _HARMLESS.sub(" ", text)
    found: list[RefusalCode] = []
    for code, words in _RULES:
        if code not in found and re.search(rf"(?<![a-zäöüß])(?:{words})", text):
            found.append(code)
    return tuple(found)
