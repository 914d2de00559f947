"""`peak windows`: the sealed windows of each market; close one, run its trials again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, table

if TYPE_CHECKING:
    from engine.data.windows import FamilyWindows
    from guardrails.desk.local import Local
    from guardrails.desk.windows import OneWindow, Windows
    from guardrails.store.database import Database

app = typer.Typer(no_args_is_help=True, help="Sealed windows: list, close, rebase.")
FamilyArgument = Annotated[
    str, typer.Argument(help="A market's name (`peak windows list`), or one of its datasets.")
]
WARNING: Final = (
    "Closing window {number} of {family} ({first} to {last}) cannot be undone: the figures of its "
    "{taken} looks are published, its days become train, days after it are the next window."
)
COLUMNS: Final = (
    "market", "window", "from", "to", "state", "looks", "seen", "left this year", "next cap",
)  # fmt: skip


@contextmanager
def _reading(here: Local) -> Iterator[Database]:
    """The store to read from, also while a desk owns it."""
    if not here.running():
        with here.store() as database:
            yield database
        return
    from guardrails.store.database import open_database
    from guardrails.store.desk import desk_metadata

    path = here.folders.desk_db
    with closing(
        open_database(path, desk_metadata, "desk", here.clock, read_only=True)
    ) as database:
        yield database


def _windows(here: Local, database: Database) -> Windows:
    """The use cases on this installation's store."""
    from config.secrets import DeskSecrets, load_secrets, own_folder, secrets_folder
    from guardrails.desk.installation import prepare
    from guardrails.desk.local_gate import local_gate
    from guardrails.desk.windows import Windows
    from guardrails.signing import Signer

    prepare(here.folders)
    folder = own_folder(secrets_folder(here.folders.root), DeskSecrets)
    signer = Signer(load_secrets(DeskSecrets, folder).signing_key_hex.get_secret_value())
    gate = local_gate(here, database, lambda _stage, _share: None)
    return Windows(database, here.datasets(), here.clock, signer.sign, gate.judge.redraw)


def _family(here: Local, named: str) -> str:
    """A market by its name, or by the reference of one of its datasets."""
    store = here.datasets()
    known = {each.family for each in store.datasets()}
    if named in known:
        return named
    if ":" in named or "/" in named or named.isupper():
        return store.find(named).family
    return store.windows(named).family  # says what is near


@app.command("list")
def list_(
    family: Annotated[str | None, typer.Argument(help="One market; all when not said.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List windows with their looks: taken, seen by people, left, and the next look's cap."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local

        here = local()
        named = None if family is None else _family(here, family)
        with _reading(here) as database:
            windows = _windows(here, database)
            asked = windows.families() if named is None else (named,)
            found = {each: windows.of(each) for each in asked}
        if as_json:
            data = [
                {"family": name, "windows": [one.as_dict() for one in each]}
                for name, each in found.items()
            ]
            emit({"markets": data}, as_json=True)
            return
        table("Windows", COLUMNS, [_row(name, one) for name, each in found.items() for one in each])


def _row(family: str, one: OneWindow) -> tuple[object, ...]:
    looks = one.looks
    state = "due" if one.due else "open" if looks.open else "closed"
    return (
        family, one.number, one.zones.holdout_first, one.zones.window_last, state, looks.taken,
        looks.seen, looks.left, f"{looks.next_cap:.4f}" if looks.open else "",
    )  # fmt: skip


@app.command("close")
def close(
    family: FamilyArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Close a market's open window for good: its days become train, later days the next window."""
    with reporting(as_json=as_json):
        from engine.errors import InputError
        from guardrails.desk.local import local

        here = local()
        named = _family(here, family)
        with here.store() as database:
            windows = _windows(here, database)
            windows.finish()
            last = windows.of(named)[-1]
            question = WARNING.format(
                number=last.number, family=named, first=last.zones.holdout_first,
                last=last.zones.window_last, taken=last.looks.taken,
            )  # fmt: skip
            if as_json and not yes:
                raise InputError(
                    "CONFIRMATION_NEEDED", question, value=named, hint="repeat it with --yes"
                )
            if not yes and not typer.confirm(f"{question}\nClose it?"):
                raise typer.Exit(EXIT_NO)
            after = windows.close(last.looks.window, here.user)
        _closed(after, as_json=as_json)


def _closed(after: FamilyWindows, *, as_json: bool) -> None:
    """What is open now."""
    zones = after.now
    data = {"family": after.family, "number": after.number, **zones.model_dump(mode="json")}
    lines = [
        f"train of {after.family} now ends on {zones.train_last}",
        f"window {after.number}: {zones.holdout_first} to {zones.window_last} (sealed)",
        f"run the logged trials on the longer train: `peak windows rebase {after.family}`",
    ]
    emit(data, as_json=as_json, text=lines)


@app.command("rebase")
def rebase(family: FamilyArgument, as_json: JsonFlag = False) -> None:
    """Run a market's logged trials again on its longer train; adds no trial, goes on if stopped."""
    with reporting(as_json=as_json):
        from engine.gate.identity import code_digest
        from guardrails.desk.cli.progress import studying
        from guardrails.desk.local import local
        from guardrails.desk.rebasing import Rebasing
        from guardrails.store.ledger import SqlLedger

        here = local()
        named = _family(here, family)
        with here.store() as database, studying() as tell:
            ledger = SqlLedger(database, here.user)
            rebasing = Rebasing(here.datasets(), ledger, (here.costs(),), code_digest())
            found = rebasing.run(named, lambda done, total: tell("rebasing", done, total))
            trials = ledger.count(named)
        lines = [f"{found.done} trials run again, {found.known} covered the train zone already"]
        lines += [f"{count} left: {why}" for why, count in sorted(found.left.items())]
        lines.append(f"trials on this market: {trials}")
        emit({"family": named, "trials": trials, **found.as_dict()}, as_json=as_json, text=lines)
