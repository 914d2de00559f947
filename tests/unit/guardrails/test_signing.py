"""Signatures: only the holder of the key signs, and every alteration is seen."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from guardrails.signing import Signer, new_key, verified

DIGEST = "ab" * 32


def test_a_signature_verifies_with_its_own_key_and_digest() -> None:
    """The same digest and key pass; another digest, key or a changed byte does not."""
    signer, other = Signer(new_key()), Signer(new_key())
    signature = signer.sign(DIGEST)
    assert verified(signer.public_hex, DIGEST, signature)
    assert not verified(signer.public_hex, "ac" * 32, signature)
    assert not verified(other.public_hex, DIGEST, signature)
    flipped = f"{int(signature[0], 16) ^ 1:x}{signature[1:]}"
    assert not verified(signer.public_hex, DIGEST, flipped)


@pytest.mark.parametrize("text", ["", "zz", "é" * 128, "00" * 64])
def test_garbage_is_no_signature(text: str) -> None:
    """What is not even hexadecimal is refused, not raised."""
    assert not verified(Signer("11" * 32).public_hex, DIGEST, text)


@pytest.mark.parametrize("key", ["", "11" * 31, "zz" * 32])
def test_a_bad_key_is_an_error(key: str) -> None:
    """A key that is none stops the start with a code; a right one does not."""
    with pytest.raises(InputError) as caught:
        Signer(key)
    assert caught.value.code == "KEY_INVALID"
    assert Signer("11" * 32).public_hex
