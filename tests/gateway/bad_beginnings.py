"""A handler whose module begins as the environment says: it hangs, ends or raises, always or the first time."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

_HOW, _, _FLAG = os.environ["SKEP_TEST_BEGINNING"].partition(" ")
_IS_SECOND = bool(_FLAG) and Path(_FLAG).exists()
if _FLAG:
    Path(_FLAG).touch()

if not _IS_SECOND:
    match _HOW:
        case "hang":
            time.sleep(60)
        case "exit":
            os._exit(3)
        case "raise":
            raise RuntimeError("set A, B in the environment")


def handler(event: Any, _context: Any) -> Any:
    """Answer with the event."""
    return event
