"""Every strategy of an installation in one list: library, research shelf and workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import InputError
from engine.language import library
from engine.language.checker import CheckReport, check
from engine.language.spec import StrategySpec
from engine.records import Digest
from guardrails.desk.workspace import OwnSpec, own_specs
from guardrails.store.verdicts import RecordedVerdict

Origin = Literal["library", "demo", "research", "workspace"]
Verdicts = Mapping[Digest, RecordedVerdict]


@dataclass(frozen=True, slots=True)
class Strategy:
    """One row of the list.

    Attributes:
        spec: None when the file cannot be read; then `fault` says why.
        tier: the furthest tier that a certificate may reach.
        verdict: what the gate answered to this rule, None before it was judged.
        ok: the checker found no error.
        findings: codes of what the checker found, errors first.
    """

    name: str
    origin: Origin
    spec: StrategySpec | None = None
    tier: library.Tier = "paper"
    verdict: RecordedVerdict | None = None
    ok: bool = False
    findings: tuple[str, ...] = ()
    fault: InputError | None = None

    def as_dict(self) -> dict[str, object]:
        """JSON form; what a broken file does not tell is null."""
        spec, verdict = self.spec, self.verdict
        return {
            "name": self.name,
            "origin": self.origin,
            "family": spec and spec.family,
            "profile": library.profile(self.name) if self.origin == "library" else None,
            "timeframe": spec and spec.timeframe.value,
            "symbols": list(spec.universe.symbols) if spec else [],
            "tier": self.tier if spec else None,
            "verdict": verdict.verdict if verdict else None,
            "verdict_tier": verdict.tier if verdict else None,
            "judged": verdict.judged if verdict else 0,
            "passed": verdict.passed if verdict else 0,
            "ok": self.ok,
            "findings": list(self.findings),
            "error": self.fault.as_dict() if self.fault else None,
        }


def strategies(folder: Path, verdicts: Verdicts, *, research: bool = False) -> Iterator[Strategy]:
    """One's own first, then the library by name, then the research shelf when it is asked for."""
    for own in own_specs(folder):
        yield _own(own, verdicts)
    for name in (*library.names(), *(library.research_names() if research else ())):
        yield _row(name, library.shelf(name), library.load(name), verdicts)


def _own(own: OwnSpec, verdicts: Verdicts) -> Strategy:
    if own.spec is None:
        return Strategy(own.name, "workspace", fault=own.fault)
    return _row(own.name, "workspace", own.spec, verdicts)


def _row(name: str, origin: Origin, spec: StrategySpec, verdicts: Verdicts) -> Strategy:
    report = check(spec)
    return Strategy(
        name,
        origin,
        spec,
        library.tier_of(spec, report),
        verdicts.get(report.rule_digest or ""),
        report.ok,
        _codes(report),
    )


def _codes(report: CheckReport) -> tuple[str, ...]:
    ordered = (*report.errors, *(one for one in report.findings if one.level == "warning"))
    return tuple(dict.fromkeys(one.code for one in ordered))
