"""What each session sent to the server, and what of it would pin the connection of an RDS Proxy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.support.server_log import STATEMENT, read_entries

_USER = re.compile(r"connection authorized: user=(\S+)")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_PIN = re.compile(r"^(SET|RESET|DISCARD|DECLARE|PREPARE|EXECUTE|DEALLOCATE|LISTEN|LOAD|CREATE\s+TEMP)\b", re.IGNORECASE)
_LOCAL = re.compile(r"^SET\s+(LOCAL|TRANSACTION)\b", re.IGNORECASE)


class Session(NamedTuple):
    """One connection's user and messages, in order."""

    user: str
    statements: list[str]

    def list_pins(self) -> list[str]:
        """The statements that would have pinned it: such a one outside a transaction, SET also inside if not local."""
        found = []
        inside = False
        for message in self.statements:
            for statement in (part.strip() for part in _QUOTED.sub("''", message).split(";")):
                word = statement.upper().split(None, 1)[0] if statement else ""
                inside = word in ("BEGIN", "START") or (inside and word not in ("COMMIT", "ROLLBACK", "END"))
                is_bare_set = word == "SET" and not _LOCAL.match(statement)
                if _PIN.match(statement) and (is_bare_set or not inside):
                    found.append(statement)
        return found


def read_sessions(log: Path) -> list[Session]:
    """The sessions of a server that logs statements and connections, oldest first."""
    found: list[Session] = []
    open_now: dict[str, Session] = {}
    for process, level, text in read_entries(log.read_bytes()):
        if user := _USER.match(text):
            open_now[process] = Session(user[1], [])
            found.append(open_now[process])
        elif level == "LOG" and text.startswith(STATEMENT) and process in open_now:
            open_now[process].statements.append(text.removeprefix(STATEMENT))
    return found
