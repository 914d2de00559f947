"""The head of every exported file: which document it is, that it is not certified, what differs."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from engine.export.blueprint import Blueprint
from engine.language.wording import in_words
from engine.text import clean_text

_WIDTH: Final = 92


def header(blueprint: Blueprint, target: str, approximations: Sequence[str], mark: str) -> str:
    """Comment lines with the spec's name and digest, "not certified", rules and approximations.

    Args:
        blueprint: what is written down.
        target: the other engine's name.
        approximations: one sentence for everything that is not exactly ours.
        mark: how a comment begins there.
    """
    spec = blueprint.spec
    lines = [
        f"{clean_text(spec.name, 60)}, written for {target}",
        f"spec digest: {spec.digest}",
        "not certified: this text was made from a spec; no verdict of the gate covers it.",
        "",
        "Rules:",
        *[f"  {clean_text(line, 400)}" for line in in_words(spec, "en")],
        "",
        "Approximations, compared with the engine that the spec was written for:",
        *[f"- {line}" for line in approximations or ["none"]],
    ]
    wrapped = [
        part
        for line in lines
        for part in (wrap(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False) or [""])
    ]
    return "\n".join(f"{mark} {line}".rstrip() for line in wrapped)
