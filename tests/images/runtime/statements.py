"""What each session sent to the server, and what of it would pin the connection of an RDS Proxy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[(\d+)\] (\w+):  (.*)$")
_USER = re.compile(r"connection authorized: user=(\S+)")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_PIN = re.compile(r"^(SET|RESET|DISCARD|DECLARE|PREPARE|LISTEN|LOAD|CREATE\s+TEMP)\b", re.IGNORECASE)
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
                word = statement.partition(" ")[0].upper()
                inside = word in ("BEGIN", "START") or (inside and word not in ("COMMIT", "ROLLBACK", "END"))
                is_bare_set = word == "SET" and not _LOCAL.match(statement)
                if _PIN.match(statement) and (is_bare_set or not inside):
                    found.append(statement)
        return found


def read_sessions(log: Path) -> list[Session]:
    """The sessions of a server that logs statements and connections, oldest first."""
    sessions: dict[str, Session] = {}
    last: list[str] | None = None
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            if last is not None:
                last[-1] += "\n" + line.removeprefix("\t")
            continue
        process, level, text = match.groups()
        last = None
        if user := _USER.match(text):
            sessions[process] = Session(user[1], [])
        elif level == "LOG" and text.startswith("statement: ") and process in sessions:
            last = sessions[process].statements
            last.append(text.removeprefix("statement: "))
    return list(sessions.values())
