"""Splits SQL into statements, for the files that run outside of a transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The order matters: what comes first wins at the same place. A quote or a dollar that continues a name
# (`price$eur$`, `date'2026-01-31'`) starts no escaped string and no dollar quote.
_TOKEN = re.compile(
    r"""
      (?P<line_comment>  --[^\n]* )
    | (?P<block_comment> /\* )
    | (?P<text>          (?<![\w$]) [eE]'(?:[^'\\]|\\.|'')*'
                       | '(?:[^']|'')*'
                       | "(?:[^"]|"")*" )
    | (?P<dollar>        (?<![\w$]) \$ (?:[^\W\d]\w*)? \$ )
    | (?P<end>           ; )
    | (?P<space>         \s+ )
    | (?P<other>         . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Statement:
    """One SQL statement, and where it stands in its file."""

    text: str
    line: int
    """Number of its first line, from 1."""


def split_statements(sql: str) -> list[Statement]:
    """Splits SQL at the semicolons that end statements; comments between statements are left out.

    Knows strings, quoted names, dollar quotes and nested comments. It doesn't know `BEGIN ATOMIC` bodies.
    """
    statements: list[Statement] = []
    start: int | None = None
    position = 0
    while position < len(sql):
        kind, after = _next_token(sql, position)
        if kind == "end":
            if start is not None:
                statements.append(_statement(sql, start, position))
            start = None
        elif start is None and kind not in ("space", "line_comment", "block_comment"):
            start = position
        position = after
    if start is not None:
        statements.append(_statement(sql, start, len(sql)))
    return statements


def _next_token(sql: str, position: int) -> tuple[str, int]:
    """Gives the kind of the token at a position and the position after it."""
    found = _TOKEN.match(sql, position)
    if found is None or found.lastgroup is None:  # `other` matches everything
        raise AssertionError(f"no token at {position}")
    if found.lastgroup == "block_comment":
        return found.lastgroup, _end_of_comment(sql, position)
    if found.lastgroup == "dollar":
        closing = sql.find(found.group(), found.end())
        return "text", len(sql) if closing < 0 else closing + len(found.group())
    return found.lastgroup, found.end()


def _end_of_comment(sql: str, position: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, position):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)


def _statement(sql: str, start: int, end: int) -> Statement:
    return Statement(sql[start:end].rstrip(), sql.count("\n", 0, start) + 1)
