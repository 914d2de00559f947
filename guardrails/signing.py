"""Ed25519 signatures over digests; the desk signs certificates and approvals, all can verify."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.errors import InputError

_KEY_HEX = 64


def new_key() -> str:
    """A fresh private key as 64 hex digits (from the system's randomness)."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


def _raw(text: str) -> bytes:
    if len(text) != _KEY_HEX:
        raise InputError("KEY_INVALID", "an Ed25519 key has 64 hex digits", hint="make a new key")
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise InputError("KEY_INVALID", "an Ed25519 key has 64 hex digits") from error


class Signer:
    """Holder of one private key; signs digests of records under their own domain tags."""

    def __init__(self, private_hex: str) -> None:
        """Take a private key as 64 hex digits; KEY_INVALID otherwise."""
        self._key = Ed25519PrivateKey.from_private_bytes(_raw(private_hex))

    @property
    def public_hex(self) -> str:
        """The public key as 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, digest: str) -> str:
        """Signature over the digest's ASCII text, 128 hex digits."""
        return self._key.sign(digest.encode("ascii")).hex()


def verified(public_hex: str, digest: str, signature: str) -> bool:
    """True only when `signature` was made over `digest` by the holder of the key."""
    key = Ed25519PublicKey.from_public_bytes(_raw(public_hex))
    try:
        key.verify(bytes.fromhex(signature), digest.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return True
