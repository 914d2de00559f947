"""`peak simulator`: a local exchange on loopback, as a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from guardrails.desk.cli.output import reporting

MODULE: Final = "guardrails.execution.simulator"


def simulator(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 0,
    symbol: Annotated[str, typer.Option(help="BTC/USDT:USDT is a perpetual.")] = "BTC/USDT",
    timeframe: Annotated[str, typer.Option(help="Of the bars it is fed with.")] = "1h",
    data: Annotated[
        Path | None, typer.Option(help="File with its bars; a random walk without.")
    ] = None,
    bars: Annotated[int, typer.Option(min=1, max=500_000, help="Length of the walk.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    faults: Annotated[Path | None, typer.Option(help="TOML script of faults.")] = None,
) -> None:
    """Run the exchange simulator until Ctrl-C; its first line says where it listens."""
    with reporting(as_json=False):
        import subprocess
        import sys

        from guardrails.desk.cli.choices import timeframe_of

        words = {
            "--port": port, "--symbol": symbol, "--timeframe": timeframe_of(timeframe).value,
            "--data": data, "--bars": bars, "--seed": seed, "--faults": faults,
        }  # fmt: skip
        given = [str(word) for pair in words.items() if pair[1] is not None for word in pair]
        command = [sys.executable, "-m", MODULE, *given]
        with subprocess.Popen(command) as process:  # noqa: S603 - our own module
            try:
                code = process.wait()
            except KeyboardInterrupt:
                code = process.wait()
        raise typer.Exit(code)
