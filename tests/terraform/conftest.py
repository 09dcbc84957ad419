"""One workshop for all tests: what the chosen tests need is started at once, and each test waits for its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.terraform.commands import find_terraform, read_version
from tests.terraform.inventory import write_inputs
from tests.terraform.offline_provider.mirror import find_providers
from tests.terraform.policies import State
from tests.terraform.workshop import Done, Job, Workshop

HERE = "tests/terraform/"
ON_REQUEST = "test_refusals.py"
"""Each of its tests runs others in a copy of the tree: minutes, for .ci/run and for whoever names the file."""

told = pytest.StashKey[list[str]]()
own_seconds = pytest.StashKey[float]()


def pytest_ignore_collect(collection_path: object, config: pytest.Config) -> bool | None:
    """The refusals run where they are asked for by name."""
    if str(collection_path).endswith(ON_REQUEST):
        return None if any(ON_REQUEST in argument for argument in config.args) else True
    return None


@pytest.fixture(scope="session")
def workshop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """The copy of the tree, with the jobs of all tests of this session under way."""
    if find_terraform() is None:
        pytest.skip("terraform is not on the PATH")
    providers = find_providers()
    request.config.stash[told] = [f"Terraform {read_version()}", f"Providers: {providers.reason}"]
    scratch = tmp_path_factory.mktemp("terraform")
    made = Workshop(scratch, providers, write_inputs)
    wanted = {job: None for item in request.session.items if isinstance(item, pytest.Function) for job in _jobs(item)}
    for job in sorted(wanted, key=lambda job: not job.folder.startswith("environments/")):  # the longest first
        made.start(job)
    yield made
    made.close()
    shutil.rmtree(scratch, ignore_errors=True)


@pytest.fixture
def took(request: pytest.FixtureRequest) -> Callable[[float], None]:
    """Call it with the seconds that count as the test's own."""
    return partial(request.node.stash.__setitem__, own_seconds)


@pytest.fixture
def done(workshop: Workshop, job: Job, took: Callable[[float], None]) -> Done:
    """What the test's own job came to."""
    came_to = workshop.done(job)
    took(came_to.seconds)
    return came_to


@pytest.fixture
def applied(workshop: Workshop, job: Job) -> list[State]:
    """The states that the runs of the job left. Waiting for them is no time of the test."""
    return [run.state for run in workshop.done(job).runs if run.state]


def _jobs(item: pytest.Function) -> list[Job]:
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return [value for value in values if isinstance(value, Job)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that read what a command had done tells the command's time, not its own wait."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.when == "call":
        report.duration = item.stash.get(own_seconds, report.duration)
    return report  # type: ignore[return-value]


def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    """With -v: each test with its time."""
    if report.when != "call" or not report.nodeid.startswith(HERE) or report.outcome == "skipped":
        return None
    letter = {"passed": ".", "failed": "F"}[report.outcome]
    return report.outcome, letter, f"{report.outcome.upper()} {getattr(report, 'duration', 0):6.2f} s"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says what Terraform ran with."""
    for line in config.stash.get(told, []):
        terminalreporter.write_line(line)
