# ruff: noqa: E501 - one row per sentence reads as a table
"""Sentences of the conversation, German and English, by key."""

from __future__ import annotations

from typing import Final

from engine.language.phrasing import Language

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "drafted_offline": ("Drafted by fixed rules, without a language model. Nothing has been tested yet and no trial is spent.", "Nach festen Regeln entworfen, ohne Sprachmodell. Noch ist nichts getestet und kein Versuch verbraucht."),
    "drafted_model": ("Drafted by {by}. Nothing has been tested yet and no trial is spent.", "Entworfen von {by}. Noch ist nichts getestet und kein Versuch verbraucht."),
    "assumed": ("Where you said nothing I took a value; each is listed with its reason, and you can change it by saying so.", "Wo nichts gesagt war, habe ich einen Wert gewählt; jeder steht mit Grund dabei und lässt sich mit einem Satz ändern."),
    "left_out": ("Left out:", "Ausgelassen:"),
    "refused_part": ("This part I do not do:", "Diesen Teil mache ich nicht:"),
    "how_to_submit": ('To have the gate judge it, press Submit or say "test it"; that costs a trial on this data.', 'Für die Prüfung "Einreichen" drücken oder "teste es" sagen; das kostet einen Versuch auf diesen Daten.'),
    "with_findings": ("The check still finds errors in it, so it cannot be submitted yet; they are listed with what to write instead.", "Die Prüfung des Entwurfs findet noch Fehler, darum kann er noch nicht eingereicht werden; sie stehen mit Vorschlag dabei."),
    "questions": ("To draft this I need to know:", "Zum Entwerfen fehlt mir noch:"),
    "conflict": ("Two of these wishes exclude each other:", "Zwei Wünsche schließen sich aus:"),
    "refused": ("I do not do this:", "Das mache ich nicht:"),
    "unsupported": ("This cannot be said as a rule here:", "Das lässt sich hier nicht als Regel sagen:"),
    "no_draft": ("There is no draft in this conversation yet. Describe an idea first.", "In diesem Gespräch gibt es noch keinen Entwurf. Bitte zuerst eine Idee beschreiben."),
    "not_submitted": ("It was not submitted:", "Es wurde nicht eingereicht:"),
    "still_judging": ("The gate is still at work. Ask again in a moment; nothing is lost.", "Die Prüfung läuft noch. Bitte gleich noch einmal fragen; es geht nichts verloren."),
    "gate_failed": ("The gate could not finish: {what}", "Die Prüfung konnte nicht abgeschlossen werden: {what}"),
    "desk_trouble": ("The desk answered {code}: {message} {hint}", "Der Desk antwortete {code}: {message} {hint}"),
    "unreadable": ("The language model answered in a form that cannot be read, also after two corrections ({code}). Nothing was drafted. Send the message again, or unset the model to have the fixed rules draft it.", "Das Sprachmodell antwortete in unlesbarer Form, auch nach zwei Korrekturen ({code}). Es wurde nichts entworfen. Bitte die Nachricht noch einmal senden, oder ohne Modell mit festen Regeln entwerfen lassen."),
    "fallback": ("The language model did not help this time ({code}), so the fixed rules answered instead.", "Das Sprachmodell half diesmal nicht ({code}), darum haben die festen Regeln geantwortet."),
    "model_refusal": ("The language model declined to draft this.", "Das Sprachmodell hat den Entwurf abgelehnt."),
    "no_results": ("There is no result in this conversation yet: nothing has been submitted to the gate.", "In diesem Gespräch gibt es noch kein Ergebnis: es wurde nichts zur Prüfung eingereicht."),
    "no_fact": ("The last verdict holds no open figure for that.", "Das letzte Urteil enthält dazu keine offene Zahl."),
    "figure": ("{name}: {{{{{fact}}}}}", "{name}: {{{{{fact}}}}}"),
    "from_draft": ("This is what the draft says:", "Das sagt der Entwurf:"),
    "from_knowledge": ("From the knowledge base:", "Aus der Wissensbasis:"),
    "no_answer": ("I answer by fixed rules without a language model, and I found nothing about this. I can draft a strategy, change it, submit it to the gate and explain its verdict.", "Ich antworte nach festen Regeln ohne Sprachmodell und habe dazu nichts gefunden. Ich kann eine Strategie entwerfen, ändern, zur Prüfung geben und das Urteil erklären."),
    "budget": ("The allowance for this message is used up, so I stopped.", "Das Kontingent für diese Nachricht ist aufgebraucht, darum habe ich aufgehört."),

    "refusal_live_execution": ("I cannot trade or send orders. A strategy reaches the market only through the gate, a certificate and a person's signature.", "Ich kann nicht handeln und keine Aufträge senden. An den Markt kommt eine Strategie nur über Prüfung, Zertifikat und die Unterschrift eines Menschen."),
    "refusal_skip_gate": ("The gate and the approval cannot be skipped, not by me and not by a message.", "Prüfung und Freigabe lassen sich nicht überspringen, weder von mir noch durch eine Nachricht."),
    "refusal_risk_limit": ("Limits are not mine to raise or ignore.", "Limits kann ich weder anheben noch übergehen."),
    "refusal_disable_safety": ("Safety mechanisms stay on; only a person with that role may change them.", "Sicherungen bleiben an; ändern darf sie nur ein Mensch mit dieser Rolle."),
    "refusal_manipulation": ("I do not help to move a market or deceive others in it.", "Ich helfe nicht dabei, einen Markt zu bewegen oder andere zu täuschen."),
    "refusal_guarantee": ("Nobody can promise a profit, and I do not.", "Gewinn kann niemand versprechen, auch ich nicht."),
    "refusal_secrets": ("Keys and passwords do not belong here. I hold none, and I have cut out what looked like one; change it if it was real.", "Schlüssel und Passwörter gehören nicht hierher. Ich habe keine, und was danach aussah, ist herausgeschnitten; war es echt, bitte ändern."),
    "refusal_other": ("I do not take on other roles or drop my rules.", "Ich nehme keine andere Rolle an und lege meine Regeln nicht ab."),
}  # fmt: skip


def speak(key: str, language: Language, **values: str) -> str:
    """The sentence behind a key."""
    sentence = _TEXTS[key][0 if language == "en" else 1]
    return sentence.format(**values) if values else sentence
