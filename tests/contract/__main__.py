"""`python -m tests.contract`: thousands of requests made up from the OpenAPI document, against a running platform.

Starts the platform in a folder of its own and stops it again. Fails on any answer that the document doesn't know.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.platform import PlatformFailed, run_platform

REPORT = Path(__file__).parents[2] / "build" / "junit-contract" / "contract.xml"
MIN_CASES = 3_000
MAX_UNKNOWN = 50
"""With more answers 401 than this, a request has taken its own caller's key away, and the rest tried nothing."""


def main() -> int:
    """The exit code: 0 when enough cases were tried and none found fault."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="skep-contract-") as folder, run_platform(Path(folder)) as run:
        key = next(client["key"] for client in run["clients"] if client["role"] == "admin")
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
                "run",
                f"--report-junit-path={REPORT}",
                f"{run['url']}/v1/openapi.json",
            ],
            cwd=folder,  # it leaves files where it runs
            env=os.environ | {"SKEP_CONTRACT_KEY": key},
            check=False,
        )
        sound = _judge(Path(folder) / "requests.log")
    return 0 if sound and done.returncode == 0 else 1


def _judge(log: Path) -> bool:
    """Whether the platform's own log tells of enough requests by a known caller, and of no fault of ours."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    statuses = Counter(line["status"] for line in lines if "status" in line)
    bad = sum(count for status, count in statuses.items() if status >= 500)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"\nContract: {statuses.total()} requests ({MIN_CASES} needed), {bad} server errors. {told}")
    return statuses.total() - statuses[401] >= MIN_CASES and statuses[401] < MAX_UNKNOWN and bad == 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PlatformFailed as error:
        print(error, file=sys.stderr)
        sys.exit(1)
