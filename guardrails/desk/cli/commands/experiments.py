"""`peak experiments`: everything that was ever run, compared and ranked; nothing is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

import typer

from guardrails.desk.cli.options import JsonFlag, LanguageOption
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, say

if TYPE_CHECKING:
    from guardrails.desk.cli.choices import Language
    from guardrails.desk.experiments import Experiments
    from guardrails.desk.local import Local

Shown = dict[str, Any]
_LARGEST = 50_000_000
app = typer.Typer(
    no_args_is_help=True, help="Experiments: list, show, compare, best, reveal, export."
)
Name = Annotated[str, typer.Argument(help="The number of a trial, or an id of the list.")]
MarketOption = Annotated[str | None, typer.Option("--market", help="A symbol or a family.")]


def _here() -> Local:
    from guardrails.desk.local import local

    return local()


def _language(said: str | None, here: Local) -> Language:
    from guardrails.desk.cli.choices import language_of

    return language_of(said, here.settings.deployment.language)


def _read(here: Local, path: str, alone: Callable[[Experiments], object]) -> Any:  # noqa: ANN401 - JSON
    """The answer of the running desk, or of this process while none runs."""
    from engine.records import canonical, read_json

    if here.running():
        from guardrails.desk.desk_client import DeskClient

        return DeskClient.of(here.folders.run, timeout_s=120.0).get(path)
    from guardrails.desk.experiments_alone import registry

    with registry(here) as found:
        return read_json(canonical(alone(found)), max_bytes=_LARGEST)


@app.command("list")
def list_(
    market: MarketOption = None,
    strategy: Annotated[str | None, typer.Option("--strategy", help="A strategy's name.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="backtest, sweep, stress ...")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="A day, UTC.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="Rows, at most 20000.")] = 50,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List experiments, the newest first."""
    with reporting(as_json=as_json):
        from datetime import UTC

        from guardrails.desk.cli.experiments_text import print_list
        from guardrails.desk.experiments import Filters

        here = _here()
        wanted = _language(language, here)
        start = None if since is None else since.replace(tzinfo=UTC)
        filters = Filters(market, strategy, kind, start, limit)
        asked = {
            "market": market, "strategy": strategy, "type": kind,
            "since": None if start is None else start.isoformat(), "limit": limit,
        }  # fmt: skip
        query = urlencode({key: value for key, value in asked.items() if value is not None})

        def alone(found: Experiments) -> object:
            """The same without a desk."""
            rows = [one.as_dict() for one in found.list(filters)]
            return {"experiments": rows, "trials": found.count()}

        answer = _read(here, f"/api/experiments?{query}", alone)
        if as_json:
            emit(answer, as_json=True)
        else:
            print_list(answer, wanted, filtered=any((market, strategy, kind, since)))


@app.command("show")
def show(name: Name, language: LanguageOption = None, as_json: JsonFlag = False) -> None:
    """Show one experiment: its rules in words, figures, origin, code and outcomes."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.experiments_text import print_one

        here = _here()
        wanted = _language(language, here)
        path = f"/api/experiments/{quote(name, safe='')}"
        answer = _read(here, path, lambda found: found.show(name))
        if as_json:
            emit(answer, as_json=True)
        else:
            print_one(answer, wanted)


@app.command("compare")
def compare(
    names: Annotated[list[str], typer.Argument(help="Two to eight experiments.")],
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Put experiments side by side; other days, data or costs are named first."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.experiments_text import print_compared

        here = _here()
        wanted = _language(language, here)
        path = f"/api/experiments/compare?{urlencode([('id', name) for name in names])}"
        answer = _read(here, path, lambda found: found.compare(names))
        if as_json:
            emit(answer, as_json=True)
        else:
            print_compared(answer, wanted)


@app.command("best")
def best(
    market: Annotated[str, typer.Option("--market", help="A symbol or a family.")],
    limit: Annotated[int, typer.Option("--limit", help="Rows, at most 50.")] = 10,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write to this .html or .md file.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Rank a market's experiments by what is left after all trials were counted."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.experiments_text import print_best
        from guardrails.desk.experiment_best import best_of

        here = _here()
        wanted = _language(language, here)
        samples = here.settings.gate.bootstrap_samples
        answer = _read(
            here,
            f"/api/experiments/best?{urlencode({'market': market, 'limit': limit})}",
            lambda found: best_of(
                found, here.datasets().datasets(), market, limit=limit, samples=samples
            ).as_dict(),
        )
        files = {} if report is None else _report(answer, report, wanted)
        if as_json:
            emit({**answer, "files": files}, as_json=True)
        else:
            print_best(answer, wanted)
            say(list(files.values()))


def _report(answer: Shown, path: Path, language: Language) -> dict[str, str]:
    from engine.records import canonical
    from engine.reports.best_report import best_html, best_markdown
    from guardrails.desk.cli.experiments_text import best_record
    from guardrails.desk.report_files import Written, put_forms

    record = best_record(answer)
    page = Written(
        html=lambda: best_html(record, language),
        md=lambda: best_markdown(record, language),
        json=lambda: canonical(record).decode(),
    )
    return put_forms(page, path, None)


@app.command("reveal")
def reveal(
    candidate: Annotated[str, typer.Argument(help="A candidate's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the figures of a look that failed; it costs the next look some of its cap."""
    with reporting(as_json=as_json):
        from engine.gate.messages import digits
        from guardrails.desk.cli.experiments_text import WORDS
        from guardrails.desk.desk_client import DeskClient

        here = _here()
        wanted = _language(language, here)
        words = WORDS[wanted]
        client = DeskClient.of(here.folders.run)
        path = f"/api/candidates/{quote(candidate, safe='')}/reveal"
        offer = client.get(path)
        say([offer["sentence"][wanted]], error=as_json)
        if not (yes or typer.confirm(words["confirm"], err=as_json)):
            raise typer.Exit(EXIT_NO)
        body = {"cap_now": offer["cap_now"], "cap_after": offer["cap_after"]}
        answer = client.post(path, body)
        answer["report"] = f"{client.url}{answer['report']}"
        after = digits(float(offer["cap_after"]), wanted)
        lines = [words["revealed"].format(after=after), f"{words['report']}: {answer['report']}"]
        emit(answer, as_json=as_json, text=lines)


@app.command("export")
def export(
    mlflow: Annotated[str, typer.Option("--mlflow", help="A folder, or a tracking address.")],
    market: MarketOption = None,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Copy trials into an MLflow store, one way; what is there already is left alone."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.experiments_text import WORDS
        from guardrails.desk.cli.mlflow_export import export_trials
        from guardrails.desk.experiments import MOST, Filters

        here = _here()
        words = WORDS[_language(language, here)]
        asked = {"limit": MOST} | ({} if market is None else {"market": market})
        filters = Filters(market=market, limit=MOST)
        answer = _read(
            here,
            f"/api/experiments?{urlencode(asked)}",
            lambda found: {"experiments": [one.as_dict() for one in found.list(filters)]},
        )
        done = export_trials(answer["experiments"], mlflow)
        line = words["exported"].format(count=done.written, known=done.known, where=done.where)
        emit(done.as_dict(), as_json=as_json, text=[line])
