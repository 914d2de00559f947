"""`peak doctor` and `peak version`: one light and one sentence for each part."""

from __future__ import annotations

from typing import Annotated

import typer

from guardrails.desk.cli.output import EXIT_NO, console, emit, reporting

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
_LIGHT = {"ok": "green", "look": "yellow", "bad": "red"}


def doctor(as_json: JsonFlag = False) -> None:
    """Health of this installation, part by part; the overall status comes last."""
    with reporting(as_json=as_json):
        from guardrails.desk.health import examine
        from guardrails.desk.local import local

        lights = examine(local())
        worst = max((one.light for one in lights), key=["ok", "look", "bad"].index)
        if as_json:
            parts = [
                {"part": one.part, "light": one.light, "sentence": one.sentence} for one in lights
            ]
            emit({"status": worst, "parts": parts}, as_json=True)
        else:
            from rich.text import Text

            for one in lights:
                mark = Text(f"{one.light:>4} ", style=_LIGHT[one.light])
                console().print(mark + Text(f"{one.part:<10} {one.sentence}"))
            console().print(Text(f"overall: {worst}", style=_LIGHT[worst]))
        if worst == "bad":
            raise typer.Exit(EXIT_NO)


def version(as_json: JsonFlag = False) -> None:
    """Version and licence."""
    from guardrails.desk.about import LICENCE, product_version

    data = {"version": product_version(), "licence": LICENCE}
    emit(data, as_json=as_json, text=[f"Peak Trade {data['version']} ({LICENCE})"])
