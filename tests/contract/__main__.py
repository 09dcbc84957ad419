"""`python -m tests.contract`: thousands of requests made up from the OpenAPI document, against a running platform.

Starts the platform in a folder of its own and stops it again. Fails on any answer that the document doesn't know.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 30
MIN_CASES = 3_000
MAX_UNKNOWN = 50
"""With more answers 401 than this, a request has taken its own caller's key away, and the rest tried nothing."""


class PlatformFailed(Exception):
    """The platform did not start, or did not stay."""


def main() -> int:
    """The exit code: 0 when enough cases were tried and none found fault."""
    with tempfile.TemporaryDirectory(prefix="skep-contract-") as folder, _platform(Path(folder)) as run:
        key = next(client["key"] for client in run["clients"] if client["role"] == "admin")
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
                "run",
                f"{run['url']}/v1/openapi.json",
            ],
            cwd=folder,  # it leaves files where it runs
            env=os.environ | {"SKEP_CONTRACT_KEY": key},
            check=False,
        )
        sound = _judge(Path(folder) / "requests.log")
    return 0 if sound and done.returncode == 0 else 1


@contextmanager
def _platform(data: Path) -> Iterator[dict[str, Any]]:
    """The running platform's run.json."""
    server = subprocess.Popen([sys.executable, "-m", "services.local.run", "--port", "0", "--data", data], cwd=ROOT)
    try:
        yield _wait(server, data / "run.json")
        if server.poll() is not None:
            raise PlatformFailed(f"The platform ended meanwhile, with exit code {server.returncode}.")
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], run: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise PlatformFailed(f"The platform did not start (exit code {server.returncode}): see above.")
        if run.exists():
            found: dict[str, Any] = json.loads(run.read_text(encoding="utf-8"))
            return found
        time.sleep(0.1)
    raise PlatformFailed(f"The platform was not ready after {START_SECONDS} s.")


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
