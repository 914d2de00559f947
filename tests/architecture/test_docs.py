"""Documentation cannot rot: links resolve, commands and targets exist, pages keep their form."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generated import peak
from tests.needs import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s/])peak (?=[a-z-])(.*)")
TARGET = re.compile(r"make ((?:[A-Z_]+=\S+ )*)([a-z][a-z-]*)")
WORD = re.compile(r"[a-z][a-z-]*")
LONGEST_README = 150
FIRST_SCREEN = 45


def by_name(page: Path) -> str:
    """How a page is called in a test's name."""
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    """A page's text."""
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, made as code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()).strip() for head in heads)
    return {head.replace(" ", "-") for head in plain}


def shell_lines(text: str) -> Iterator[str]:
    """Lines of shell blocks and inline code: whatever a reader may type."""
    for language, body in FENCE.findall(text):
        if language in {"", "sh", "bash", "console"}:
            yield from (line.removeprefix("$ ").partition("  #")[0] for line in body.splitlines())
    yield from INLINE.findall(FENCE.sub("", text))


def peak_calls(page: Path) -> list[str]:
    """What stands after `peak` in every command of a page."""
    found = (COMMAND.search(line) for line in shell_lines(text_of(page)))
    return [match[1] for match in found if match]


def unknown(call: str) -> str:
    """What is wrong with the arguments of a `peak` call; empty when nothing is."""
    known = peak()
    words = shlex.split(call.replace("...", ""))
    names = [word for word in words[:3] if WORD.fullmatch(word)]
    longest = (" ".join(names[:count]) for count in (3, 2, 1))
    name = next((one for one in longest if one in known), "")
    if not name:
        group = any(one.startswith(f"{' '.join(names)} ") for one in known)
        only_group = group and bool(names) and len(words) == len(names)
        return "" if only_group or call.startswith("COMMAND") else f"no command: peak {call}"
    options = {text for one in known[name].params for text in (*one.opts, *one.secondary_opts)}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    strange = given - options - {"--help"}
    return f"peak {name} has no option {', '.join(sorted(strange))}" if strange else ""


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files exist, and anchors are headings of the page they point into."""
    broken = []
    for link in LINK.findall(FENCE.sub("", text_of(page))):
        if link.startswith(("https://", "mailto:")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_exists(page: Path) -> None:
    """A `peak` command in a page can be typed: command, subcommand and options are known."""
    problems = (unknown(call) for call in peak_calls(page))
    assert [problem for problem in problems if problem] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_make_target_exists(page: Path) -> None:
    """A `make` target in a page stands in the Makefile."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    found = (TARGET.match(line) for line in shell_lines(text_of(page)))
    named = {match[2] for match in found if match}
    assert named <= targets


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("kill --reason x --flatten", ""),
        ("data import FILE --symbol BTC/USDT --timeframe 1h", ""),
        ("data", ""),
        ("klil", "no command: peak klil"),
        ("data imprt FILE", "no command: peak data imprt FILE"),
        ("kill --flaten", "peak kill has no option --flaten"),
    ],
)
def test_a_wrong_command_is_seen(call: str, problem: str) -> None:
    """The detector finds a misspelt command, subcommand and option, and passes right ones."""
    assert unknown(call) == problem


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_a_page_names_nothing_that_a_reader_does_not_have(page: Path) -> None:
    """No folder outside the checkout stands in a page."""
    assert "../shared" not in text_of(page)


def test_every_page_can_be_found_from_the_index() -> None:
    """Each page under docs/ is linked from the index, or from the list of decisions."""
    start = [ROOT / "docs" / "index.md", ROOT / "docs" / "adr" / "index.md"]
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in start
        for link in LINK.findall(text_of(page))
    }
    assert [by_name(page) for page in PAGES if "docs" in page.parts and page not in linked] == [
        "docs/index.md"
    ]


def test_decisions_are_numbered_without_gaps() -> None:
    """0001, 0002, ... each with its number in the title."""
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert all(text_of(page).startswith(f"# {int(page.name[:4])}. ") for page in DECISIONS)


@pytest.mark.parametrize("page", DECISIONS, ids=by_name)
def test_a_decision_names_its_price(page: Path) -> None:
    """Context, decision, price paid: a decision without a price was none."""
    heads = re.findall(r"^## (.+)$", text_of(page), re.MULTILINE)
    assert heads == ["Context", "Decision", "Price paid"]


def test_the_readme_is_one_page_with_both_commands_first() -> None:
    """At most 150 lines; `make demo` and `make test` stand on the first screen."""
    lines = text_of(ROOT / "README.md").splitlines()
    assert len(lines) <= LONGEST_README
    assert any("make demo" in line for line in lines[:FIRST_SCREEN])
    assert any("make test" in line for line in lines)


def test_changelog_lines_are_short() -> None:
    """An entry has at most 25 words: what a user notices."""
    entries = [line for line in text_of(ROOT / "CHANGELOG.md").splitlines() if line[:2] == "- "]
    assert entries
    assert [line for line in entries if len(line.split()) - 1 > 25] == []


def test_the_licence_is_the_one_we_name() -> None:
    """LICENSE, pyproject and README agree."""
    licence = text_of(ROOT / "LICENSE")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
    assert "Version 3, 19 November 2007" in licence
    assert 'license = "AGPL-3.0-or-later"' in text_of(ROOT / "pyproject.toml")
    assert "AGPL-3.0-or-later" in text_of(ROOT / "README.md")
