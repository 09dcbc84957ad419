"""What the log says of an error that nobody foresaw."""

from __future__ import annotations

import traceback

import psycopg2

__all__ = ["describe_bug"]


def describe_bug(error: BaseException) -> str:
    """Where an error came from, for the log. Postgres's own words are left out: they quote rows and parameters."""
    lines = traceback.format_tb(error.__traceback__)
    if isinstance(error, psycopg2.Error):
        lines.append(f"{type(error).__name__} {error.pgcode} {error.diag.constraint_name or ''}".strip())
    elif isinstance(error.__cause__ or error.__context__, psycopg2.Error):
        lines.append(type(error).__name__)
    else:
        lines.append(f"{type(error).__name__}: {error}")
    return "".join(lines)
