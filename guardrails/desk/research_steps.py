"""The steps of research, each alone: what it finds, as JSON-ready data with its standing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.backtest.result import BacktestResult
from engine.gate.subject import Subject
from engine.language.sweeps import at_point
from engine.records import Record
from engine.research.counted import counted_runs, run_one
from engine.research.ensemble import ensemble_robustness
from engine.research.lab import Lab
from engine.research.monte_carlo import monte_carlo
from engine.research.pipeline import Pipeline, PipelinePlan, rows_of, run_pipeline, watch_of
from engine.research.select import Standing, chosen_of, front, standing, winner
from engine.research.sensitivity import sensitivity
from engine.research.stress import stress
from engine.research.sweep import sweep
from engine.research.trials import Tried
from engine.research.walk_forward import walk_forward
from guardrails.desk.researching import (
    Kind,
    Question,
    ResearchDesk,
    ResearchRequest,
    lab_of,
    question_of,
)

Json = dict[str, Any]
Note = Callable[[str, Mapping[str, object]], None]
"""Writes one journal row: kind and what it says."""


@dataclass(frozen=True, slots=True)
class ResearchAnswer:
    """A finished step.

    Attributes:
        request, question: what was asked, on what.
        standing: N and p_IS of the best.
        best: the trial that stands for it, None when nothing ran.
        result: what the step found.
        pipeline: the same of a pipeline, for its report.
    """

    request: ResearchRequest
    question: Question
    standing: Standing
    best: Tried | None
    result: Mapping[str, object]
    pipeline: Pipeline | None = None

    def as_dict(self) -> Json:
        """JSON form: kind, strategy, dataset_ids, study, trials, p_is, best, result."""
        best = self.best
        return {
            "kind": self.request.kind,
            "strategy": self.request.spec.name,
            "dataset_ids": list(self.question.study.datasets),
            "study": self.question.study.digest,
            "trials": self.standing.trials,
            "p_is": self.standing.p_is,
            "best": None
            if best is None
            else {
                "row": best.row,
                "params": dict(best.values),
                "status": best.outcome.status,
                "figures": dict(best.outcome.figures),
            },
            "result": dict(self.result),
        }


def research(
    request: ResearchRequest, desk: ResearchDesk, actor: str, note: Note | None = None
) -> ResearchAnswer:
    """Run one step of research, or all of them.

    Args:
        request: what is asked.
        desk: where.
        actor: who asks.
        note: told of studies that have no trial row of their own.

    Raises:
        SpecError, InputError, UnavailableError, IntegrityError: see `question_of` and the steps.
    """
    question = question_of(request, desk)
    with lab_of(question, desk, actor) as lab:
        answer = _STEPS[request.kind](request, question, lab)
    if note is not None:
        for kind, figures in _studies(answer):
            note(f"research.{kind}", _told(answer, figures))
    return answer


_Step = Callable[[ResearchRequest, Question, Lab], ResearchAnswer]


def _sweep(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    found = list(sweep(question.study, lab))
    result = {
        "points": list(rows_of(found)),
        "failed": sum(one.outcome.status == "error" for one in found),
        "front": [one.row for one in front(found)],
    }
    best = winner(found)
    return ResearchAnswer(request, question, standing(lab, best), best, result)


def _select(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    best = chosen_of(request.spec.name, list(sweep(question.study, lab)))
    spec = at_point(question.study.spec, dict(best.values))
    result = {"spec": spec, "spec_digest": spec.digest}
    return ResearchAnswer(request, question, standing(lab, best), best, result)


def _walk_forward(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    walked = walk_forward(question.study, lab, question.walk)
    return _of_base(request, question, lab, walked)


def _monte_carlo(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    _, tried, base = _base(question, lab)
    paths = monte_carlo(base, paths=request.paths, watch=watch_of(lab, "monte-carlo"))
    lab.go_on()
    return _answer(request, question, lab, tried, paths)


def _stress(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    subject, tried, base = _base(question, lab)
    found = stress(
        subject, lab.market.panel, base, request.scenarios,
        run_many=counted_runs(lab, "sensitivity"), starts=request.starts,
        watch=watch_of(lab, "stress"),
    )  # fmt: skip
    lab.go_on()
    return _answer(request, question, lab, tried, found)


def _sensitivity(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    subject, tried, base = _base(question, lab)
    found = sensitivity(
        subject, lab.market.panel, base, run_many=counted_runs(lab, "sensitivity"),
        watch=watch_of(lab, "sensitivity"),
    )  # fmt: skip
    lab.go_on()
    if subject.spec.ensemble is None:
        return _answer(request, question, lab, tried, found)
    whole = ensemble_robustness(
        subject, lab.market.panel, base, run_many=counted_runs(lab, "sensitivity"),
        paths=request.paths, watch=watch_of(lab, "portfolio"),
    )  # fmt: skip
    lab.go_on()
    result = {**dict(found), "portfolio": whole}
    return ResearchAnswer(request, question, standing(lab, tried), tried, result)


def _pipeline(request: ResearchRequest, question: Question, lab: Lab) -> ResearchAnswer:
    plan = PipelinePlan(
        study=question.study,
        walk=question.walk,
        paths=request.paths,
        starts=request.starts,
        scenarios=request.scenarios,
    )
    done = run_pipeline(plan, lab)
    found = done.result
    return ResearchAnswer(request, question, found.standing, done.best, dict(found), done)


_STEPS: Final[dict[Kind, _Step]] = {
    "sweep": _sweep,
    "select": _select,
    "walk_forward": _walk_forward,
    "monte_carlo": _monte_carlo,
    "stress": _stress,
    "sensitivity": _sensitivity,
    "pipeline": _pipeline,
}


def _base(question: Question, lab: Lab) -> tuple[Subject, Tried, BacktestResult]:
    """The spec as it is written, run and counted."""
    study = question.study
    subject = Subject.of(study.spec, study.costs, study.members)
    tried, result = run_one(lab, subject, "manual")
    return subject, tried, result


def _of_base(
    request: ResearchRequest, question: Question, lab: Lab, found: Record
) -> ResearchAnswer:
    """A step whose own base run is the trial that it stands for."""
    _, tried, _ = _base(question, lab)
    return _answer(request, question, lab, tried, found)


def _answer(
    request: ResearchRequest, question: Question, lab: Lab, tried: Tried, found: Record
) -> ResearchAnswer:
    return ResearchAnswer(request, question, standing(lab, tried), tried, dict(found))


def _studies(answer: ResearchAnswer) -> list[tuple[str, Mapping[str, float | None]]]:
    """Studies without a trial row of their own, with the figures that the registry shows."""
    found = answer.result
    kinds = {
        "walk_forward": _walked, "monte_carlo": _simulated, "stress": _stressed,
    }  # fmt: skip
    if answer.pipeline is not None:
        result = answer.pipeline.result
        return [(kind, figures(dict(getattr(result, kind)))) for kind, figures in kinds.items()]
    kind = answer.request.kind
    return [(kind, kinds[kind](found))] if kind in kinds else []


def _walked(found: Mapping[str, Any]) -> dict[str, float | None]:
    return {"after_sharpe": found["after_sharpe"], "positive": found["positive"]}


def _simulated(found: Mapping[str, Any]) -> dict[str, float | None]:
    paths = found["returns"]
    return {} if paths is None else {"drawdown_bad": paths.drawdown_bad, "ruin": paths.ruin}


def _stressed(found: Mapping[str, Any]) -> dict[str, float | None]:
    return {"worst_loss": max((one.worst_loss for one in found["results"]), default=None)}


def _told(answer: ResearchAnswer, figures: Mapping[str, float | None]) -> Mapping[str, object]:
    """What a journal row says of a study."""
    return {
        "strategy": answer.request.spec.name,
        "markets": list(answer.question.market.panel.symbols),
        "figures": dict(figures),
        "study": answer.question.study.digest,
        "trials": answer.standing.trials,
    }
