"""`peak doctor` and `peak version`: one light and one sentence for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_NO, console, emit, reporting

if TYPE_CHECKING:
    from guardrails.desk.health import PartHealth

_LIGHT: Final = {"ok": "green", "look": "yellow", "bad": "red"}


def _lights() -> tuple[PartHealth, ...]:
    """Every part's light; settings that cannot be read are a finding, not the end of it."""
    from engine.errors import ConfigError
    from guardrails.desk.health import PartHealth, examine
    from guardrails.desk.local import local

    try:
        here = local()
    except ConfigError as error:
        return (PartHealth("config", "bad", f"{error.code}: {error.message}; {error.hint}"),)
    return examine(here)


def doctor(as_json: JsonFlag = False) -> None:
    """Health of this installation, part by part; the overall status comes last."""
    with reporting(as_json=as_json):
        lights = _lights()
        worst = max((one.light for one in lights), key=["ok", "look", "bad"].index)
        if as_json:
            parts = [
                {"part": one.part, "light": one.light, "sentence": one.sentence} for one in lights
            ]
            emit({"parts": parts, "status": worst}, as_json=True)
        else:
            from rich.text import Text

            from engine.text import clean_text

            out = console()
            for one in lights:
                mark = Text(f"{one.light:>4}  ", style=_LIGHT[one.light])
                sentence = Text(f"{one.part:<9} {clean_text(one.sentence)}")
                out.print(mark + sentence, soft_wrap=True)
            out.print(Text(f"overall: {worst}", style=_LIGHT[worst]))
        if worst == "bad":
            raise typer.Exit(EXIT_NO)


def version(as_json: JsonFlag = False) -> None:
    """Version and licence."""
    from guardrails.desk.about import LICENCE, product_version

    data = {"version": product_version(), "licence": LICENCE}
    emit(data, as_json=as_json, text=[f"Peak Trade {data['version']} ({LICENCE})"])
