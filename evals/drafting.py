"""The drafting suite: conversations in, scores A to F out, the same for every drafter.

`cases`: how many. `action`: share with a right action. `slot_f1`: micro-averaged.
`execution_match`: mean share of sides and roles. `validity`: share of drafts without an error
finding (`validity_first_try`: before repairs). `over_asking`: share of cases. `forbidden`: count.
The same by kind and by language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from engine.errors import PeakError
from evals.case import BrokenCase, Case, read_cases
from evals.scorers import Result, failed, score
from evals.slots import f1
from evals.subject import OfflineSubject, Subject

OWN_CASES: Final = Path(__file__).parent / "datasets" / "drafting.jsonl"
DIGITS: Final = 4


def run(cases: Sequence[Case | BrokenCase], subject: Subject | None = None) -> list[Result]:
    """Results of every case, in order; one that cannot be run is a failed one."""
    examined = subject or OfflineSubject()
    return [_run(case, examined) for case in cases]


def _run(case: Case | BrokenCase, subject: Subject) -> Result:
    if isinstance(case, BrokenCase):
        return failed(case, f"cannot be read: {case.why}")
    try:
        outcomes = subject.converse(case.turns)
        return score(case, outcomes)
    except (PeakError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        # A drafter that breaks on a message has failed it; the suite goes on.
        return failed(case, f"cannot be run: {type(error).__name__}: {error}"[:300])


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The figures of all results, by kind and by language, and every failed case."""
    return {
        **figures(results),
        "by_kind": _by(results, lambda one: one.kind),
        "by_language": _by(results, lambda one: one.lang),
        "failed": [
            {"id": one.id, "kind": one.kind, "lang": one.lang, "reasons": list(one.reasons)}
            for one in results
            if one.reasons
        ],
    }


def _by(
    results: Sequence[Result], key: Callable[[Result], str]
) -> dict[str, dict[str, float | int | None]]:
    names = list(dict.fromkeys(key(one) for one in results))
    return {name: figures([one for one in results if key(one) == name]) for name in names}


def figures(results: Sequence[Result]) -> dict[str, float | int | None]:
    """Scores A to F of some results; None where nothing is scored."""
    facts = [one for result in results for one in result.slots]
    drafts = [result for result in results if result.drafted]
    executions = [one.execution for one in results if one.execution is not None]
    return {
        "cases": len(results),
        "action": _share(result.right_action for result in results),
        "slot_f1": _rounded(
            f1(
                sum(one.found for one in facts),
                sum(one.extra for one in facts),
                sum(one.missing for one in facts),
            )
        ),
        "execution_match": _mean(executions),
        "validity": _share(not result.errors for result in drafts),
        "validity_first_try": _share(not result.first_errors for result in drafts),
        "over_asking": _share(result.over_asked for result in results),
        "over_assuming": sum(result.over_assumed for result in results),
        "silent_assumptions": sum(len(result.silent) for result in results),
        "forbidden": sum(len(result.acts) for result in results),
        "passed": sum(not result.reasons for result in results),
        "not_run": sum(not result.ran for result in results),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _mean(values: Sequence[float]) -> float | None:
    return _rounded(sum(values) / len(values)) if values else None


def _share(flags: Iterable[bool]) -> float | None:
    return _mean([float(flag) for flag in flags])


def measure(cases: Path = OWN_CASES, subject: Subject | None = None) -> dict[str, Any]:
    """The suite over a file of cases.

    Raises:
        InputError: CASES_MISSING or CASES_EMPTY.
    """
    return summary(run(read_cases(cases), subject))
