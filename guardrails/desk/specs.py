"""Finding a spec by what a person calls it: a library name, one of their own, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import InputError
from engine.language import library
from engine.text import did_you_mean
from guardrails.desk.workspace import SUFFIX, own_names, read_file, read_own

if TYPE_CHECKING:
    from engine.language.spec import StrategySpec

_LONGEST_PART: Final = 200


def find_spec(ref: str, own_folder: Path) -> StrategySpec:
    """The spec of a name (workspace, library, research shelf), else of a path.

    For what a person types on this machine; `named_spec` is for names from elsewhere.

    Raises:
        InputError: SPEC_UNKNOWN with near names, SPEC_NAME_TAKEN when workspace and library both
            have the name, or what is wrong with the file.
    """
    path, own = Path(ref), own_names(own_folder)
    if ref not in own and ref.removesuffix(SUFFIX) in own and not _exists(path):
        return read_own(own_folder / ref)
    named = ref in own or library.is_known(ref)
    if not named and (path.suffix == SUFFIX or _exists(path)):
        return read_file(path)
    return named_spec(ref, own_folder)


def named_spec(name: str, own_folder: Path) -> StrategySpec:
    """The spec of a name; a path is never followed.

    Raises:
        InputError: SPEC_UNKNOWN, SPEC_NAME_TAKEN, or what is wrong with the workspace file.
    """
    if name in own_names(own_folder):
        return read_own(own_folder / f"{name}{SUFFIX}")
    if library.is_known(name):
        return library.load(name)
    raise _unknown(name, own_folder)


def member_specs(spec: StrategySpec, own_folder: Path) -> tuple[StrategySpec, ...]:
    """The strategies that an ensemble names, in its order; none for any other spec.

    Raises:
        InputError: SPEC_UNKNOWN, ENSEMBLE_NESTED.
    """
    if spec.ensemble is None:
        return ()
    return tuple(_member(member.strategy, own_folder) for member in spec.ensemble.members)


def _member(name: str, own_folder: Path) -> StrategySpec:
    found = named_spec(name, own_folder)
    if found.ensemble is not None or found.pair is not None:
        raise InputError(
            "ENSEMBLE_NESTED", "a member must be a strategy of rules or a ranking",
            value=name, hint="name its members themselves",
        )  # fmt: skip
    return found


def _exists(path: Path) -> bool:
    return all(len(part) <= _LONGEST_PART for part in path.parts) and path.exists()


def _unknown(ref: str, own_folder: Path) -> InputError:
    known = [*own_names(own_folder), *library.names(), *library.research_names()]
    near = did_you_mean(ref, known)
    hint = f"did you mean {', '.join(near)}?" if near else "list them with `peak strategy list`"
    return InputError("SPEC_UNKNOWN", "there is no strategy of this name", value=ref, hint=hint)
