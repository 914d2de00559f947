"""Reports of a small strategy, judged and not judged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.data.bars import Bars
from engine.language.spec import StrategySpec
from engine.reports.build import ReportRun
from engine.reports.data import ReportData
from engine.reports.studies import Studies
from tests.report_world import (
    HOSTILE,
    STUDIES,
    make_bars,
    make_hostile,
    make_reports,
    make_run,
    make_spec,
)


@pytest.fixture(scope="session")
def report_of() -> Callable[[str], ReportData]:
    """The same strategy as `plain`, `sealed`, `open` or `studied` report."""
    return make_reports().__getitem__


@pytest.fixture
def hostile() -> str:
    """Text that tries to be more than text."""
    return HOSTILE


@pytest.fixture
def hostile_report() -> ReportData:
    """A report in which every free text is hostile."""
    return make_hostile()


@pytest.fixture
def studies() -> Studies:
    """One result of every kind that can be handed to a report."""
    return STUDIES


@pytest.fixture
def run_on() -> Callable[[Bars], ReportRun]:
    """Runner of the small strategy."""
    return make_run


@pytest.fixture
def wave() -> Callable[..., Bars]:
    """Maker of bars."""
    return make_bars


@pytest.fixture
def spec() -> StrategySpec:
    """The spec of the reports."""
    return make_spec()
