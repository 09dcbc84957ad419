"""Runs the platform, and starts it again when a file below services/ has changed: `python -m services.local.reload`.

Its arguments are those of `python -m services.local.run`. It imports nothing of the platform, so that no mistake there
ends it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SERVICES = Path(__file__).parent.parent
WATCHED = {".py", ".sql", ".json", ".html", ".css", ".js", ".svg", ".txt"}
PAUSE_SECONDS = 0.5
STOP_SECONDS = 15.0

Snapshot = dict[Path, tuple[int, int]]


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C."""
    command = [sys.executable, "-m", "services.local.run", *(sys.argv[1:] if arguments is None else arguments)]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        while True:
            seen = take_snapshot(SERVICES)
            with subprocess.Popen(command, start_new_session=True) as platform:
                try:
                    changed = wait_for_change(SERVICES, seen, lambda: time.sleep(PAUSE_SECONDS))
                finally:
                    _stop(platform)
            print(f"\n{', '.join(changed[:3])} changed: starting again", flush=True)
    except KeyboardInterrupt:
        return 0


def take_snapshot(folder: Path) -> Snapshot:
    """The files that matter and when they were last written, which is asked for by polling: mounts tell no events."""
    found = {}
    for place, _, names in os.walk(folder):  # unlike rglob, it bears that a folder goes away meanwhile
        for path in (Path(place, name) for name in names):
            if path.suffix in WATCHED:
                with suppress(FileNotFoundError):  # an editor writes beside and renames
                    status = path.stat()
                    found[path] = (status.st_mtime_ns, status.st_size)
    return found


def wait_for_change(folder: Path, seen: Snapshot, pause: Callable[[], None]) -> list[str]:
    """Waits until files are not as they were seen; gives their names, once nothing changes any more."""
    now = seen
    while now == seen:
        pause()
        now = take_snapshot(folder)
    while True:  # an editor or git may write several
        pause()
        later = take_snapshot(folder)
        if later == now:
            break
        now = later
    return sorted({str(path.relative_to(folder)) for path, _ in now.items() ^ seen.items()})


def _stop(platform: subprocess.Popen[bytes]) -> None:
    platform.send_signal(signal.SIGINT)
    try:
        with suppress(subprocess.TimeoutExpired):
            platform.wait(STOP_SECONDS)
    finally:
        platform.kill()  # nothing, to one that has ended; Ctrl-C may be pressed twice


if __name__ == "__main__":
    sys.exit(main())
