"""What went wrong with the embedded Postgres, as a sentence that says the fix."""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path

FULL_BYTES = 16 * 1024 * 1024  # one WAL segment: with less, Postgres can't go on
_FULL = ("No space left on device", "Disk quota exceeded", "Check free disk space")
_REASON = re.compile(r"\b(?:FATAL|PANIC|ERROR|error):\s+(.+)")


def explain_failure(said: str, data_dir: Path, task: str, port: int = 0) -> str:
    """Makes the sentence from what a Postgres program said when it failed to do its task."""
    if any(sign in said for sign in _FULL) or shutil.disk_usage(data_dir).free < FULL_BYTES:
        return _full_disk(data_dir)
    if "Address already in use" in said:
        return f"Port {port} is taken by another program. Stop that one, or choose another port."
    reason = "; ".join(_REASON.findall(said)[-3:]) or said.strip()[-500:] or "it said nothing"
    return (
        f"Postgres could not {task} in {data_dir}: {reason}. Its log is {data_dir / 'postgres.log'}. "
        "If the data directory is broken, put a copy back, or delete it to start afresh "
        "(its data is lost then)."
    )


def explain_os_error(error: OSError, data_dir: Path) -> str:
    """Makes the sentence from an error of the file system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full_disk(data_dir)
    return (
        f"The data directory {data_dir} can't be used: {error.strerror} ({error.filename}). "
        "Choose another with DATA=…, or correct its owner and permissions."
    )


def _full_disk(data_dir: Path) -> str:
    return f"The disk of {data_dir} is full. Free some space, or choose another disk with DATA=…"
