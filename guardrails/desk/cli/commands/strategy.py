"""`peak strategy`: list, show, check, explain, write and export specs."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import InputError
from guardrails.desk.cli.options import DataOption, JsonFlag, LanguageOption, SpecArgument
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, say, table

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.language.spec import StrategySpec
    from guardrails.desk.local import Local

app = typer.Typer(
    no_args_is_help=True, help="Strategy specs: list, show, check, explain, new, export."
)
FamilyOption = Annotated[
    str | None, typer.Option("--family", help="E.g. trend_following, mean_reversion, breakout.")
]


@app.command("list")
def list_(
    family: FamilyOption = None,
    research: Annotated[bool, typer.Option("--research", help="With the research shelf.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List your own specs and the library's, each with the gate's recorded verdict."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.strategies import COLUMNS, cells, workspace_lines
        from guardrails.desk.local import local
        from guardrails.desk.new_spec import family_of
        from guardrails.desk.strategies import strategies
        from guardrails.store.verdicts import verdicts_in

        here = local()
        folder = here.folders.strategies
        wanted = None if family is None else family_of(family)
        recorded = verdicts_in(here.folders.desk_db, here.clock)
        rows = [
            row
            for row in strategies(folder, recorded, research=research)
            if wanted is None or row.spec is None or row.spec.family == wanted
        ]
        if as_json:
            found = [row.as_dict() for row in rows]
            emit({"strategies": found, "workspace": str(folder)}, as_json=True)
            return
        table("Strategies", COLUMNS, [cells(row) for row in rows])
        say(workspace_lines(rows, folder))


@app.command("show")
def show(
    spec: SpecArgument,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show a spec and its rules in plain words; the document itself with --json."""
    with reporting(as_json=as_json):
        from engine.language import library
        from engine.language.wording import in_words
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.local import local

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        found = _spec(here, spec)
        words = in_words(found, wanted)
        tier = library.tier_of(found)
        data = {
            "spec": found.model_dump(mode="json"),
            "words": list(words),
            "digest": found.digest,
            "tier": tier,
        }
        head = [f"{found.name} ({found.digest[:12]})", found.hypothesis]
        emit(data, as_json=as_json, text=[*filter(None, head), *words])


@app.command("check")
def check(spec: SpecArgument, data: DataOption = None, as_json: JsonFlag = False) -> None:
    """Check a spec: units, names, lints, whether it ever fires.

    Exit code 0: it may run (warnings may stand). 1: it has errors. 2: it cannot be read at all.
    """
    with reporting(as_json=as_json):
        from guardrails.desk.checking import full_check, sweep_check
        from guardrails.desk.cli.strategies import check_lines
        from guardrails.desk.local import local

        here = local()
        found = _spec(here, spec)
        report = full_check(found, _dataset(here, found, data))
        sweep = sweep_check(found, report)
        answer = {
            "ok": report.ok,
            "digest": report.digest,
            "rule_digest": report.rule_digest,
            "warmup_bars": report.warmup_bars,
            "findings": [one.model_dump(mode="json") for one in report.findings],
            "sweep": sweep.as_dict(),
        }
        emit(answer, as_json=as_json, text=check_lines(report, sweep))
        if not report.ok:
            raise typer.Exit(EXIT_NO)


@app.command("explain")
def explain(
    spec: SpecArgument,
    data: DataOption = None,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Day or UTC time of a bar."),
    ] = None,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Say the rules in words; with --data why it is long, short or flat at a train bar."""
    with reporting(as_json=as_json):
        from engine.language.wording import in_words
        from guardrails.desk.backtesting import BacktestRequest
        from guardrails.desk.cli.choices import language_of, moment_of
        from guardrails.desk.cli.strategies import explained_lines
        from guardrails.desk.explaining import explained
        from guardrails.desk.local import local
        from guardrails.desk.run_report import counted

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        found = _spec(here, spec)
        words = list(in_words(found, wanted))
        answer: dict[str, object] = {"name": found.name, "digest": found.digest, "words": words}
        if at is not None and data is None:
            raise InputError(
                "OPTION_NEEDS_DATA", "--at needs the bars that it is a time of", value="--at",
                hint="name a dataset: --data SYMBOL:TIMEFRAME",
            )  # fmt: skip
        lines = words
        dataset = _dataset(here, found, data)
        if dataset is not None:
            bar = explained(
                found, dataset, here.datasets(), moment_of(at), here.costs(), wanted,
                lambda run: counted(here, BacktestRequest(spec=run, dataset_ids=(dataset.id,))),
            )  # fmt: skip
            answer["bar"] = bar.as_dict()
            lines = [*words, "", *explained_lines(bar)]
        emit(answer, as_json=as_json, text=lines)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and underscores.")],
    model: Annotated[
        str | None, typer.Option("--from", help="Copy this strategy: a name or a file.")
    ] = None,
    family: FamilyOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a new spec into your workspace; it is valid at once and nothing is overwritten."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local
        from guardrails.desk.new_spec import check_name, copy_of, family_of, template, write_new

        here = local()
        check_name(name)
        wanted = None if family is None else family_of(family)
        made = (
            template(name, wanted) if model is None else copy_of(_spec(here, model), name, wanted)
        )
        path = write_new(here.folders.strategies, made)
        data = {"name": name, "path": str(path), "digest": made.digest}
        lines = [str(path), f"edit it, then: peak strategy check {name}"]
        emit(data, as_json=as_json, text=lines)


@app.command("export")
def export(
    spec: SpecArgument,
    target: Annotated[str, typer.Option("--to", help="backtesting, freqtrade or pine.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write to this new file.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a spec as source text for another engine; what differs stands in its head."""
    with reporting(as_json=as_json):
        from engine.export.targets import export as export_spec
        from guardrails.desk.local import local

        found = _spec(local(), spec)
        source = export_spec(found, target)
        if out is not None:
            _write_new(out, source)
        data = {"target": target, "digest": found.digest, "certified": False}
        if as_json:
            emit({**data, "source": source, "out": str(out) if out else None}, as_json=True)
        elif out is None:
            sys.stdout.write(source)
        else:
            emit(data, as_json=False, text=[f"{out}: {found.name} for {target}, not certified"])


def _spec(here: Local, ref: str) -> StrategySpec:
    """The spec that a person names."""
    from guardrails.desk.specs import find_spec

    return find_spec(ref, here.folders.strategies)


def _dataset(here: Local, spec: StrategySpec, data: str | None) -> Dataset | None:
    """The dataset that a person names, None for nothing; a file is registered first."""
    from guardrails.desk.intake import dataset_for

    if data is None:
        return None
    store = here.datasets()
    if not Path(data).is_file():
        return dataset_for(store, spec, data)
    from guardrails.desk.cli.importing import registered_file

    return registered_file(store, Path(data), spec)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(
            "FILE_NOT_WRITTEN", f"the file cannot be written: {error.strerror}", value=str(path),
            hint="name a new file in a folder that exists",
        ) from error  # fmt: skip
