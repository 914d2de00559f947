"""`peak strategy`: list, show, check and export specs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import InputError
from guardrails.desk.cli.options import JsonFlag, LanguageOption, SpecArgument
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, table

app = typer.Typer(no_args_is_help=True, help="Strategy specs: list, show, check, export.")


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the library's specs and your own."""
    with reporting(as_json=as_json):
        from engine.language import library
        from guardrails.desk.local import local
        from guardrails.desk.specs import own_specs

        folder = local().folders.strategies
        own = [(name, "own", path.name) for name, path in own_specs(folder).items()]
        shipped = [(name, "library", library.load(name).family) for name in library.names()]
        if as_json:
            names = [{"name": name, "from": where} for name, where, _ in [*own, *shipped]]
            emit({"strategies": names}, as_json=True)
            return
        table("Strategies", ("name", "from", "family"), [*own, *shipped])


@app.command("show")
def show(
    spec: SpecArgument,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show a spec and its rules in plain words."""
    with reporting(as_json=as_json):
        from engine.language.wording import in_words
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.local import local
        from guardrails.desk.specs import find_spec

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        found = find_spec(spec, here.folders.strategies)
        words = in_words(found, wanted)
        data = {"spec": found.model_dump(mode="json"), "words": list(words)}
        emit(data, as_json=as_json, text=[f"{found.name} ({found.digest[:12]})", *words])


@app.command("check")
def check(spec: SpecArgument, as_json: JsonFlag = False) -> None:
    """Check a spec: units, names, causality by construction, lints."""
    with reporting(as_json=as_json):
        from engine.language.checker import check as check_spec
        from guardrails.desk.local import local
        from guardrails.desk.specs import find_spec

        report = check_spec(find_spec(spec, local().folders.strategies))
        findings = [one.model_dump(mode="json") for one in report.findings]
        data = {
            "ok": report.ok,
            "digest": report.digest,
            "rule_digest": report.rule_digest,
            "warmup_bars": report.warmup_bars,
            "findings": findings,
        }
        lines = [
            f"{'ok' if report.ok else 'not ok'}; warm-up {report.warmup_bars} bars",
            *[f"{f.level} {f.code} {f.path}: {f.message} {f.hint}" for f in report.findings],
        ]
        emit(data, as_json=as_json, text=lines)
        if not report.ok:
            raise typer.Exit(EXIT_NO)


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
        from guardrails.desk.specs import find_spec

        found = find_spec(spec, local().folders.strategies)
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
