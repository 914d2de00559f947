"""Audit: both journals of an installation, verified from their files and against their anchors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from config.secrets import DeskSecrets, GatewaySecrets, load_secrets, own_folder, secrets_folder
from engine.clock import Clock
from engine.errors import IntegrityError
from guardrails.desk.folders import Folders
from guardrails.signing import Signer
from guardrails.store.anchoring import refused
from guardrails.store.checkpoints import Keys
from guardrails.store.database import Database, open_journal
from guardrails.store.evidence import AnchorPlace, has_journal
from guardrails.store.journal import ChainReport, JournalEntry, after, tail
from guardrails.store.witnesses import compared, nothing_left

CHAINS: Final = ("desk", "gateway")
_PEER: Final = {"desk": "gateway", "gateway": "desk"}


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All chains of an installation; `rows` and `anchors` sum theirs."""

    chains: tuple[ChainReport, ...]

    @property
    def ok(self) -> bool:
        """True when every chain verifies."""
        return all(chain.ok for chain in self.chains)

    @property
    def rows(self) -> int:
        """Verified rows of all chains."""
        return sum(chain.rows for chain in self.chains)

    @property
    def anchors(self) -> int:
        """Signed heads that were held against the rows."""
        return sum(chain.anchors for chain in self.chains)

    @property
    def first_bad(self) -> str | None:
        """`chain:row` of the first row that does not verify; None when all do."""
        bad = (f"{chain.chain}:{chain.first_bad}" for chain in self.chains if not chain.ok)
        return next(bad, None)

    def as_dict(self) -> dict[str, object]:
        """JSON form: ok, rows, anchors, first_bad (chain:row or null), chains."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "anchors": self.anchors,
            "first_bad": self.first_bad,
            "chains": [asdict(one) for one in self.chains],
        }


def place_of(folders: Folders, further: str = "") -> AnchorPlace:
    """Where the anchors of an installation lie; `further` is `deployment.anchor_copy_dir`."""
    return AnchorPlace.of(folders.root, further)


def known_keys(folders: Folders) -> Keys:
    """Public keys of desk and gateway: from the secrets if we may read them, else as published.

    Whoever may write the folder of anchors could publish a key of their own; whoever may read the
    secrets does not ask that folder.
    """
    folder = secrets_folder(folders.root)
    try:
        gateway = load_secrets(GatewaySecrets, own_folder(folder, GatewaySecrets))
    except ConfigError:
        return _published(folders, folder)
    own = Signer(gateway.signing_key_hex.get_secret_value()).public_hex
    return {"gateway": (own,), "desk": (gateway.desk_public_key_hex,)}


def _published(folders: Folders, folder: Path) -> Keys:
    """What lies beside the anchors, but the desk's key from its own secrets when they are ours."""
    found = place_of(folders).published()
    try:
        desk = load_secrets(DeskSecrets, own_folder(folder, DeskSecrets))
    except ConfigError:
        return found
    return {**found, "desk": (Signer(desk.signing_key_hex.get_secret_value()).public_hex,)}


def path_of(folders: Folders, chain: str) -> Path:
    """The file of a chain."""
    return folders.desk_db if chain == "desk" else folders.gateway_db


@contextmanager
def opened(folders: Folders, clock: Clock) -> Iterator[dict[str, Database]]:
    """The journals that exist, each read-only, by chain."""
    with ExitStack() as held:
        found = {}
        for chain in CHAINS:
            if path_of(folders, chain).exists():
                database = open_journal(path_of(folders, chain), chain, clock)
                found[chain] = held.enter_context(closing(database))
        yield found


def verify_files(
    folders: Folders, clock: Clock, further: str = "", chains: Sequence[str] = CHAINS
) -> AuditReport:
    """Verify desk.db and gateway.db, each opened read-only, with all anchors of each.

    A file that is not there has no chain, unless its rows were anchored.
    """
    keys = known_keys(folders)
    with opened(folders, clock) as journals:
        found = [_report(place_of(folders, further), keys, journals, chain) for chain in chains]
    there = [one for one in found if one.rows or not one.ok or path_of(folders, one.chain).exists()]
    return AuditReport(tuple(there))


def _report(
    place: AnchorPlace, keys: Keys, journals: dict[str, Database], chain: str
) -> ChainReport:
    """One chain; what is known of it is read first, and the chain can only have grown since."""
    try:
        known = place.evidence(chain, keys, journals.get(_PEER[chain]))
    except IntegrityError as error:  # an anchor that nobody can read
        report = nothing_left(chain)
        return ChainReport(chain, ok=False, rows=0, first_bad=0, head=report.head,
                           reason=error.message, code=error.code)  # fmt: skip
    database = journals.get(chain)
    if database is None:
        return compared(None, chain, known)
    with database.read() as connection:
        # a file that its process has only begun to make holds no journal yet
        return compared(connection if has_journal(connection) else None, chain, known)


def require_whole(
    folders: Folders, clock: Clock, further: str = "", chains: Sequence[str] = CHAINS
) -> AuditReport:
    """For a start: these journals verify, or nothing starts.

    Raises:
        IntegrityError: AUDIT_BROKEN, AUDIT_ANCHOR_MISSING or AUDIT_ANCHOR_MISMATCH.
    """
    found = verify_files(folders, clock, further, chains)
    for one in found.chains:
        if not one.ok:
            raise refused(one.chain, one.first_bad, one.reason, one.code)
    return found


def rows_of(
    folders: Folders, clock: Clock, chain: str, *, limit: int | None = None, above: int = 0
) -> tuple[JournalEntry, ...]:
    """Rows of a chain, oldest first: the newest `limit`, or those above a number."""
    if not path_of(folders, chain).exists():
        return ()
    with (
        closing(open_journal(path_of(folders, chain), chain, clock)) as database,
        database.read() as connection,
    ):
        if limit is not None:
            return tuple(reversed(tail(connection, limit)))
        return tuple(after(connection, above))


def desk_tail(folders: Folders, clock: Clock, limit: int) -> tuple[JournalEntry, ...]:
    """The desk's newest journal rows, oldest first."""
    return rows_of(folders, clock, "desk", limit=limit)
