"""One way to say that something is refused: with its code, and beside a twin that passes.

A case that is refused for another reason proves nothing, so the code is named, and the twin,
which differs in one thing, must have no code at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from config.errors import PeakError
from guardrails.reasons import Denial, Reason

Answer = Callable[[], object]
"""What is asked: gives a denial, several, something with `denials`, None, or raises a PeakError."""


def refuses(case: Answer, code: Reason, *, twin: Answer) -> set[str]:
    """Assert that the case is refused with this code among others and its twin with none.

    Returns the codes of the case.
    """
    found = codes_of(case)
    assert code.value in found, f"expected {code.value}, found {sorted(found) or 'nothing'}"
    passed = codes_of(twin)
    assert passed == set(), f"the twin of {code.value} is refused: {sorted(passed)}"
    return found


def codes_of(ask: Answer) -> set[str]:
    """Codes of an answer; empty when nothing refuses."""
    try:
        answer = ask()
    except PeakError as error:
        return {str(error.code)}
    return {denial.code.value for denial in _denials(answer)}


def _denials(answer: object) -> Iterable[Denial]:
    """Denials inside an answer, however deep; a record is looked into by its `denials` alone."""
    if isinstance(answer, Denial):
        yield answer
    elif hasattr(answer, "denials"):
        yield from _denials(answer.denials)
    elif isinstance(answer, tuple | list | set | frozenset):
        for item in answer:
            yield from _denials(item)
