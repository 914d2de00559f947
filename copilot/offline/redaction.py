# ruff: noqa: E501 - a regular expression stays on one line
"""Secrets that a person types into the chat are cut out before anything stores or logs the text."""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "[removed]"

_NAMED: Final = re.compile(
    r"(?i)\b((?:my |the |your |mein\w* |der |das |dein\w* )?(?:api|secret|private|access|exchange|wallet|seed|signing)?[ -_]?"
    r"(?:key|secret|token|password|passwort|kennwort|passphrase|schlüssel|pin|pw|seed phrase|mnemonic)\w*"
    r"(?:\s+(?:is|are|lautet|ist|heißt)\b|\s*[:=])\s*)(\"[^\"]+\"|'[^']+'|\S+)"
)
_SHAPES: Final = (
    re.compile(r"\b(?:sk|pk|rk|xox[abp]|ghp|gho|glpat|AKIA|ASIA|AIza|eyJ)[-_A-Za-z0-9.]{12,}"),
    re.compile(r"\bCANARY-[A-Z]+-[0-9a-fA-F]{4,}\b"),
    re.compile(r"\b(?:0x)?[0-9a-fA-F]{32,}\b"),
    re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", re.DOTALL),
)
_MIXED: Final = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*[a-z])[A-Za-z0-9+/_-]{20,}={0,2}(?![A-Za-z0-9+/_-])"
)
_WORD: Final = re.compile(r"[A-Za-z]{2,}|\d{1,4}")
_PHRASE: Final = re.compile(
    r"(?i)((?:seed phrase|mnemonic|recovery phrase)\W+(?:is\W+)?)((?:[a-z]{3,8}\s+){8,23}[a-z]{3,8})"
)


def redact(text: str) -> str:
    """The text without keys, tokens, passwords and seed phrases; `[removed]` stands instead."""
    text = _PHRASE.sub(rf"\1{MARK}", text)
    text = _NAMED.sub(rf"\1{MARK}", text)
    for shape in _SHAPES:
        text = shape.sub(MARK, text)
    return _MIXED.sub(_unless_words, text)


def _unless_words(found: re.Match[str]) -> str:
    """A mixed run is cut out, unless it is words and numbers: `200-Tage-Durchschnitt`."""
    parts = re.split(r"[-/_+]", found.group())
    return found.group() if all(_WORD.fullmatch(part) for part in parts) else MARK
