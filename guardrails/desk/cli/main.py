"""`peak`: the command line of Peak Trade. Importing this loads typer alone."""

from __future__ import annotations

import os
import sys

import typer

from guardrails.desk.cli.commands import (
    account,
    audit,
    certificates,
    copilot,
    data,
    doctor,
    experiments,
    halt,
    judging,
    portfolio,
    reports,
    research,
    serve,
    simulator,
    store,
    strategy,
    tickets,
    windows,
)
from guardrails.desk.cli.output import EXIT_INPUT, EXIT_NO, report_fault
from guardrails.desk.cli.usage import only_wants_help, usage_fault

app = typer.Typer(
    name="peak",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Peak Trade: the copilot proposes, the desk disposes, the gateway sends.",
)
app.add_typer(data.app, name="data")
app.add_typer(strategy.app, name="strategy")
app.add_typer(portfolio.app, name="portfolio")
app.add_typer(experiments.app, name="experiments")
app.add_typer(tickets.app, name="tickets")
app.add_typer(audit.app, name="audit")
app.add_typer(reports.app, name="report")
app.add_typer(research.app, name="research")
app.add_typer(windows.app, name="windows")
app.add_typer(certificates.app, name="certificates")
app.add_typer(store.app, name="store")
app.command("serve")(serve.serve)
app.command("demo")(serve.demo)
app.command("login")(account.login)
app.command("logout")(account.logout)
app.command("draft")(copilot.draft)
app.command("chat")(copilot.chat)
app.command("backtest")(judging.backtest)
app.command("gate")(judging.gate)
app.command("kill")(halt.kill)
app.command("rearm")(halt.rearm)
app.command("simulator")(simulator.simulator)
app.command("doctor")(doctor.doctor)
app.command("version")(doctor.version)


def run() -> None:
    """Entry point of the `peak` script; whatever goes wrong has a code and an exit code."""
    os.umask(0o077)  # what a command writes is its user's alone
    try:
        code = app(standalone_mode=False)
    except typer.Abort:  # a question that nobody answered, or answered with no
        sys.exit(EXIT_NO)
    except typer.TyperException as error:
        if only_wants_help(error):
            sys.exit(EXIT_INPUT)  # the help is already on the screen
        sys.exit(report_fault(usage_fault(error), as_json="--json" in sys.argv))
    sys.exit(code if isinstance(code, int) else 0)
