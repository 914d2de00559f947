"""`peak`: the command line of Peak Trade. Importing this loads typer alone."""

from __future__ import annotations

import sys

import typer

from guardrails.desk.cli.commands import (
    account,
    audit,
    copilot,
    data,
    doctor,
    halt,
    judging,
    serve,
    strategy,
    tickets,
)

app = typer.Typer(
    name="peak",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Peak Trade: the copilot proposes, the desk disposes, the gateway sends.",
)
app.add_typer(data.app, name="data")
app.add_typer(strategy.app, name="strategy")
app.add_typer(tickets.app, name="tickets")
app.add_typer(audit.app, name="audit")
app.command("serve")(serve.serve)
app.command("demo")(serve.demo)
app.command("login")(account.login)
app.command("logout")(account.logout)
app.command("draft")(copilot.draft)
app.command("chat")(copilot.chat)
app.command("backtest")(judging.backtest)
app.command("gate")(judging.gate)
app.command("report")(judging.report)
app.command("kill")(halt.kill)
app.command("rearm")(halt.rearm)
app.command("doctor")(doctor.doctor)
app.command("version")(doctor.version)


def run() -> None:
    """Entry point of the `peak` script."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
