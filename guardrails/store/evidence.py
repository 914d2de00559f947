"""Where the anchors of an installation are: read every copy, know whose keys may have signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

from config.private_files import private_folder
from guardrails.signing import Signer
from guardrails.store.anchors import (
    FOLDER,
    Anchor,
    AnchorFile,
    Seen,
    filed,
    noted,
    seen_heads,
)
from guardrails.store.checkpoints import Keys, read_verifier_key, verifier_key
from guardrails.store.database import Database
from guardrails.store.witnesses import Evidence

_KEY_ENDING: Final = ".vkey"


@dataclass(frozen=True, slots=True)
class AnchorPlace:
    """The folder of anchors, and a further one on another medium if there is one."""

    folder: Path
    further: Path | None = None

    @classmethod
    def of(cls, state_dir: Path, further: str = "") -> AnchorPlace:
        """The place of an installation; `further` is its setting, empty for none."""
        return cls(state_dir / FOLDER, Path(further).expanduser() if further else None)

    def files(self, chain: str, signer: str) -> tuple[AnchorFile, ...]:
        """Where a signer appends its anchors of a chain."""
        folders = [self.folder, *([self.further] if self.further else [])]
        return tuple(AnchorFile(folder, chain, signer) for folder in folders)

    def evidence(self, chain: str, keys: Keys, peer: Database | None = None) -> Evidence:
        """What all copies say of a chain; `peer` is the store of the other process."""
        # a signer appends to its file first: what its journal keeps by now, the file holds too
        rows, seen = ((), ()) if peer is None else _kept(peer, chain)
        return Evidence(
            filed=filed(self.folder, chain),
            noted=rows,
            copied=() if self.further is None else filed(self.further, chain),
            seen=seen,
            keys=keys,
        )

    def publish(self, signer: str, key: Signer) -> None:
        """Leave the signer's public key beside its anchors, for whoever checks a proof."""
        private_folder(self.folder)
        path = self.folder / f"{signer}{_KEY_ENDING}"
        path.write_text(verifier_key(signer, key.public_hex) + "\n", encoding="ascii")

    def published(self) -> Keys:
        """The public keys that lie beside the anchors."""
        texts = (path.read_text(encoding="utf-8", errors="replace") for path in self._key_files())
        return gathered(read_verifier_key(text) for text in texts)

    def _key_files(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_KEY_ENDING}"))


def _kept(peer: Database, chain: str) -> tuple[tuple[Anchor, ...], tuple[Seen, ...]]:
    """Anchors and unsigned heads of a chain in the other process's journal."""
    with peer.read() as connection:
        if not has_journal(connection):
            return (), ()
        return noted(connection, chain), seen_heads(connection) if chain == "desk" else ()


def gathered(keys: Iterable[tuple[str, str]]) -> Keys:
    """Keys by signer."""
    found: dict[str, list[str]] = {}
    for signer, key in keys:
        found.setdefault(signer, []).append(key)
    return found


def has_journal(connection: Connection) -> bool:
    """False for the file of a process that has only begun to make it."""
    return inspect(connection).has_table("journal")
