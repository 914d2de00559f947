"""`peak tickets`: list, show, approve and reject order tickets through the running desk."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import emit, reporting, say, table

app = typer.Typer(no_args_is_help=True, help="Order tickets: list, show, approve, reject.")
TicketArgument = Annotated[str, typer.Argument(help="The digest, or its first 8 characters.")]
PasswordOption = Annotated[
    str, typer.Option(prompt=True, hide_input=True, help="Your password, for this decision.")
]


def _client() -> Any:  # noqa: ANN401 - imported lazily, its type is DeskClient
    from guardrails.desk.desk_client import DeskClient
    from guardrails.desk.local import local

    return DeskClient.of(local().folders.run)


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List tickets, those that wait for a decision first."""
    with reporting(as_json=as_json):
        rows = _client().get("/api/tickets")["tickets"]
        if as_json:
            emit({"tickets": rows}, as_json=True)
            return
        if not rows:
            emit(
                None,
                as_json=False,
                text=["No ticket yet. A certified strategy makes one when its rule fires."],
            )
            return
        cells = [
            (
                row["digest"][:8],
                row["ticket"]["side"],
                row["ticket"]["quantity"],
                row["ticket"]["symbol"],
                row["ticket"]["limit_price"],
                row["state"],
                row["ticket"]["expires_at"],
            )
            for row in rows
        ]
        columns = ("ticket", "side", "quantity", "symbol", "at most", "state", "expires")
        table("Order tickets", columns, cells, right=("quantity", "at most"))


@app.command("show")
def show(ticket: TicketArgument, as_json: JsonFlag = False) -> None:
    """Show one ticket with the limits after its fill."""
    with reporting(as_json=as_json):
        row = _client().get(f"/api/tickets/{ticket}")
        emit(row, as_json=as_json, text=_ticket_lines(row))


def _ticket_lines(row: dict[str, Any]) -> list[str]:
    ticket = row["ticket"]
    return [
        f"{ticket['mode'].upper()}  {ticket['side']} {ticket['quantity']} {ticket['symbol']}",
        f"price bound    {ticket['limit_price']}",
        f"notional       {ticket['notional_quote']}",
        f"stop           {ticket['stop_price']}",
        f"loss at stop   {ticket['worst_loss_quote']}",
        f"expires        {ticket['expires_at']}",
        f"short code     {row['digest'][:8]}",
        f"state          {row['state']}",
        *[f"denied         {one['code']}: {one['message']}" for one in row["denials"]],
    ]


def _decide(ticket: str, decision: str, password: str, *, as_json: bool, confirm: bool) -> None:
    from guardrails.desk.cli.progress import waiting

    client = _client()
    shown = client.post(f"/api/tickets/{ticket}/show")
    row = client.get(f"/api/tickets/{ticket}")
    if not as_json:
        say(_ticket_lines(row))
    if confirm:
        typer.confirm(f"{decision} this ticket?", abort=True)
    dwell = float(client.get("/api/status")["min_dwell_s"])
    with waiting(f"time to read, {dwell:.0f} s"):
        time.sleep(dwell)
    body = {"digest": row["digest"], "nonce": shown["nonce"], "decision": decision}
    answer = client.post(f"/api/tickets/{row['digest']}/decision", body | {"password": password})
    done = "approved and released" if answer["released"] else decision
    emit(answer, as_json=as_json, text=[f"{row['digest'][:8]} {done}"])


@app.command("approve")
def approve(
    ticket: TicketArgument,
    password: PasswordOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Approve exactly what is shown."""
    with reporting(as_json=as_json):
        _decide(ticket, "approve", password, as_json=as_json, confirm=not (yes or as_json))


@app.command("reject")
def reject(ticket: TicketArgument, password: PasswordOption, as_json: JsonFlag = False) -> None:
    """Reject a ticket; the same idea cannot come back for an hour."""
    with reporting(as_json=as_json):
        _decide(ticket, "reject", password, as_json=as_json, confirm=False)
