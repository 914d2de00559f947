"""Words of stage 4: what bounds a tier, and what ends a certificate."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import GateCode
from engine.gate.words.entries import Entry, Wording

LASTING_WORDS: Final[dict[GateCode, Entry]] = {
    GateCode.CUTOFF_OVERLAP: Entry(
        "count",
        Wording(
            "The holdout starts {value} day(s) after what a model behind this idea knows (at "
            "least {limit}): research grade, never live. A later window lifts this.",
            "The holdout starts {value} day(s) after what the models behind this idea know.",
            "A model behind this idea may know the holdout: research grade, never live. A later "
            "window lifts this.",
            "No model behind this idea can know the holdout.",
        ),
        Wording(
            "Der Holdout beginnt {value} Tag(e) nach dem Wissensstand eines beteiligten Modells "
            "(mindestens {limit}): nur Forschungsgüte, nie live. Ein späteres Fenster hebt das "
            "auf.",
            "Der Holdout beginnt {value} Tag(e) nach dem Wissensstand der beteiligten Modelle.",
            "Ein beteiligtes Modell kann den Holdout kennen: nur Forschungsgüte, nie live. Ein "
            "späteres Fenster hebt das auf.",
            "Kein beteiligtes Modell kann den Holdout kennen.",
        ),
    ),
    GateCode.CUTOFF_UNKNOWN: Entry(
        "none",
        Wording(
            "How recent the knowledge of a model behind this idea is, is not known: research "
            "grade, never live. State the model's cutoff in the settings.",
            "How recent the knowledge of every model behind this idea is, is known.",
        ),
        Wording(
            "Der Wissensstand eines beteiligten Modells ist nicht bekannt: nur Forschungsgüte, nie "
            "live. Den Stand des Modells in den Einstellungen angeben.",
            "Der Wissensstand jedes beteiligten Modells ist bekannt.",
        ),
    ),
    GateCode.ONLINE_LEVEL: Entry(
        "percent",
        Wording(
            "{value} by luck is above the level of this look ({limit}), which falls with every "
            "look on this market: no discovery. Evidence on paper relaxes the level twentyfold.",
            "{value} by luck is within the level of this look ({limit}): a discovery on this "
            "market.",
            "After so many looks on this market it is no discovery: evidence on paper is needed.",
        ),
        Wording(
            "{value} durch Zufall liegt über dem Niveau dieses Blicks ({limit}), das mit jedem "
            "Blick auf diesen Markt fällt: keine Entdeckung. Belege auf Papier lockern es "
            "zwanzigfach.",
            "{value} durch Zufall liegt im Niveau dieses Blicks ({limit}): eine Entdeckung auf "
            "diesem Markt.",
            "Nach so vielen Blicken auf diesen Markt ist es keine Entdeckung: Belege auf Papier "
            "sind nötig.",
        ),
    ),
    GateCode.FORWARD_SHORT: Entry(
        "count",
        Wording(
            "{value} trading day(s) forward, at least {limit} and 20 closed trades: keep it "
            "running on paper.",
            "{value} trading day(s) forward, at least {limit}.",
            "Too little has been seen forward: keep it running on paper.",
        ),
        Wording(
            "{value} Handelstag(e) voraus, mindestens {limit} und 20 geschlossene Trades: auf "
            "Papier weiterlaufen lassen.",
            "{value} Handelstag(e) voraus, mindestens {limit}.",
            "Voraus ist zu wenig gesehen: auf Papier weiterlaufen lassen.",
        ),
    ),
    GateCode.FORWARD_WEAK: Entry(
        "number",
        Wording(
            "The forward evidence is {value} (at least {limit}): keep it running on paper; a real "
            "Sharpe ratio of 2 takes about a year.",
            "The forward evidence is {value} (at least {limit}).",
            "There is no forward evidence yet: keep it running on paper.",
        ),
        Wording(
            "Der Beleg voraus ist {value} (mindestens {limit}): auf Papier weiterlaufen lassen; "
            "eine echte Sharpe-Ratio von 2 braucht etwa ein Jahr.",
            "Der Beleg voraus ist {value} (mindestens {limit}).",
            "Voraus gibt es noch keinen Beleg: auf Papier weiterlaufen lassen.",
        ),
    ),
    GateCode.SIGN_OFF_MISSING: Entry(
        "none",
        Wording(
            "A sign-off of a person is missing: an approver and a risk officer sign before live.",
            "Every sign-off is there.",
        ),
        Wording(
            "Die Freigabe eines Menschen fehlt: vor Live unterschreiben ein Freigebender und ein "
            "Risikoverantwortlicher.",
            "Jede Freigabe liegt vor.",
        ),
    ),
    GateCode.DECAY_DRAWDOWN: Entry(
        "percent",
        Wording(
            "The drawdown on paper is {value}, more than 99 of 100 paths of its past allow "
            "({limit}): the certificate is revoked. Let it rest and ask again with more data.",
            "The drawdown on paper is {value}, within what its past allows ({limit}).",
        ),
        Wording(
            "Der Rückgang auf Papier ist {value}, mehr als 99 von 100 Pfaden der Vergangenheit "
            "zulassen ({limit}): das Zertifikat ist widerrufen. Ruhen lassen und mit mehr Daten "
            "neu fragen.",
            "Der Rückgang auf Papier ist {value}, innerhalb dessen, was die Vergangenheit zulässt "
            "({limit}).",
        ),
    ),
    GateCode.DECAY_EDGE: Entry(
        "number",
        Wording(
            "The evidence that half of the promised return is gone is {value} (limit {limit}): the "
            "certificate is revoked. Bring a new idea.",
            "The evidence that half of the promised return is gone is {value} (limit {limit}).",
        ),
        Wording(
            "Der Beleg, dass die Hälfte der versprochenen Rendite fehlt, ist {value} (Grenze "
            "{limit}): das Zertifikat ist widerrufen. Eine neue Idee bringen.",
            "Der Beleg, dass die Hälfte der versprochenen Rendite fehlt, ist {value} (Grenze "
            "{limit}).",
        ),
    ),
    GateCode.COST_REALISED: Entry(
        "number",
        Wording(
            "Fills cost {value} times what was modelled (limit {limit}): the certificate is "
            "revoked. Set the costs right and submit again.",
            "Fills cost {value} times what was modelled (limit {limit}).",
        ),
        Wording(
            "Ausführungen kosten das {value}-Fache des Angenommenen (Grenze {limit}): das "
            "Zertifikat ist widerrufen. Die Kosten richtigstellen und neu einreichen.",
            "Ausführungen kosten das {value}-Fache des Angenommenen (Grenze {limit}).",
        ),
    ),
    GateCode.FORWARD_MISMATCH: Entry(
        "count",
        Wording(
            "{value} fill(s) on paper differ from a replay on the same bars: the certificate is "
            "revoked. Report it with both rows.",
            "Every fill on paper equals a replay on the same bars.",
            "Fills on paper differ from a replay on the same bars: the certificate is revoked. "
            "Report it with both rows.",
        ),
        Wording(
            "{value} Ausführung(en) auf Papier weichen von der Nachrechnung auf denselben Kerzen "
            "ab: das Zertifikat ist widerrufen. Mit beiden Zeilen melden.",
            "Jede Ausführung auf Papier gleicht der Nachrechnung auf denselben Kerzen.",
            "Ausführungen auf Papier weichen von der Nachrechnung auf denselben Kerzen ab: das "
            "Zertifikat ist widerrufen. Mit beiden Zeilen melden.",
        ),
    ),
    GateCode.DATA_RESTATED: Entry(
        "none",
        Wording(
            "Bars behind this certificate were changed later: it is revoked. Import the new data "
            "and submit again.",
            "The bars behind this certificate are unchanged.",
        ),
        Wording(
            "Kerzen hinter diesem Zertifikat wurden später geändert: es ist widerrufen. Die neuen "
            "Daten importieren und neu einreichen.",
            "Die Kerzen hinter diesem Zertifikat sind unverändert.",
        ),
    ),
    GateCode.CODE_CHANGED: Entry(
        "none",
        Wording(
            "The engine's code has changed since the verdict: submit again; the same trades give a "
            "new certificate without a look.",
            "The engine's code is that of the verdict.",
        ),
        Wording(
            "Der Code der Engine hat sich seit dem Urteil geändert: neu einreichen; dieselben "
            "Trades geben ein neues Zertifikat ohne Blick.",
            "Der Code der Engine ist der des Urteils.",
        ),
    ),
    GateCode.EXPIRED: Entry(
        "none",
        Wording(
            "The certificate has expired: renew it; a good forward record needs no new look.",
            "The certificate has not expired.",
        ),
        Wording(
            "Das Zertifikat ist abgelaufen: erneuern; ein guter Verlauf voraus braucht keinen "
            "neuen Blick.",
            "Das Zertifikat ist nicht abgelaufen.",
        ),
    ),
    GateCode.REVOKED: Entry(
        "none",
        Wording(
            "The certificate was revoked: read why, then submit a new candidate.",
            "The certificate is not revoked.",
        ),
        Wording(
            "Das Zertifikat wurde widerrufen: den Grund lesen, dann einen neuen Kandidaten "
            "einreichen.",
            "Das Zertifikat ist nicht widerrufen.",
        ),
    ),
}
