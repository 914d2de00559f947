"""`peak report`: list and read reports, print them, compare several, write one of a backtest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from guardrails.desk.cli.options import JsonFlag, LanguageOption, SpecArgument
from guardrails.desk.cli.output import emit, reporting, table

if TYPE_CHECKING:
    from engine.reports.contents import TemplateName
    from engine.reports.data import Language
    from guardrails.desk.report_files import Written

FORMS: Final = ("html", "md", "json")
FIRST: Final = "show"


class _ShowFirst(TyperGroup):
    """A group whose first word may be a candidate: `peak report ID` shows it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own context type is private
        """Put `show` in front of what is not a command."""
        if not args or args[0] not in {*self.commands, "--help"}:
            args = [FIRST, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ShowFirst, help="Reports: list, read, print, compare, of a backtest.")
FormOption = Annotated[str, typer.Option("--format", help="html (its path), md or json")]
TemplateOption = Annotated[
    str, typer.Option("--template", help="research (everything) or management (one page)")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write to this .html, .md or .json file.")
]
PdfOption = Annotated[Path | None, typer.Option("--pdf", help="Print to this file.")]


@app.command(FIRST)
def show(
    candidate: Annotated[
        str | None, typer.Argument(help="A candidate's id or its start; none lists the newest.")
    ] = None,
    form: FormOption = "md",
    template: TemplateOption = "research",
    language: LanguageOption = None,
    out: OutOption = None,
    pdf: PdfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Print a candidate's report, or where the HTML file lies; without a name list them."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.choices import unknown
        from guardrails.desk.local import local
        from guardrails.desk.report_files import find_report, listed, row_of

        if form not in FORMS:
            raise unknown("FORMAT_UNKNOWN", "a format of a report", form, FORMS)
        folder = local().folders.reports
        if candidate is None:
            _list(listed(folder), as_json=as_json)
            return
        found = find_report(folder, candidate)
        files = {name: str(found.with_suffix(f".{name}")) for name in FORMS}
        if out is not None or pdf is not None:
            written = _write(found, template, language, out, pdf)
            emit({**row_of(found), "files": {**files, **written}}, as_json=as_json,
                 text=list(written.values()))  # fmt: skip
        elif as_json:
            from engine.records import read_json
            from guardrails.desk.report_files import MAX_REPORT_BYTES

            raw = read_json(found.read_bytes(), MAX_REPORT_BYTES)
            emit({**row_of(found), "files": files, "report": raw}, as_json=True)
        elif form == "html":
            emit(None, as_json=False, text=[files["html"]])
        elif form == "md" and (template != "research" or language is not None):
            typer.echo(_markdown(found, template, language))
        else:
            typer.echo(Path(files[form]).read_text(encoding="utf-8"))


@app.command("compare")
def compare(
    runs: Annotated[
        list[str], typer.Argument(help="Two to six candidates (id or start) or JSON report files.")
    ],
    form: Annotated[str, typer.Option("--format", help="md or json")] = "md",
    language: LanguageOption = None,
    out: OutOption = None,
    pdf: PdfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare train figures of several reports; different days, data or costs are named first."""
    with reporting(as_json=as_json):
        from engine.reports.compare import compare as compared
        from engine.reports.render_compare import compare_data, compare_html, compare_markdown
        from guardrails.desk.cli.choices import unknown
        from guardrails.desk.local import local
        from guardrails.desk.report_files import Written, put_forms, report_named

        if form not in FORMS[1:]:
            raise unknown("FORMAT_UNKNOWN", "a format of a comparison", form, FORMS[1:])
        folder = local().folders.reports
        found = compared([report_named(folder, run) for run in runs])
        wanted = _language(language)
        page = Written(
            html=lambda: compare_html(found, wanted),
            md=lambda: compare_markdown(found, wanted),
            json=lambda: _json(compare_data(found)),
        )
        written = put_forms(page, out, pdf)
        if as_json or form == "json":
            emit({**compare_data(found), "files": written}, as_json=True)
        elif written:
            emit(None, as_json=False, text=list(written.values()))
        else:
            typer.echo(page.md())


@app.command("backtest")
def backtest(
    spec: SpecArgument,
    data: Annotated[
        str | None, typer.Option("--data", help="A dataset: its id or SYMBOL:TIMEFRAME.")
    ] = None,
    fee_bps: Annotated[float | None, typer.Option(help="Taker fee, basis points.")] = None,
    slippage_bps: Annotated[float | None, typer.Option(help="Slippage, basis points.")] = None,
    template: TemplateOption = "research",
    language: LanguageOption = None,
    out: OutOption = None,
    pdf: PdfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Backtest a spec on train bars and write its report; the run is a counted trial."""
    with reporting(as_json=as_json):
        from guardrails.desk.backtesting import BacktestRequest
        from guardrails.desk.cli.choices import cost_bps
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local
        from guardrails.desk.report_files import forms_of, put_forms
        from guardrails.desk.run_report import run_report
        from guardrails.desk.specs import find_spec

        here = local()
        wanted, kind = _language(language), _template(template)
        request = BacktestRequest(
            spec=find_spec(spec, here.folders.strategies),
            dataset_ids=() if data is None else (here.datasets().find(data).id,),
            taker_fee_bps=cost_bps("--fee-bps", fee_bps),
            slippage_bps=cost_bps("--slippage-bps", slippage_bps),
        )
        with waiting("backtesting"):
            found, trials = run_report(here, request)
        page = forms_of(found, wanted, kind)
        written = put_forms(page, out, pdf)
        if as_json:
            emit({"files": written, "digest": found.digest, "trials": trials,
                  "metrics": found.train.model_dump()}, as_json=True)  # fmt: skip
        elif written:
            emit(None, as_json=False, text=list(written.values()))
        else:
            typer.echo(page.md())


def _language(said: str | None) -> Language:
    from guardrails.desk.cli.choices import language_of
    from guardrails.desk.local import local

    return language_of(said, local().settings.deployment.language)


def _template(said: str) -> TemplateName:
    from engine.reports.contents import TEMPLATES
    from guardrails.desk.cli.choices import unknown

    if said not in TEMPLATES:
        raise unknown("TEMPLATE_UNKNOWN", "a template of a report", said, list(TEMPLATES))
    return "management" if said == "management" else "research"


def _forms(found: Path, template: str, language: str | None) -> Written:
    from guardrails.desk.report_files import forms_of, read_report

    return forms_of(read_report(found), _language(language), _template(template))


def _write(
    found: Path, template: str, language: str | None, out: Path | None, pdf: Path | None
) -> dict[str, str]:
    from guardrails.desk.report_files import put_forms

    return put_forms(_forms(found, template, language), out, pdf)


def _markdown(found: Path, template: str, language: str | None) -> str:
    return _forms(found, template, language).md()


def _json(data: object) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _list(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json or not rows:
        empty = "No report yet. `peak gate SPEC` judges a strategy and writes one."
        emit({"reports": rows}, as_json=as_json, text=[empty])
        return
    cells = [
        (row["candidate_id"][:12], row["title"], row["verdict"], row["tier"] or "", row["trials"])
        for row in rows
    ]
    columns = ("candidate", "strategy", "verdict", "tier", "trials")
    table("Reports, the newest first", columns, cells, right=("trials",))
