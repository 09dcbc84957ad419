"""A handler that looks around: who it is, where it may write, what it may do."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any


def look(_event: Any, _context: Any) -> dict[str, Any]:
    """Answer with what was found. Linux only."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return {
        "user": [os.getuid(), os.getgid()],
        "can_write": {folder: _can_write(Path(folder)) for folder in ("/var/task", "/", tempfile.gettempdir())},
        "is_first_process": os.getpid() == 1,
        "capabilities": next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")),
    }


def _can_write(folder: Path) -> bool:
    try:
        (folder / "seen").write_text("", encoding="ascii")
    except OSError:
        return False
    return True
