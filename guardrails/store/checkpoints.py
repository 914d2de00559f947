"""Signed checkpoints of a journal: C2SP tlog-checkpoint in a C2SP signed note, Ed25519.

The text is the origin, the number of rows and the Merkle root in base64, one line each. Below an
empty line stands the signature over that text with the signer's name and the key's short hash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import IntegrityError
from guardrails.reasons import Reason
from guardrails.signing import Signer, verified

ORIGIN: Final = "peak-trade/journal/"
SIGNER: Final = "peak-trade/"
_DASH: Final = "\u2014 "
_ED25519: Final = b"\x01"
_HASH_BYTES, _ROOT_BYTES, _SIGNATURE_BYTES = 4, 32, 64

Keys = Mapping[str, Sequence[str]]
"""Signer (`desk`, `gateway`) -> its public keys as hex."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says: chain, number of rows, Merkle root (hex), who signed, the whole note."""

    chain: str
    size: int
    root: str
    signer: str
    note: str


def _text(chain: str, size: int, root: str) -> str:
    shown = base64.b64encode(bytes.fromhex(root)).decode()
    return f"{ORIGIN}{chain}\n{size}\n{shown}\n"


def key_hash(signer: str, public_hex: str) -> bytes:
    """The four bytes that name a key in a note: SHA-256(name, newline, type, key), cut."""
    named = f"{SIGNER}{signer}".encode() + b"\n" + _ED25519 + bytes.fromhex(public_hex)
    return hashlib.sha256(named).digest()[:_HASH_BYTES]


def verifier_key(signer: str, public_hex: str) -> str:
    """A public key as the C2SP text `name+hash+key` that other tools read."""
    raw = base64.b64encode(_ED25519 + bytes.fromhex(public_hex)).decode()
    return f"{SIGNER}{signer}+{key_hash(signer, public_hex).hex()}+{raw}"


def read_verifier_key(text: str) -> tuple[str, str]:
    """Signer and public key (hex) of a C2SP text; AUDIT_ANCHOR_MISMATCH when it is none."""
    try:
        name, _, raw = text.strip().split("+", 2)
        key = base64.b64decode(raw, validate=True)[1:].hex()
        signer = name.removeprefix(SIGNER)
        fits = verifier_key(signer, key) == text.strip()
    except ValueError:
        fits = False
    if not fits:
        raise _unreadable("this is not a verifier key", text)
    return signer, key


def sign(chain: str, size: int, root: str, signer: str, key: Signer) -> Checkpoint:
    """A signed checkpoint of the first `size` rows of a chain."""
    text = _text(chain, size, root)
    stamp = key_hash(signer, key.public_hex) + bytes.fromhex(key.sign(text))
    line = f"{_DASH}{SIGNER}{signer} {base64.b64encode(stamp).decode()}\n"
    return Checkpoint(chain, size, root, signer, f"{text}\n{line}")


def read(note: str) -> Checkpoint:
    """A note's content, signature not yet looked at; AUDIT_ANCHOR_MISMATCH when it is no note."""
    try:
        origin, size, root, _, last = note.removesuffix("\n").split("\n")
        found = Checkpoint(
            chain=origin.removeprefix(ORIGIN),
            size=int(size),
            root=base64.b64decode(root, validate=True).hex(),
            signer=last.removeprefix(_DASH + SIGNER).split(" ")[0],
            note=note,
        )
        # one spelling: whatever else reads as the same values is refused
        fits = note.startswith(_text(found.chain, found.size, found.root) + f"\n{_DASH}{SIGNER}")
    except (ValueError, binascii.Error):
        fits = False
    if not fits or len(found.root) != 2 * _ROOT_BYTES or found.size < 0:
        raise _unreadable("an anchor is not a signed checkpoint", note)
    return found


def genuine(found: Checkpoint, keys: Keys) -> bool:
    """True when one of its signer's known keys signed it."""
    text, _, line = found.note.partition("\n\n")
    try:
        stamp = base64.b64decode(line.removesuffix("\n").split(" ")[-1], validate=True)
    except (ValueError, binascii.Error):
        return False
    if len(stamp) != _HASH_BYTES + _SIGNATURE_BYTES:
        return False
    return any(
        stamp[:_HASH_BYTES] == key_hash(found.signer, key)
        and verified(key, f"{text}\n", stamp[_HASH_BYTES:].hex())
        for key in keys.get(found.signer, ())
    )


def _unreadable(message: str, value: str) -> IntegrityError:
    return IntegrityError(
        Reason.AUDIT_ANCHOR_MISMATCH, message, value=value[:60],
        hint="leave everything as it is and follow the runbook of a broken journal",
    )  # fmt: skip
