"""Known holes in what is locked. Without the service that knows them nothing is known, and that is a failure too."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.checks.running import PROGRAMS, REPORTS, ROOT, CheckFailed

LOCK = ROOT / "services" / "requirements" / "all.lock"
"""Holds all that the other locks hold, in the same versions."""

SERVICES = {"pypi": "https://pypi.org/pypi", "osv": "https://api.osv.dev"}


def audit(service: str) -> int:
    """The exit code: 1 when something locked has a known hole. Writes audit.json. Raises CheckFailed."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / "audit.json"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [
            PROGRAMS / "pip-audit",
            f"--requirement={LOCK}",
            "--require-hashes",
            "--disable-pip",  # a lock names all there is: nothing has to be resolved
            f"--vulnerability-service={service}",
            "--progress-spinner=off",
            "--format=json",
            f"--output={report}",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if not report.is_file():
        said = done.stderr.strip().rpartition("\n")[2]
        raise CheckFailed(f"Nothing was audited: {SERVICES[service]} has to be reachable, and isn't.\n{said}")
    return judge(json.loads(report.read_text(encoding="utf-8"))["dependencies"], service)


def judge(dependencies: list[dict[str, Any]], service: str) -> int:
    """The exit code for what pip-audit tells of each package. Raises CheckFailed for any that it could not look up."""
    known = [one for one in dependencies if "skip_reason" not in one]
    holes = [(one["name"], one["version"], hole) for one in known for hole in one["vulns"]]
    for name, version, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "none yet"
        print(f"{name} {version}: {hole['id']} {' '.join(hole.get('aliases', []))}; mended in: {mended}")
    skipped = sorted(one["name"] for one in dependencies if "skip_reason" in one)
    if skipped or not known:
        raise CheckFailed(
            f"{len(skipped)} of {len(dependencies)} packages could not be looked up at {SERVICES[service]}: nothing is "
            f"known of {', '.join(skipped[:10])}{' …' if len(skipped) > 10 else ''}"
        )
    print(f"Audit: {len(holes)} known holes in {len(known)} packages")
    return 1 if holes else 0
