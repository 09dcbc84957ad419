"""One SonarQube for all tests here: started, provisioned, and gone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jenkins.sonar.api import Sonar
from jenkins.sonar.fetch import NotFetched
from jenkins.sonar.gate import Verdict, read_task_file, read_verdict, wait_for_analysis
from jenkins.sonar.gate_file import read_gate
from jenkins.sonar.local import run_provisioned
from jenkins.sonar.provision import Wanted, provision
from jenkins.sonar.scan import LOG, TASK_FILE, Scan, ScanFailed, scan
from jenkins.sonar.settings import ROOT, Settings, read_settings
from jenkins.sonar.version import find_revision
from tests.sonar.planted import plant
from tests.sonar.receiver import Receiver, run_receiver

JUDGED_SECONDS = 300.0


@dataclass(frozen=True)
class Analysed:
    """A project that has been analysed. scanned: whether the scanner, waiting for the gate, was content."""

    project: str
    task: str
    verdict: Verdict
    log: str
    scanned: bool = True


@dataclass(frozen=True)
class Server:
    """The server. settings: with the token of project skep. admin: asks as admin."""

    settings: Settings
    wanted: Wanted
    admin: Sonar


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Stands for Jenkins."""
    with run_receiver("honey-wax-and-a-hundred-bees") as made:
        yield made


@pytest.fixture(scope="session")
def server(receiver: Receiver) -> Iterator[Server]:
    """A real SonarQube, provisioned. Left out where Java, Maven's zips or the kernel's setting can't be had."""
    wanted = Wanted(gate=read_gate(), webhook_url=receiver.url, webhook_secret=receiver.secret)
    try:
        with run_provisioned(read_settings(), wanted) as settings:
            yield Server(settings, wanted, Sonar(settings.url, password=settings.admin_password))
    except NotFetched as lacking:
        pytest.skip(str(lacking))


@pytest.fixture(scope="session")
def skep(server: Server) -> Analysed:
    """This repository, analysed with the reports that `make lint` and `make test` left."""
    task = scan(server.settings, Scan(ROOT, "test", find_revision(ROOT)))
    return _read(server, "skep", ROOT, task)


@pytest.fixture(scope="session")
def planted(server: Server, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysed, Analysed]:
    """A small project as it should be, and then with everything wrong."""
    base = tmp_path_factory.mktemp("planted")
    wanted = Wanted(
        gate=server.wanted.gate,
        project="skep-planted",
        project_name="Planted",
        webhook_url=receiver.url,
        webhook_secret=receiver.secret,
    )
    token = provision(server.settings.url, server.settings.admin_password, wanted).token
    settings = Settings(**(vars(server.settings) | {"token": token}))
    found = []
    for version in ("first", "second"):
        plant(version, base)
        try:
            scan(settings, Scan(base, version, "", f"build-{version}", wait=True))
            scanned = True
        except ScanFailed:
            scanned = False
        found.append(_read(server, wanted.project, base, base / TASK_FILE, scanned=scanned))
    return found[0], found[1]


def _read(server: Server, project: str, base: Path, task: Path, *, scanned: bool = True) -> Analysed:
    number = read_task_file(task)["ceTaskId"]
    analysis = wait_for_analysis(server.admin, number, JUDGED_SECONDS)
    return Analysed(project, number, read_verdict(server.admin, analysis), (base / LOG).read_text(), scanned)
