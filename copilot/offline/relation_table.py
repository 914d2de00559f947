# ruff: noqa: E501 - one row per relation reads as a table
"""Words of comparison and the words that say what a condition is for, German and English."""

from __future__ import annotations

from typing import Final

_MOVES_UP = r"(?:climb\w*|rise\w*|rising|mov\w+|go(?:es|ing)?|jump\w*|push\w*|get\w*|pok\w+|pop\w*|spik\w+|ris\w+|bounc\w+|return\w*|com\w+|recover\w*|trade[sd]?|trading|clos\w+|stay\w*|hold\w*|sit\w*|is|are|was|be|been|remain\w*|reads?|stands?|settl\w+|end\w*|finish\w*|back)"
_MOVES_DOWN = r"(?:drop\w*|fall\w*|dip\w*|sink\w*|slid\w+|slip\w*|div\w+|go(?:es|ing)?|get\w*|mov\w+|com\w+|trade[sd]?|trading|clos\w+|stay\w*|hold\w*|sit\w*|is|are|was|be|been|remain\w*|reads?|stands?|settl\w+|end\w*|finish\w*|back|pull\w*)"
_UP_DE = r"(?:steig\w*|stieg\w*|klettert\w*|geht|liegt|notier\w*|schließ\w*|schloss|bleibt|steht|ist|sind|läuft|springt|zurück|wieder|kommt|handelt|kletter\w*|dreht)"
_DOWN_DE = r"(?:fäll\w*|fiel\w*|sink\w*|rutsch\w*|geht|liegt|notier\w*|schließ\w*|schloss|bleibt|steht|ist|sind|taucht|zurück|wieder|kommt|handelt|dreht)"
_OVER = r"(?:above|over|past|beyond|higher than|greater than|more than|bigger than|north of|higher)"
_UNDER = r"(?:below|under|beneath|less than|lower than|smaller than|south of|lower)"
_OVER_DE = r"(?:über|oberhalb(?: von| der| des)?|größer als|höher als|mehr als|grösser als)"
_UNDER_DE = r"(?:unter|unterhalb(?: von| der| des)?|kleiner als|niedriger als|tiefer als|weniger als|geringer als)"
_BREAK = r"(?:break\w*|broke\w*|broken|breach\w*|breakout|break out|pierc\w+|punch\w*)"
_CROSS = r"(?:cross\w*|cut\w*)"
_VALUE_VERBS = r"(?:exceed\w*|surpass\w*|top|tops|topped|topping|beat|beats)"
_THE = r"(?: (?:the|its|a|an|dem|der|den|die|das|des|einem|einer|seinem|seinen|seiner|ihrem|ihren|ihrer|ihre|seine))?"

RELATIONS: Final[tuple[tuple[str, str], ...]] = (
    ("cross_above", rf"{_CROSS} (?:back )?(?:up )?(?:above|over|up through|upward\w*(?: through)?|up|through from below|from below|to the upside)"),
    ("cross_below", rf"{_CROSS} (?:back )?(?:down )?(?:below|under|beneath|down through|downward\w*(?: through)?|down|from above|to the downside)"),
    ("cross_above", r"(?:von unten(?: nach oben)?|nach oben|aufwärts) (?:kreuz\w*|schneid\w*|durchbr\w*|durchkreuz\w*)|(?:kreuz\w*|schneid\w*|durchbr\w*) (?:von unten(?: nach oben)?|nach oben|aufwärts|über)|über (?:kreuz\w*|schneid\w*)"),
    ("cross_below", r"(?:von oben(?: nach unten)?|nach unten|abwärts) (?:kreuz\w*|schneid\w*|durchbr\w*|durchkreuz\w*)|(?:kreuz\w*|schneid\w*|durchbr\w*) (?:von oben(?: nach unten)?|nach unten|abwärts|unter)|unter (?:kreuz\w*|schneid\w*)"),
    ("cross_above", r"überschreit\w*|überkreuz\w*|überquer\w*|überstei?g\w*"),
    ("cross_below", r"unterschreit\w*|unterkreuz\w*"),
    ("cross_above", r"(?:turn\w*|flip\w*|go\w*|switch\w*|becom\w+|swing\w*) (?:to |into )?(?:positive|bullish|green|plus)|(?:wird|dreht|wechselt|geht|springt|kippt)(?: ins| in den| auf| nach)? (?:positiv\w*|plus\w*|bullisch|grün)|positiv wird|ins plus dreht|ins positive dreht|auf grün (?:dreht|springt|wechselt)|grün wird|(?:flips?|turns?) long"),
    ("cross_below", r"(?:turn\w*|flip\w*|go\w*|switch\w*|becom\w+|swing\w*) (?:to |into )?(?:negative|bearish|red|minus)|(?:wird|dreht|wechselt|geht|springt|kippt)(?: ins| in den| auf| nach)? (?:negativ\w*|minus\w*|bärisch|rot)|negativ wird|ins minus dreht|ins negative dreht|auf rot (?:dreht|springt|wechselt)|rot wird|(?:flips?|turns?) short"),
    ("break_up", rf"{_BREAK} (?:out )?(?:up )?(?:above|over|through|past|to the upside)|takes? out|(?:bricht|durchbricht|ausbricht|bricht aus)(?: nach oben)?(?: über)?|nach oben (?:durchbricht|ausbricht|bricht)"),
    ("break_down", rf"{_BREAK} (?:down )?(?:below|under|beneath|down)|nach unten (?:durchbricht|ausbricht|bricht)|bricht (?:nach unten|unter)|unter .{{0,0}}bricht"),
    ("break", rf"{_BREAK}(?: out)?(?: of)?|durchbricht|bricht"),
    (">=", r">=|at least|not (?:below|under|less than)|mindestens|wenigstens|nicht unter|no less than"),
    ("<=", r"<=|at most|not (?:above|over|more than)|höchstens|nicht über|no more than"),
    ("break", r"(?:makes? |hits? |sets? )?(?:a )?(?:brand )?new|neue[srnm]?|fresh|frische[srnm]?"),
    ("up", r"nach oben|aufwärts|to the upside|upwards?"),
    ("down", r"nach unten|abwärts|to the downside|downwards?"),
    (">", rf"(?:{_MOVES_UP} )?(?:back |up |again |well |still |wieder |up to )?{_OVER}|(?:{_UP_DE} )?(?:wieder |zurück |noch |klar )?{_OVER_DE}|{_VALUE_VERBS}|d(?:a)?rüber|>"),
    ("<", rf"(?:{_MOVES_DOWN} )?(?:back |down |again |well |still |wieder )?{_UNDER}|(?:{_DOWN_DE} )?(?:wieder |zurück |noch |klar )?{_UNDER_DE}|d(?:a)?runter|<"),
    ("cross", r"(?:do |does )?cross(?:es|ed|ing)?(?: over| each other| back| again| it)?|crossovers?|cross ?over|kreuz(?:en|t|ung|ungen)?(?: sich)?|schneid(?:en|et)(?: sich)?|schnitt\b(?!e)|sich (?:kreuzen|schneiden)|durchbr(?:icht|echen)|überkreuzung"),
    ("positive", r"(?:is |stays |remains |ist |bleibt )?(?:positiv(?:e[rnms]?)?\b(?: ist)?|in the green|im plus)"),
    ("negative", r"(?:is |stays |remains |ist |bleibt )?(?:negativ(?:e[rnms]?)?\b(?: ist)?|in the red|im minus)"),
    ("rising", r"(?:is |are |ist |sind )?(?:rising|increasing|climbing|growing|expanding|steigend\w*|zunehmend\w*|ansteigend\w*|wachsend\w*)|slop(?:es|ing) up\w*|trend(?:s|ing) up\w*|points? up|(?:turn|flip|curl|hook)(?:s|ing|ed)? up(?:wards?)?|dreht nach oben|nach oben dreht|ansteigt|anzieht|zunimmt|nach oben zeigt"),
    ("falling", r"(?:is |are |ist |sind )?(?:falling|decreasing|declining|shrinking|contracting|fallend\w*|abnehmend\w*|sinkend\w*)|slop(?:es|ing) down\w*|trend(?:s|ing) down\w*|points? down|(?:turn|flip|curl|hook|roll)(?:s|ing|ed)? (?:down(?:wards?)?|over)|dreht nach unten|nach unten dreht|abnimmt|abfällt|nachlässt|nach unten zeigt"),
    ("touch", r"(?:touch\w*|tag(?:s|ged|ging)?|hit(?:s|ting)?|reach\w*|test(?:s|ed|ing)?|get\w* to|gets? back to|returns? to|revert\w* to|bounc\w+ off|erreich\w*|berühr\w*|antipp\w*|zurückkehr\w* (?:zu|zum|zur)|zurück (?:zu|zum|zur|am|an)|back (?:at|to|in|inside)|comes? back to|pull\w* back to|retrac\w+ to|dips? to|drops? to|falls? to|rückkehr (?:zu|zum|zur)|rücksetzer (?:auf|an|zu|zum|zur)|pullbacks? (?:to|into|toward))"),
    ("between", r"between|zwischen"),
    ("moves_up", r"(?:climb\w*|rises?|rose|gain\w*|rall(?:y|ies)|jumps?|surges?|spikes?|pops?|steigt|stieg|(?<=§ )up|up\b(?= \d)|zulegt)"),
    ("moves_down", r"(?:drop\w*|falls?|fell|dips?|dipped|slides?|slips?|sinks?|tumbles?|plunges?|crashes|los(?:es|t|ing)|fällt|fiel|sinkt|(?<=§ )down|down\b(?= \d)|nachgibt|verliert)"),
    ("equal", r"==|equals"),
    ("to", r"to|erst bei|erst ab|only at"),
    ("at", r"at|@|bei|beim|ab|auf|am|an der|zum|zur|around|near|um"),
)  # fmt: skip
"""Relation name and its words; longer readings win over shorter ones."""

ARTICLES: Final = _THE

ENTRY, EXIT, SHORT, COVER, HOLD, FILTER, BOTH = (
    "entry", "exit", "short", "cover", "hold", "filter", "both",
)  # fmt: skip

CUES: Final[tuple[tuple[str, str], ...]] = (
    (SHORT, r"(?:sell|go|going|get|enter|open\w*|take|means|be|start) (?:a )?short\w*|short (?:entry|entries|when|if|on|it|the|signal|side|trades?|position)|shorts? (?:when|if|on)|(?:opens?|start\w*) a short|short(?:s|en|e|ed)?(?: gehen| geh| ein\w*| wenn)?|leer ?verk\w*|verk[aä]uf\w* (?:\w+ )?leer|short einstieg|sell short"),
    (COVER, r"cover\w*|buy to cover|eindeck\w*|short ausstieg|short (?:exit|schließen)"),
    (HOLD, r"(?:hold|own|stay long|stay in|be long|be in|invested|remain long|keep holding|long bleiben|halten?|halte|investiert (?:bleiben|sein)?|long sein)(?: it| §.§| the (?:asset|etf|stock|index|fund|coin))? (?:while|as long as|so long as|whenever|only while|when|if|solange|wenn|sofern|only when|only if)|(?:as long as|while|solange)(?= .*\b(?:hold|halten|long bleib|investiert|stay))"),
    (EXIT, r"(?:long )?exit(?:s|ed|ing)?(?: (?:the )?(?:long|trade|position))?(?: when| if| on| once)?|(?:get |go |be |i'?m |am )?out(?= when| if| on| at| once| below| above| under| over| after| again|\.|,|;|$| as| with| the)|get out|clos(?:e|es|ed|ing) (?:it|out|the (?:trade|position|long)|position|all|longs?|when|if)|leav(?:e|es|ing)(?: when)?|liquidat\w*|flatten\w*|go flat|be flat|flat(?= (?:at|when|if|on|once|bei|wenn|sobald))|dump\w*|sell(?:s|ing)?(?! short)(?: it| the position| out| everything| again| all)?|take profits? (?:when|if|once|as soon as)|bail(?: out)?|back to cash|in cash|go to cash|ausstieg\w*|aussteig\w*|steige? (?:wieder )?aus|austeigen|raus\b|rausgeh\w*|hinaus|glattstell\w*|stelle? glatt|verkauf\w*|verkäuf\w*|position(?:en)? (?:schließen|schließe|zu(?:machen)?|auflösen|beenden)|schließe(?:n)?(?= (?:die |den |wenn|bei|sobald|, wenn))|(?:wird |werden )?geschlossen(?! ha(?:t|ben))|beend(?:e|en|et)|auflös\w*"),
    (ENTRY, r"(?:go|going|get|enter|opens?|opening|take|means|be|start) (?:a )?long\w*|(?:opens?|triggers?|signals?|starts?|means) an? (?:long|buy|entry)|long (?:entry|entries|when|if|on|signal|side|trades?|position)|longs? (?:when|if|on)|buy(?:s|ing)?(?: (?:signal|trigger|when|if|on|it|the|in))?|bought|entr(?:y|ies)(?: signal| trigger| when| if| on| level)?|enter(?:s|ing|ed)?(?: when| if| on)?|(?:get|jump|step|hop|go) in\b|in when|in if|trigger|accumulat\w*|kauf(?:e|en|t|st|signal|sig)?\b|gekauft|einstieg\w*|einsteig\w*|steige? (?:ich )?ein|rein\b|reingeh\w*|hinein|long(?: gehen| geh| gegangen| einstieg| ein\w*| wenn| bei| eröffn\w*)|long\b|eröffn\w* (?:eine )?(?:long|position)|eingestiegen"),
    (FILTER, r"only (?:when|if|while|trade when|trade if|take trades? when|take longs? when|in|above|below)|but only|provided(?: that)?|as long as|so long as|while|as (?:a )?(?:trend |direction\w* |regime |volume )?filter|with (?:a )?filter|filter(?:ed)?(?: by| with| on| is)?|trend ?filter|richtungsfilter|als (?:trend |richtungs |volumen )?filter|nur (?:wenn|falls|sofern|solange|handeln wenn|bei|über|unter|oberhalb|unterhalb)|aber nur|sofern|vorausgesetzt|solange|mit filter|confirm\w*(?: by| with)?|bestätig\w*|condition|bedingung|must|muss|require\w*|needs? to|soll zusätzlich|zusätzlich"),
)  # fmt: skip

REVERSED: Final = (
    r"the other way(?: a?round)?|other way(?: a?round)?|the opposite(?: signal| cross\w*| way)?|opposite (?:signal|cross\w*)|on (?:the )?reversal|"
    r"reverse(?:d)?(?: signal| cross\w*)?|vice versa|(?:the )?(?:cross )?back(?: down| under| below)?(?: again)?(?=$|[,.;])|reverts?|andersrum|anders herum|"
    r"umgekehrt\w*|gegensignal|gegenteil\w*|gegenläufig\w*|im umgekehrten fall|bei gegensignal|(?:when|if|once) (?:it|that|they) (?:reverses?|flips?|crosses back)|"
    r"(?:when|if|wenn|sobald) (?:it|they|the lines|die linien|lines|beide|the two|the two lines|sie)(?: \w+)? (?:cross(?: back)?|kreuzen|schneiden|re cross|crosses)(?: again| wieder)?(?! (?:back )?(?:above|below|over|under|up|down|above|the|its|\d|-))|recross\w*"
)
ELSE_CASH: Final = (
    r"(?:else|otherwise|sonst|ansonsten|andernfalls|if not|or else|wenn nicht|not then)(?:,)? ?(?:hold |in |go |be |stay |halte |bleib\w* |geh\w* )?(?:in |to )?"
    r"(?:cash|flat|out|bar(?:geld)?|nichts|nothing|raus|liquid\w*|geldmarkt|on the sidelines|an der seitenlinie|neutral|bonds)"
)
