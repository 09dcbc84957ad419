"""`python -m jenkins.sonar provision|check|scan|gate|export|local`.

Exit codes: 0 done or passed, 1 the gate is red or the analysis failed, 2 nothing could be judged.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from jenkins.sonar.api import Refused, Sonar, Unreachable
from jenkins.sonar.export import read_quality, write_quality
from jenkins.sonar.fetch import NotFetched
from jenkins.sonar.gate import NotJudged, read_task_file, read_verdict, tell, wait_for_analysis
from jenkins.sonar.gate_file import read_gate
from jenkins.sonar.local import run_provisioned, wait_for_interrupt
from jenkins.sonar.properties import read_properties
from jenkins.sonar.provision import NotOpened, Wanted, provision
from jenkins.sonar.reports import Unusable, check_reports
from jenkins.sonar.scan import TASK_FILE, Scan, ScanFailed, scan
from jenkins.sonar.server import NotStarted
from jenkins.sonar.settings import Missing, Settings, read_settings
from jenkins.sonar.version import find_revision, find_version

RED = 1
NOT_JUDGED = 2


def main(arguments: list[str]) -> int:
    """The exit code of a command."""
    asked = _parse(arguments)
    try:
        code: int = asked.run(asked, read_settings())
    except (ScanFailed, Unusable) as error:
        print(error, file=sys.stderr)
        return RED
    except (Missing, NotFetched, NotJudged, NotOpened, NotStarted, Refused, Unreachable) as error:
        print(error, file=sys.stderr)
        return NOT_JUDGED
    return code


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jenkins.sonar", description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("provision", help="make project, gate, webhook and token be as they are checked in")
    one.add_argument("--token-file", type=Path, help="where a token goes that is made; it is shown nowhere else")
    one.add_argument("--renew", action="store_true", help="make token and webhook secret new")
    one.set_defaults(run=_provision)
    commands.add_parser("check", help="look through the reports").set_defaults(run=_check)
    one = commands.add_parser("scan", help="check the reports and analyse")
    _add_scan(one)
    one.add_argument("--wait", action="store_true", help="wait for the gate, and fail when it is red")
    one.set_defaults(run=_scan)
    one = commands.add_parser("gate", help="wait for the verdict, and tell it condition by condition")
    _add_analysis(one)
    one.add_argument("--export", action="store_true", help="and export, as the command of that name")
    one.set_defaults(run=_gate)
    one = commands.add_parser("export", help="write what is kept with a release")
    _add_analysis(one)
    one.set_defaults(run=_export)
    one = commands.add_parser("local", help="start a SonarQube, provision, analyse, judge; stay until Ctrl-C")
    _add_scan(one)
    one.add_argument("--once", action="store_true", help="don't stay")
    one.set_defaults(run=_local, timeout=600.0, task="", analysis="", export=True, wait=False)
    return parser.parse_args(arguments)


def _add_scan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", type=Path, default=Path.cwd(), help="the tree with sonar-project.properties")
    parser.add_argument("--version", default="", help="what new code is counted from: see docs/quality.md")
    parser.add_argument("--revision", default="", help="the commit; GIT_COMMIT or git know it otherwise")
    parser.add_argument("--release", default="", help="what the build is called; TAG_NAME or BUILD_NUMBER otherwise")


def _add_analysis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", type=Path, default=Path.cwd(), help="the tree that was analysed")
    parser.add_argument("--task", default="", help="of the analysis; the scanner's report-task.txt otherwise")
    parser.add_argument("--analysis", default="", help="its id, as a release record has it")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds to wait for it (600)")


def _provision(asked: argparse.Namespace, settings: Settings) -> int:
    settings.expect("url", "admin_password", *(["webhook_secret"] if settings.webhook_url else []))
    wanted = Wanted(
        gate=read_gate(),
        webhook_url=settings.webhook_url,
        webhook_secret=settings.webhook_secret,
        renew=asked.renew,
    )
    if asked.token_file is None and asked.renew:
        raise Missing("--renew makes a token: say --token-file, since it is shown only once.")
    made = provision(settings.url, settings.admin_password, wanted)
    for line in made.changes or ("Nothing to change.",):
        print(line)
    if made.token and asked.token_file:
        _write_secret(asked.token_file, made.token)
    elif made.token:
        print("The token was not kept: run this again with --renew --token-file FILE to have one.")
    return 0


def _write_secret(file: Path, secret: str) -> None:
    """Yours alone to read, from the first moment."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        opened.write(secret + "\n")


def _check(_asked: argparse.Namespace, _settings: Settings) -> int:
    for line in check_reports(Path.cwd()):
        print(line)
    return 0


def _scan(asked: argparse.Namespace, settings: Settings) -> int:
    settings.expect("url", "token")
    wanted = Scan(
        base=asked.base,
        version=asked.version or find_version(asked.base),
        revision=asked.revision or settings.revision or find_revision(asked.base),
        release=asked.release or settings.release,
        wait=asked.wait,
    )
    scan(settings, wanted)
    return 0


def _gate(asked: argparse.Namespace, settings: Settings) -> int:
    settings.expect("url", "token")
    sonar = Sonar(settings.url, token=settings.token)
    asked.analysis = _find_analysis(asked, sonar)
    verdict = read_verdict(sonar, asked.analysis)
    for line in tell(verdict):
        print(line)
    if asked.export:
        _export(asked, settings)
    return 0 if verdict.passed else RED


def _export(asked: argparse.Namespace, settings: Settings) -> int:
    settings.expect("url", "token")
    sonar = Sonar(settings.url, token=settings.token)
    project = read_properties(asked.base)["sonar.projectKey"]
    for file in write_quality(read_quality(sonar, project, _find_analysis(asked, sonar)), asked.base):
        print(file)
    return 0


def _find_analysis(asked: argparse.Namespace, sonar: Sonar) -> str:
    if asked.analysis:
        return str(asked.analysis)
    task = asked.task or read_task_file(asked.base / TASK_FILE)["ceTaskId"]
    return wait_for_analysis(sonar, task, asked.timeout)


def _local(asked: argparse.Namespace, settings: Settings) -> int:
    with run_provisioned(settings, Wanted(gate=read_gate())) as own:
        print(f"SonarQube: {own.url}, as admin with {own.admin_password}", flush=True)
        _scan(asked, own)
        code = _gate(asked, own)
        if not asked.once:
            print(f"SonarQube: {own.url}, as admin with {own.admin_password}. Ctrl-C ends it.", flush=True)
            wait_for_interrupt()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
