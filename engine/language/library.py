"""The library: published rules as specs, one data file each, named <family>_<market>_<profile>.

A profile changes sizing and limits only, never the signal. Whether a spec passes the gate is
shown as it is; standing here is no recommendation.

    library_specs/*.json             rules that may go as far as the gate lets them, and two demos
    library_specs/research/*.json    the research shelf: studies, certified for paper at most
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from engine.errors import InputError
from engine.language.checker import CheckReport, check
from engine.language.codes import Code
from engine.language.identity import shape_digest
from engine.language.spec import StrategySpec, read_spec
from engine.text import did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Profile: TypeAlias = Literal["conservative", "moderate", "aggressive"]
Shelf: TypeAlias = Literal["library", "demo", "research"]
Tier: TypeAlias = Literal["paper", "live"]
"""The furthest that a certificate may ever reach; what the gate grants may be less."""

RESEARCH_TAG: Final = "research"
DEMO_TAG: Final = "demo"
_FOLDER: Final = "library_specs"
_RESEARCH: Final = "research"
_SUFFIX: Final = ".json"


def _folder(*below: str) -> Traversable:
    return files("engine.language").joinpath(_FOLDER, *below)


def _stems(folder: Traversable) -> tuple[str, ...]:
    entries = (entry.name for entry in folder.iterdir() if entry.name.endswith(_SUFFIX))
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in entries))


@cache
def names() -> tuple[str, ...]:
    """Names of all library specs, demonstrations included and the research shelf not, sorted."""
    return _stems(_folder())


@cache
def research_names() -> tuple[str, ...]:
    """Names of the research shelf, sorted."""
    return _stems(_folder(_RESEARCH))


def is_known(name: str) -> bool:
    """Whether the library or its research shelf has a spec of this name."""
    return name in names() or name in research_names()


@cache
def load(name: str) -> StrategySpec:
    """One spec of the library or of the research shelf.

    Raises:
        InputError: LIBRARY_UNKNOWN with the nearest names.
    """
    if not is_known(name):
        known = [*names(), *research_names()]
        near = did_you_mean(name, known)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
        raise InputError("LIBRARY_UNKNOWN", "the library has no such spec", value=name, hint=hint)
    below = (_RESEARCH,) if name in research_names() else ()
    return read_spec(_folder(*below).joinpath(name + _SUFFIX).read_bytes())


def shelf(name: str) -> Shelf:
    """Where a spec stands: library, demo or research.

    Raises:
        InputError: LIBRARY_UNKNOWN with the nearest names.
    """
    tags = load(name).tags
    if name in research_names():
        return "research"
    return "demo" if DEMO_TAG in tags else "library"


def profile(name: str) -> Profile | None:
    """The risk profile that a name ends with, None for a spec without one."""
    last = name.rsplit("_", 1)[-1]
    return next((known for known in get_args(Profile) if known == last), None)


def tier(name: str) -> Tier:
    """The furthest tier of a spec of the library by name; see `tier_of`.

    Raises:
        InputError: LIBRARY_UNKNOWN with the nearest names.
    """
    return tier_of(load(name))


def tier_of(spec: StrategySpec, report: CheckReport | None = None) -> Tier:
    """The furthest tier that any certificate of this spec may reach.

    Paper for studies: tagged `research` or `demo`, built on a label that is not statistically
    supported, or of the shape of a shelf spec: a copy without its tag, or with other numbers,
    is the same study. report: what the checker said about this spec, if it is known already.
    """
    if {RESEARCH_TAG, DEMO_TAG} & set(spec.tags):
        return "paper"
    known = check(spec) if report is None else report
    unsupported = any(found.code == Code.NOT_STATISTICALLY_SUPPORTED for found in known.findings)
    return "paper" if unsupported or known.shape_digest in _study_shapes() else "live"


@cache
def _study_shapes() -> frozenset[str]:
    return frozenset(shape_digest(load(name)) for name in research_names())
