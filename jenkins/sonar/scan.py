"""Runs the scanner on a checked tree, and does not believe it when it says that a report could not be used."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jenkins.sonar.fetch import SCANNER, fetch, find_java
from jenkins.sonar.reports import Unusable, check_reports
from jenkins.sonar.settings import Settings, child_environment

WORK = ".scannerwork"
TASK_FILE = Path(WORK) / "report-task.txt"
LOG = Path("build", "sonar", "scanner.log")
GATE_SECONDS = 600

DROPPED = re.compile(
    r"Cannot resolve (?:the file path|\d+ file paths)"
    r"|No report was found for"
    r"|does not exist, or is not a file"
    r"|were unresolved|cannot be resolved"
    r"|Report is empty|The report .* is empty|Cannot read (?:coverage )?report"
    r"|Invalid directory path in 'source'"
    r"|drilling down to the details of this test won't be possible"
    r"|Unable to parse|Cannot parse '|Parsing error|An error occurred while trying to"
)
"""What the scanner logs when it leaves something out, and goes on."""


class ScanFailed(Exception):
    """The analysis did not get through, or lost something on its way."""


@dataclass(frozen=True)
class Scan:
    """What is analysed. base: the tree with sonar-project.properties. wait: for the gate, whose red fails the scan."""

    base: Path
    version: str
    revision: str
    release: str = ""
    wait: bool = False


def scan(settings: Settings, wanted: Scan, **properties: str) -> Path:
    """Checks the reports, runs the scanner, and gives its task file. properties: further ones, a_b for a.b.

    Raises Unusable, ScanFailed or NotFetched.
    """
    for line in check_reports(wanted.base):
        print(line)
    shutil.rmtree(wanted.base / WORK, ignore_errors=True)  # Jenkins takes the first task file that it finds
    command = [_find_scanner(settings), *_arguments(settings, wanted, properties)]
    environment = child_environment(SONAR_TOKEN=settings.token, SONAR_USER_HOME=str(settings.cache / "scanner"))
    log = wanted.base / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    code = _run(command, wanted.base, environment, log)
    if code:
        raise ScanFailed(f"The scanner's exit code is {code}.")
    dropped = [line for line in log.read_text(encoding="utf-8").splitlines() if DROPPED.search(line)]
    if dropped:
        raise Unusable("\n".join(["SonarQube has left something out:", *dropped]))
    return wanted.base / TASK_FILE


def _find_scanner(settings: Settings) -> str:
    """The scanner of this machine, or the one from Maven Central."""
    if program := shutil.which("sonar-scanner"):
        return program
    return str(fetch(SCANNER, settings.cache, settings.maven) / "bin" / "sonar-scanner")


def _arguments(settings: Settings, wanted: Scan, properties: Mapping[str, str]) -> list[str]:
    """revision is said, since Jenkins checks out a commit and no branch."""
    said = {
        "sonar.host.url": settings.url,
        "sonar.projectVersion": wanted.version,
        "sonar.scm.revision": wanted.revision,
        "sonar.buildString": wanted.release,
        "sonar.qualitygate.wait": "true" if wanted.wait else "",
        "sonar.qualitygate.timeout": str(GATE_SECONDS) if wanted.wait else "",
        "sonar.scanner.skipJreProvisioning": "true",  # the Java that is here will do
        "sonar.scanner.javaExePath": find_java(),
        **{name.replace("_", "."): value for name, value in properties.items()},
    }
    return [f"-D{name}={value}" for name, value in said.items() if value]


def _run(command: list[str], base: Path, environment: Mapping[str, str], log: Path) -> int:
    """Runs it with what it says on the screen and in the log."""
    with (
        open(log, "w", encoding="utf-8") as kept,
        subprocess.Popen(
            command, cwd=base, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        for line in process.stdout or ():
            print(line, end="", flush=True)
            kept.write(line)
    return process.returncode
