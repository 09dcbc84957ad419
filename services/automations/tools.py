"""What a task has at hand."""

from __future__ import annotations

from typing import NamedTuple

from services.shared.database import Database
from services.shared.files import Files
from services.shared.settings import Settings

__all__ = ["Tools", "make_tools"]


class Tools(NamedTuple):
    """database: the primary, as skep_job; replica: where long reads are made, if there is one."""

    settings: Settings
    database: Database
    files: Files
    replica: Database | None = None


def make_tools(settings: Settings, database: Database, replica: Database | None = None) -> Tools:
    """The tools that the settings give."""
    return Tools(settings, database, Files(settings, settings.environment), replica)
