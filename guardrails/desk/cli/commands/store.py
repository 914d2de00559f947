"""`peak store`: versions of the stores, backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import emit, reporting

if TYPE_CHECKING:
    from guardrails.desk.local import Local
    from guardrails.store.backup_set import BackupManifest, Installation

app = typer.Typer(no_args_is_help=True, help="The stores: versions, backup, restore.")


def _installation(here: Local) -> Installation:
    from guardrails.store.backup_set import Installation

    return Installation(
        here.folders.root, here.settings.store.url or here.folders.desk_db, here.clock
    )


def _say(manifest: BackupManifest, where: Path, what: str, *, as_json: bool) -> None:
    chains = {one.chain: one.rows for one in manifest.chains}
    data = {
        "path": str(where), "files": [one.name for one in manifest.files], "rows": chains,
        "datasets": manifest.datasets, "keys": manifest.keys,
    }  # fmt: skip
    rows = ", ".join(f"{name}: {count} journal rows" for name, count in chains.items())
    emit(data, as_json=as_json, text=[f"{what} {where}", rows or "no journal rows"])


@app.command("version")
def version(as_json: JsonFlag = False) -> None:
    """Say which version of its tables each store has, and which one this build works with."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local
        from guardrails.store.versions_view import versions_of

        here = _installation(local())
        found = versions_of(here.root / "gateway.db", here.desk)
        lines = [f"{n}: {one['version'] or '-'} ({one['state']})" for n, one in found.items()]
        emit({"stores": found}, as_json=as_json, text=lines)


@app.command("upgrade")
def upgrade(as_json: JsonFlag = False) -> None:
    """Bring both stores to this build's version, each after a backup; no process may run."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local
        from guardrails.store.lock import desk_lock, gateway_lock
        from guardrails.store.versions_view import upgraded, versions_of

        here = local()
        place = _installation(here)
        with (
            desk_lock(here.folders.run),
            gateway_lock(here.folders.run, here.settings.gateway.account_id),
        ):
            before = versions_of(place.root / "gateway.db", place.desk)
            upgraded(place.root / "gateway.db", place.desk, here.clock, place.root / "backups")
        after = versions_of(place.root / "gateway.db", place.desk)
        data = {
            name: {"from": before[name]["version"], "to": after[name]["version"]} for name in after
        }
        lines = [f"{n}: {one['from'] or '-'} -> {one['to'] or '-'}" for n, one in data.items()]
        emit({"stores": data}, as_json=as_json, text=lines)


@app.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(help="A new folder, or a new .tar or .tar.gz file.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Copy the secrets too; guard that copy like them.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Copy the stores as one checked set while the processes run or not; keys stay out."""
    with reporting(as_json=as_json):
        from engine.records import digest
        from guardrails.desk.local import local
        from guardrails.store.backup_set import back_up

        here = local()
        data = digest("peak/datasets/v1", sorted(one.id for one in here.datasets().datasets()))
        made = back_up(_installation(here), target, data, with_keys=with_keys)
        _say(made, target, "backed up to", as_json=as_json)


@app.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(help="What `peak store backup` made.")],
    as_json: JsonFlag = False,
) -> None:
    """Read a backup into an installation without stores; nothing is written before it verifies."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local
        from guardrails.store.backup_set import restore as read_back
        from guardrails.store.lock import desk_lock, gateway_lock

        here = local()
        with (
            desk_lock(here.folders.run),
            gateway_lock(here.folders.run, here.settings.gateway.account_id),
        ):
            found = read_back(_installation(here), source)
        _say(found, here.folders.root, "restored to", as_json=as_json)
