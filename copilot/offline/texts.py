# ruff: noqa: E501 - one row per sentence reads as a table
"""Sentences of the drafter, German and English, by key; `{...}` are filled by the caller."""

from __future__ import annotations

from typing import Final

from copilot.offline.normalise import Language

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "ask_family": ("What is the idea: follow a trend, buy a dip, trade a breakout, or something else?", "Was ist die Idee: einem Trend folgen, einen Rücksetzer kaufen, einen Ausbruch handeln oder etwas anderes?"),
    "ask_symbols": ("Which instrument, for example BTC/USDT or SPY?", "Welches Instrument, zum Beispiel BTC/USDT oder SPY?"),
    "ask_timeframe": ("Which bar length, for example 1h, 4h or 1d?", "Welche Kerzenlänge, zum Beispiel 1h, 4h oder 1d?"),
    "ask_risk": ("How much of the capital may one trade lose, for example 0.25 %?", "Wie viel vom Kapital darf ein Trade verlieren, zum Beispiel 0,25 %?"),
    "ask_entry": ("When should it buy, and when should it get out?", "Wann soll gekauft werden und wann verkauft?"),
    "ask_rules": ("Which of the two rules should hold?", "Welche der beiden Regeln soll gelten?"),
    "ask_sides": ("Should it be long, short, or both?", "Soll es long, short oder beides sein?"),
    "ask_which_strategy": ("Which strategy do you mean? Nothing has been drafted in this conversation yet.", "Welche Strategie ist gemeint? In diesem Gespräch gibt es noch keinen Entwurf."),
    "ask_goal": ("Which of the two matters more to you?", "Was von beidem ist wichtiger?"),
    "ask_stop": ("Should it have a stop, and how far away?", "Soll es einen Stop geben, und wie weit weg?"),
    "ask_sizing": ("How large should a position be?", "Wie groß soll eine Position sein?"),
    "ask_exit": ("When should it get out?", "Wann soll verkauft werden?"),
    "ask_other": ("What should be changed?", "Was soll geändert werden?"),

    "assume_symbol": ("No instrument was named; this is the usual first choice.", "Es wurde kein Instrument genannt; das ist die übliche erste Wahl."),
    "assume_symbol_data": ("No instrument was named; the desk has data for this one.", "Es wurde kein Instrument genannt; für dieses hat der Desk Daten."),
    "assume_timeframe": ("No bar length was named.", "Es wurde keine Kerzenlänge genannt."),
    "assume_timeframe_unit": ("No bar length was named; the lengths in the text are counted in this unit.", "Es wurde keine Kerzenlänge genannt; die Längen im Text zählen in dieser Einheit."),
    "assume_timeframe_near": ("{rejected} does not exist here; this is the nearest bar length.", "{rejected} gibt es hier nicht; das ist die nächste Kerzenlänge."),
    "assume_sides": ("Sides were not mentioned: long only.", "Seiten wurden nicht erwähnt: nur long."),
    "assume_entry": ("The idea was named without its condition; this is its usual form.", "Die Idee wurde ohne Bedingung genannt; das ist ihre übliche Form."),
    "assume_exit": ("No exit was named; this is the end of the entry's own signal.", "Es wurde kein Ausstieg genannt; das ist das Ende des Einstiegssignals."),
    "assume_short": ("The short side is the mirror image of the long side.", "Die Short-Seite ist das Spiegelbild der Long-Seite."),
    "assume_stop": ("No stop was named; a test on paper needs one whose price is known at entry.", "Es wurde kein Stop genannt; ein Papiertest braucht einen, dessen Preis beim Einstieg feststeht."),
    "assume_stop_backstop": ("The exits you named have no price known at entry; this is a wide backstop beside them.", "Die genannten Ausstiege haben keinen Preis, der beim Einstieg feststeht; das ist ein weiter Sicherheitsstop daneben."),
    "assume_no_stop": ("You asked for none. The gate refuses a strategy without a stop for any certificate.", "Es soll keinen geben. Die Prüfung gibt einer Strategie ohne Stop kein Zertifikat."),
    "assume_hold": ("No exit could be derived from the entry; it leaves after this many bars.", "Aus dem Einstieg ließ sich kein Ausstieg ableiten; nach so vielen Kerzen ist Schluss."),
    "assume_sizing_instead": ("The size you named cannot be run yet; this is the cautious profile.", "Die genannte Größe lässt sich noch nicht rechnen; das ist das vorsichtige Profil."),
    "assume_sizing": ("No size was named; this is the cautious profile.", "Es wurde keine Größe genannt; das ist das vorsichtige Profil."),
    "assume_sizing_no_stop": ("A risk per trade needs a stop; without one the size is a fixed share.", "Ein Risiko pro Trade braucht einen Stop; ohne ihn ist die Größe ein fester Anteil."),
    "assume_cap": ("The largest position of the cautious profile.", "Die größte Position des vorsichtigen Profils."),
    "assume_parameter": ("The parameter was not said; this is the usual one.", "Der Parameter wurde nicht genannt; das ist der übliche."),
    "assume_trend": ('"Trend up" is read as the close above its 200-bar average.', '"Aufwärtstrend" heißt hier: Schlusskurs über dem Schnitt von 200 Kerzen.'),
    "assume_atr": ("The ATR period was not said.", "Die ATR-Periode wurde nicht genannt."),
    "assume_window": ("{said} has {bars} bars on this chart, more than the language takes; the longest window stands instead.", "{said} hat auf diesem Chart {bars} Kerzen, mehr als die Sprache zulässt; es steht das längste Fenster."),
    "assume_watchlist": ("The members of the list were not named.", "Die Mitglieder der Liste wurden nicht genannt."),
    "assume_rank": ("This part of the ranking was not said.", "Dieser Teil der Rangliste wurde nicht genannt."),
    "assume_pair": ("This part of the pair was not said.", "Dieser Teil des Paares wurde nicht genannt."),
    "assume_sweep": ("The start value was not said; it is the middle of the range.", "Der Startwert wurde nicht genannt; es ist die Mitte des Bereichs."),

    "unsupported_future_data": ("That needs to know bars that have not happened yet. A rule here only sees closed bars.", "Dafür müsste man Kerzen kennen, die es noch nicht gibt. Eine Regel sieht hier nur abgeschlossene Kerzen."),
    "unsupported_tick_data": ("Single trades are not available; rules act on closed bars.", "Einzelne Trades gibt es hier nicht; Regeln handeln auf abgeschlossenen Kerzen."),
    "unsupported_sub_minute_timeframe": ("The shortest bar is one minute.", "Die kürzeste Kerze ist eine Minute."),
    "unsupported_order_book": ("The order book is not available to a rule.", "Das Orderbuch steht einer Regel nicht zur Verfügung."),
    "unsupported_news_data": ("News is not available to a rule.", "Nachrichten stehen einer Regel nicht zur Verfügung."),
    "unsupported_sentiment_data": ("Mood and social media are not available to a rule.", "Stimmung und soziale Medien stehen einer Regel nicht zur Verfügung."),
    "unsupported_fundamental_data": ("Company figures are not available to a rule.", "Unternehmenszahlen stehen einer Regel nicht zur Verfügung."),
    "unsupported_on_chain_data": ("Chain data are not available to a rule.", "Blockchain-Daten stehen einer Regel nicht zur Verfügung."),
    "unsupported_options": ("Options are not traded here.", "Optionen werden hier nicht gehandelt."),
    "unsupported_ml_model": ("A fitted model is not part of the language.", "Ein trainiertes Modell ist nicht Teil der Sprache."),
    "unsupported_volume_profile": ("A volume profile is not part of the language.", "Ein Volumenprofil ist nicht Teil der Sprache."),
    "unsupported_chart_pattern": ("Chart patterns are not part of the language: they depend on the eye.", "Chartmuster sind nicht Teil der Sprache: sie hängen vom Auge ab."),
    "unsupported_trend_line": ("Drawn trend lines are not part of the language.", "Gezeichnete Trendlinien sind nicht Teil der Sprache."),
    "unsupported_divergence": ("Divergences are not part of the language.", "Divergenzen sind nicht Teil der Sprache."),
    "unsupported_fibonacci": ("Fibonacci levels are not part of the language.", "Fibonacci-Marken sind nicht Teil der Sprache."),
    "unsupported_heikin_ashi": ("Heikin-Ashi bars are not part of the language; the rule uses ordinary bars.", "Heikin-Ashi-Kerzen sind nicht Teil der Sprache; die Regel nutzt gewöhnliche Kerzen."),
    "unsupported_execution_algo": ("Execution algorithms are not part of a strategy here.", "Ausführungsalgorithmen sind hier nicht Teil einer Strategie."),
    "unsupported_other": ("This wish cannot be said in the language yet.", "Dieser Wunsch lässt sich in der Sprache noch nicht sagen."),
    "unsupported_part": ("The engine cannot run this yet, so it was left out: {what}.", "Das kann die Engine noch nicht rechnen, darum fehlt es: {what}."),
    "unsupported_range": ("This number lies outside what its place takes, so it was left out: {what}.", "Diese Zahl liegt außerhalb dessen, was ihre Stelle zulässt, darum fehlt sie: {what}."),
    "unsupported_long": ("All of it together is longer than a rule may be.", "Zusammen ist es länger, als eine Regel sein darf."),
    "unsupported_form": ("The engine cannot run this form yet: {what}.", "Diese Form kann die Engine noch nicht rechnen: {what}."),
    "unsupported_unread": ("No rule could be read from this: {what}.", "Daraus ließ sich keine Regel lesen: {what}."),

    "conflict_unsatisfiable_condition": ("These conditions can never hold together: {what}.", "Diese Bedingungen können nie zugleich gelten: {what}."),
    "conflict_fast_slower_than_slow": ("The fast average ({fast}) is slower than the slow one ({slow}).", "Der schnelle Durchschnitt ({fast}) ist langsamer als der langsame ({slow})."),
    "conflict_long_only_vs_short": ("Long only and a short rule exclude each other.", "Nur long und eine Short-Regel schließen sich aus."),
    "conflict_short_only_vs_buy": ("Short only and buying exclude each other.", "Nur short und Kaufen schließen sich aus."),
    "conflict_no_risk_vs_leverage": ("No risk and leverage exclude each other.", "Kein Risiko und Hebel schließen sich aus."),
    "conflict_no_stop_vs_max_loss": ("A loss limit per trade needs a stop, and none is wanted.", "Eine Verlustgrenze pro Trade braucht einen Stop, und es soll keinen geben."),
    "conflict_risk_per_trade_vs_full_investment": ("A small risk per trade and being fully invested fix the size twice.", "Kleines Risiko pro Trade und voll investiert legen die Größe doppelt fest."),
    "conflict_risk_per_trade_above_policy": ("The risk per trade ({value}) lies above what is allowed ({limit}).", "Das Risiko pro Trade ({value}) liegt über dem Erlaubten ({limit})."),
    "conflict_max_positions_vs_allocation": ("{count} positions of {share} each are more than the whole capital.", "{count} Positionen zu je {share} sind mehr als das ganze Kapital."),
    "conflict_rr_mismatch": ("Stop {stop} and target {target} do not give the reward-to-risk that was named ({ratio}).", "Stop {stop} und Ziel {target} ergeben nicht das genannte Chance-Risiko-Verhältnis ({ratio})."),
    "conflict_horizon_mismatch": ("The bar length and the holding time do not go together: {what}.", "Kerzenlänge und Haltedauer passen nicht zusammen: {what}."),
    "conflict_martingale": ("Raising the stake after losses is not possible here: size never depends on results.", "Den Einsatz nach Verlusten zu erhöhen ist hier nicht möglich: Größe hängt nie von Ergebnissen ab."),
    "conflict_overfitting": ("Choosing the rules by the best past result makes them fit the past only.", "Regeln nach dem besten vergangenen Ergebnis zu wählen passt sie nur an die Vergangenheit an."),
    "conflict_other": ("Two of these wishes exclude each other.", "Zwei dieser Wünsche schließen sich aus."),

    "change_fraction": ("{value} %", "{value} %"),
    "name_hypothesis_trend_following": ("A move that has begun tends to go on for a while.", "Eine begonnene Bewegung setzt sich oft noch eine Weile fort."),
    "name_hypothesis_mean_reversion": ("A move that went too far is often partly taken back.", "Eine übertriebene Bewegung wird oft zum Teil zurückgenommen."),
    "name_hypothesis_breakout": ("Leaving a long-held range often starts a larger move.", "Das Verlassen einer langen Spanne beginnt oft eine größere Bewegung."),
    "name_hypothesis_momentum": ("What has been strong tends to stay strong for some time.", "Was stark war, bleibt oft noch eine Zeit lang stark."),
    "name_hypothesis_volatility": ("Quiet phases are often followed by large moves.", "Auf ruhige Phasen folgen oft große Bewegungen."),
    "name_hypothesis_seasonal": ("Some days carry regular flows.", "An manchen Tagen gibt es regelmäßige Zuflüsse."),
    "name_hypothesis_rotation": ("The leaders of a group tend to stay ahead for some time.", "Die Führenden einer Gruppe bleiben oft eine Zeit lang vorn."),
    "name_hypothesis_cross_sectional": ("Differences between instruments persist for some time.", "Unterschiede zwischen Instrumenten bestehen eine Zeit lang fort."),
    "name_hypothesis_pairs": ("Two related prices that drifted apart tend to meet again.", "Zwei verwandte Preise, die auseinanderliefen, finden oft wieder zusammen."),
    "name_hypothesis_other": ("To be shown by the gate; the request gave no reason.", "Das muss die Prüfung zeigen; die Anfrage nannte keinen Grund."),
}  # fmt: skip


def text(key: str, language: Language, **values: object) -> str:
    """The sentence behind a key in a language, with its values, at most 500 characters."""
    sentence = _TEXTS[key][0 if language == "en" else 1]
    return sentence.format(**values)[:500] if values else sentence


def known(key: str) -> bool:
    """Whether there is a sentence for the key."""
    return key in _TEXTS
