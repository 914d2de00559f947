"""Signed checkpoints: the C2SP text, one spelling, and no signature but the signer's."""

from __future__ import annotations

import base64

import pytest

from engine.errors import IntegrityError
from guardrails.signing import Signer, verified
from guardrails.store.checkpoints import (
    Checkpoint,
    genuine,
    key_hash,
    read,
    read_verifier_key,
    sign,
    verifier_key,
)

KEY = Signer("33" * 32)
OTHER = Signer("44" * 32)
ROOT = "ab" * 32
KEYS = {"gateway": (KEY.public_hex,)}


@pytest.fixture
def made() -> Checkpoint:
    """A checkpoint of 12 rows."""
    return sign("desk", 12, ROOT, "gateway", KEY)


def test_the_text_is_a_signed_note(made: Checkpoint) -> None:
    """Origin, size, root in base64, an empty line, and one signature over the lines above it."""
    shown = base64.b64encode(bytes.fromhex(ROOT)).decode()
    text, _, line = made.note.partition("\n\n")
    assert text == f"peak-trade/journal/desk\n12\n{shown}"
    dash, name, stamp = line.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", "peak-trade/gateway")
    raw = base64.b64decode(stamp)
    assert raw[:4] == key_hash("gateway", KEY.public_hex)
    assert verified(KEY.public_hex, f"{text}\n", raw[4:].hex())


def test_a_note_is_read_back(made: Checkpoint) -> None:
    """What was signed is what is read, and it is genuine."""
    assert read(made.note) == made
    assert genuine(made, KEYS)


def test_another_key_is_not_genuine(made: Checkpoint) -> None:
    """A stranger's signature under the same name, and a name without a key, are refused."""
    assert not genuine(sign("desk", 12, ROOT, "gateway", OTHER), KEYS)
    assert not genuine(made, {"desk": (KEY.public_hex,)})
    assert genuine(made, {"gateway": (OTHER.public_hex, KEY.public_hex)})


def test_a_changed_text_is_not_genuine(made: Checkpoint) -> None:
    """Another size, another root, another chain under the same signature."""
    root = base64.b64encode(bytes.fromhex(ROOT)).decode()
    zeros = base64.b64encode(bytes(32)).decode()
    for old, new in (("\n12\n", "\n13\n"), (root, zeros), ("/desk\n", "/gateway\n")):
        changed = read(made.note.replace(old, new))
        assert not genuine(changed, KEYS)


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n12\n", "\n012\n"),
        lambda note: note.replace("\n12\n", "\n 12\n"),
        lambda note: note.replace("\n12\n", "\n-12\n"),
        lambda note: note.replace("\n\n", "\nmore\n\n"),
        lambda note: note.replace("\u2014 peak-trade/", "-- peak-trade/"),
        lambda note: note.replace("peak-trade/journal/", "elsewhere/"),
        lambda _note: "",
        lambda _note: "\n" * 5,
    ],
)
def test_only_one_spelling_is_read(made: Checkpoint, change: object) -> None:
    """Whatever is no checkpoint of ours is refused; the note as it was made passes."""
    assert callable(change)
    with pytest.raises(IntegrityError) as caught:
        read(change(made.note))
    assert caught.value.code == "AUDIT_ANCHOR_MISMATCH"
    assert read(made.note).size == 12


def test_a_signature_of_the_wrong_length_is_not_genuine(made: Checkpoint) -> None:
    """Cut or not base64: refused without an exception."""
    for end in (made.note[:-9], made.note[:-6] + "!!!!!\n"):
        assert not genuine(Checkpoint("desk", 12, ROOT, "gateway", end), KEYS)


def test_a_verifier_key_is_read_back() -> None:
    """The C2SP text of a public key; one changed letter is refused."""
    text = verifier_key("gateway", KEY.public_hex)
    assert read_verifier_key(text) == ("gateway", KEY.public_hex)
    wrong = text.replace("+", "+0", 1)
    for other in (wrong, "peak-trade/gateway", "", text[:-4]):
        with pytest.raises(IntegrityError) as caught:
            read_verifier_key(other)
        assert caught.value.code == "AUDIT_ANCHOR_MISMATCH"
