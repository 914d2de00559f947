"""The checker: a spec or an expression in, findings out, each with a sentence that repairs."""

from __future__ import annotations

from engine.language.analysis import Analysis, analyse
from engine.language.examination import Context, examine, findings_of
from engine.language.findings import SpecFinding
from engine.language.identity import rule_digest, shape_digest
from engine.language.protection import warmup_of_spec
from engine.language.roles import role_of
from engine.language.spec import Parameter, StrategySpec
from engine.records import Digest, Record


class CheckReport(Record):
    """What the checker says about a spec.

    Attributes:
        ok: no error; warnings do not count.
        findings: in document order, at most 20.
        warmup_bars: bars before any rule may act, 0 when not ok.
        digest: of the whole document.
        rule_digest: of its meaning, what the gate counts trials by; None when not ok.
        shape_digest: the same with parameters as slots; None when not ok.
    """

    ok: bool
    findings: tuple[SpecFinding, ...]
    warmup_bars: int
    digest: Digest
    rule_digest: Digest | None = None
    shape_digest: Digest | None = None

    @property
    def errors(self) -> tuple[SpecFinding, ...]:
        """The findings that refuse."""
        return tuple(found for found in self.findings if found.level == "error")


def report_of(analysis: Analysis) -> CheckReport:
    """The report of an analysed spec."""
    spec = analysis.spec
    if not analysis.ok:
        return CheckReport(
            ok=False, findings=tuple(analysis.findings), warmup_bars=0, digest=spec.digest
        )
    return CheckReport(
        ok=True,
        findings=tuple(analysis.findings),
        warmup_bars=warmup_of_spec(analysis),
        digest=spec.digest,
        rule_digest=rule_digest(spec),
        shape_digest=shape_digest(spec),
    )


def check(spec: StrategySpec) -> CheckReport:
    """Check a whole spec; never raises on any spec."""
    return report_of(analyse(spec))


def check_expression(
    text: str, role: str, params: tuple[Parameter, ...] = ()
) -> tuple[SpecFinding, ...]:
    """Findings of one expression in its place, in the order of the text; empty when it is right.

    role: entry, exit, when, until, eligible, add_when, price, trail_expr, moving_expr, score,
    sizing or let. Whether this engine can run it is the concern of `check`.

    Raises:
        InputError: ROLE_UNKNOWN.
    """
    place = role_of(role)
    context = Context(params={param.name: param for param in params})
    return findings_of(text, place, context, examine(text, place, context))
