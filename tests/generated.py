"""What the code writes into the documentation: `make generated` renews it, a test compares it.

A block stands between `<!-- BEGIN GENERATED name -->` and `<!-- END GENERATED name -->`; the text
around it is written by people and stays.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from config.errors import ConfigCode
from config.reference import mode_table, profile_table, settings_schema, settings_tables
from engine.gate.findings import GateCode
from engine.gate.wordings import WORDS
from engine.language.catalogue.names import SERIES, STATES
from engine.language.codes import WARNINGS, Code
from engine.language.operators import OPERATORS
from guardrails.ceilings import CEILINGS, FLOORS
from guardrails.desk.cli.main import app as main_app
from guardrails.profiles import TABLE
from guardrails.reasons import Reason
from tests.controls import rows as control_rows
from tests.needs import ROOT

REFERENCE = "docs/reference"
SCHEMA = "config/schema.json"


class Block(NamedTuple):
    """One generated block: the file it stands in, its name, and what writes it."""

    file: str
    name: str
    made: Callable[[], str]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    names = list(head)
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in r] for r in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def by_category(codes: Iterable[str]) -> str:
    """Codes grouped by the word before their first underscore."""
    groups: dict[str, list[str]] = {}
    for code in codes:
        groups.setdefault(code.partition("_")[0], []).append(f"`{code}`")
    return table(["category", "codes"], ([key, ", ".join(group)] for key, group in groups.items()))


def denial_codes() -> str:
    """Every reason for which an order, an approval or a request is denied."""
    return by_category(reason.value for reason in Reason)


def config_codes() -> str:
    """Every reason for which a process does not start."""
    return by_category(code.value for code in ConfigCode)


def finding_codes() -> str:
    """Gate codes with both answers, English."""
    rows = []
    for code in GateCode:
        words = WORDS[code].en if code in WORDS else None
        rows.append(
            [f"`{code.value}`", words.passed if words else "", words.failed if words else ""]
        )
    return table(["code", "passed", "not passed"], rows)


def language_codes() -> str:
    """Codes of the strategy check, errors and warnings apart."""
    errors = ", ".join(f"`{code.value}`" for code in Code if code not in WARNINGS)
    warnings = ", ".join(f"`{code.value}`" for code in Code if code in WARNINGS)
    return table(["level", "codes"], [["error", errors], ["warning", warnings]])


def operators() -> str:
    """Operators with arguments and an example."""
    rows = (
        [
            f"`{operator.name}`",
            operator.shape.strip("()"),
            f"`{operator.example}`",
            operator.note,
        ]
        for operator in OPERATORS.values()
    )
    return table(["operator", "arguments", "example", "note"], rows)


def names() -> str:
    """Series and trade states that an expression may name."""
    rows = [
        ["series", ", ".join(f"`{one.name}`" for one in SERIES if one.pair is None)],
        [
            "series of a spec with a pair",
            ", ".join(f"`{one.name}`" for one in SERIES if one.pair is not None),
        ],
        ["trade state (exits)", ", ".join(f"`{one.name}`" for one in STATES)],
    ]
    return table(["kind", "names"], rows)


def limits() -> str:
    """Risk limits of the three profiles; the last is the ceiling in code."""
    rows = (
        [f"`{key}`{' (floor)' if key in FLOORS else ''}", *map(str, TABLE[key]), str(ceiling)]
        for key, ceiling in CEILINGS.items()
    )
    return table(["limit", "conservative", "moderate", "aggressive = ceiling"], rows)


def controls() -> str:
    """Every control with its codes and the tests that show it."""
    return table(["#", "control", "reference", "codes", "shown by"], control_rows())


def commands() -> str:
    """Every `peak` command with the first sentence of its help."""
    rows = ([f"`peak {name}`", command.get_short_help_str(200)] for name, command in peak().items())
    return table(["command", "what it does"], rows)


def peak() -> dict[str, TyperCommand]:
    """Commands of the command line by name, `data import` for one of a group."""
    found: dict[str, TyperCommand] = {}

    def walk(group: TyperGroup, prefix: str) -> None:
        for name, command in group.commands.items():
            if isinstance(command, TyperGroup):
                walk(command, f"{prefix}{name} ")
            elif isinstance(command, TyperCommand):
                found[f"{prefix}{name}"] = command

    top = get_command(main_app)
    if isinstance(top, TyperGroup):
        walk(top, "")
    return found


BLOCKS = (
    Block(f"{REFERENCE}/commands.md", "commands", commands),
    Block(f"{REFERENCE}/settings.md", "settings", settings_tables),
    Block(f"{REFERENCE}/settings.md", "modes", mode_table),
    Block(f"{REFERENCE}/settings.md", "profiles", profile_table),
    Block(f"{REFERENCE}/codes.md", "denials", denial_codes),
    Block(f"{REFERENCE}/codes.md", "findings", finding_codes),
    Block(f"{REFERENCE}/codes.md", "language", language_codes),
    Block(f"{REFERENCE}/codes.md", "config", config_codes),
    Block(f"{REFERENCE}/operators.md", "operators", operators),
    Block(f"{REFERENCE}/operators.md", "names", names),
    Block(f"{REFERENCE}/limits.md", "limits", limits),
    Block(f"{REFERENCE}/controls.md", "controls", controls),
)


def with_block(text: str, block: Block) -> str:
    """The file's text with the block renewed.

    Raises:
        ValueError: when the file has no such block, or more than one.
    """
    begin, end = (f"<!-- {word} GENERATED {block.name} -->" for word in ("BEGIN", "END"))
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    found = len(pattern.findall(text))
    if found != 1:
        raise ValueError(f"{block.file} has {found} blocks named {block.name}, one is needed")
    made = f"{begin}\n\n{block.made()}\n\n{end}"
    return pattern.sub(lambda _: made, text)


def wanted(root: Path = ROOT) -> dict[Path, str]:
    """Every generated file and what it ought to hold."""
    texts: dict[Path, str] = {root / SCHEMA: settings_schema()}
    for block in BLOCKS:
        file = root / block.file
        text = texts.get(file) or file.read_text(encoding="utf-8")
        texts[file] = with_block(text, block)
    return texts


def main() -> None:
    """Write every file that is not as it ought to be, and name it."""
    for file, text in wanted().items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"renewed {file.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
