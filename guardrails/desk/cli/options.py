"""Options that many commands share, each written once."""

from __future__ import annotations

from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", help="en or de; the installation's when not said.")
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", help="A settings profile: paper, research or demo.")
]
SpecArgument = Annotated[str, typer.Argument(help="A file, or the name of a strategy.")]
DatasetsOption = Annotated[
    list[str] | None,
    typer.Option("--data", help="A dataset or a CSV file; once for each instrument."),
]
DataOption = Annotated[
    str | None, typer.Option("--data", help="A dataset (id or SYMBOL:TIMEFRAME), or a CSV file.")
]
