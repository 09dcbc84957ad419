"""No password and no key gets into the repository. `.secrets.baseline` says what is looked for, and what is none.

A value that looks like a secret and opens nothing has its pattern there (`should_exclude_secret`), for wherever it
stands. A line that only looks like one ends in a comment: `pragma: allowlist secret`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from tests.checks.running import REPORTS, ROOT, list_files

BASELINE = ROOT / ".secrets.baseline"
REPORT = REPORTS / "secrets.json"
PROCESSES = 2


class Finding(NamedTuple):
    """Where something looks like a secret, and of which kind; never what it is."""

    file: str
    line: int
    kind: str


def check_secrets(files: Sequence[str], report: Path) -> int:
    """The exit code: 1 when there are findings. Writes the report. files: all of the repository, if none is named."""
    config = json.loads(BASELINE.read_text(encoding="utf-8"))
    looked_at = list(files) or list_files()
    findings = find_secrets(looked_at, config)
    report.parent.mkdir(parents=True, exist_ok=True)
    told = {"files": len(looked_at), "findings": [finding._asdict() for finding in findings]}
    report.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    for finding in findings:
        print(f"{finding.file}:{finding.line}: {finding.kind}")
    if findings:
        print(
            "A real one: take it out, and make it void where it counts, since git keeps it. One that opens nothing: "
            f"its pattern belongs into {BASELINE.name}, or `pragma: allowlist secret` into a comment on the line."
        )
    print(f"Secrets: {len(findings)} in {len(looked_at)} files")
    return 1 if findings else 0


def find_secrets(files: Sequence[str], config: dict[str, Any]) -> list[Finding]:
    """Sorted. files: from the root; config: a baseline's content."""
    found = SecretsCollection(str(ROOT))
    settings = {key: config[key] for key in ("plugins_used", "filters_used")}
    with transient_settings(settings):
        found.scan_files(*files, num_processors=PROCESSES)
    return sorted(Finding(name, secret.line_number, secret.type) for name, secret in found)
