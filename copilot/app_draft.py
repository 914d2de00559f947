"""One draft without desk, server, graph or model: what `peak draft` runs."""

from __future__ import annotations

import json

from copilot.offline.drafter import OfflineDrafter
from copilot.offline.redaction import redact
from engine.language.checker import check
from engine.language.reply import DraftReply
from engine.language.spec import read_spec
from engine.language.wording import in_words


def draft_once(text: str, spec_json: str | None = None) -> str:
    """One draft by the fixed rules, without desk, server or model, as JSON text.

    Keys: reply, findings, words, drafter, language.

    Raises:
        InputError: a spec that cannot be read.
    """
    previous = DraftReply(status="draft", spec=read_spec(spec_json)) if spec_json else None
    drafted = OfflineDrafter(check).draft([redact(text)], previous=previous)
    spec = drafted.reply.spec
    answer = {
        "reply": drafted.reply.model_dump(mode="json"),
        "findings": [row.model_dump(mode="json") for row in drafted.findings],
        "words": list(in_words(spec, drafted.language)) if spec is not None else [],
        "drafter": "offline",
        "language": drafted.language,
    }
    return json.dumps(answer, ensure_ascii=False)
