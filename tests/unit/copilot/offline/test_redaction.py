"""Secrets are cut out of what a person types; compound words with numbers are not secrets."""

from __future__ import annotations

import pytest

from copilot.offline.redaction import MARK, redact


@pytest.mark.parametrize(
    "text",
    [
        "Schlusskurs über dem 200-Tage-Durchschnitt",
        "20-Tage-Hoch-Ausbruch auf Tageskerzen",
        "a 200-Day-Moving-Average filter",
        "BTC/USDT 4-Stunden-Chart-Strategie",
    ],
)
def test_words_with_numbers_stay(text: str) -> None:
    """A hyphenated compound is part of the idea, and losing it would draft another one."""
    assert redact(text) == text


@pytest.mark.parametrize(
    "secret",
    [
        "sk-abcDEF1234567890abcd",
        "Abcd1234efgh5678IJKL9012",
        "my password is hunter2hunter2",
        "0x" + "ab" * 20,
        "CANARY-DESK-0a1b2c3d",
    ],
)
def test_secrets_are_cut_out(secret: str) -> None:
    """Keys, tokens and passwords never reach a model, a log or a store."""
    shown = redact(f"use {secret} please")
    assert MARK in shown
    assert secret.rsplit(" ", 1)[-1] not in shown
