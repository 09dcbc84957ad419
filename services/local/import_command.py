"""`python -m services.local import TABLE FILE`: a file into a table of the platform that `make run` runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tqdm import tqdm

from services.local.import_summary import summarize
from services.records.importing.engine import import_file
from services.records.importing.options import Options, parse_column, parse_replacement
from services.records.importing.report import Report
from services.registry import TABLES
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.shared.errors import BadRequest, SkepError, Unauthorized, Unavailable
from services.shared.settings import Settings

__all__ = ["add_to"]

DONE, REFUSED, USAGE = 0, 1, 2


class _NotRunning(Exception):
    """There is no platform to import into."""


@dataclass(frozen=True, slots=True)
class _Platform:
    """What run.json says about the platform that runs. key: of the demo admin's client."""

    url: str
    database_url: str
    key: str


def add_to(commands: Any) -> None:
    """Adds the command to an argument parser's subcommands."""
    parser = commands.add_parser(
        "import",
        help="put the lines of a CSV or XLSX file into a table",
        description="Says what a CSV or XLSX file would change in a table; with --apply changes it, all or "
        "nothing, as one change set that can be undone. `make run` must be running.",
        allow_abbrev=False,
    )
    parser.add_argument("table", metavar="TABLE", choices=list(TABLES), help=f"one of {', '.join(TABLES)}")
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV (comma, semicolon or tab) or XLSX, with headings")
    parser.add_argument("--data", metavar="DIR", type=Path, default=Path(".skep"), help="as given to make run (.skep)")
    parser.add_argument(
        "--key", metavar="FIELD", action="append", default=[], help="tells records apart, together if given again"
    )
    parser.add_argument(
        "--map", metavar="COLUMN:FIELD", action="append", default=[], help="a column's field; empty leaves it out"
    )
    parser.add_argument(
        "--replace", metavar="FIELD:OLD=NEW", action="append", default=[], help="another value for a value as read"
    )
    parser.add_argument("--dates", choices=("MDY", "DMY"), help="month or day first, where the dates don't tell")
    parser.add_argument("--null", metavar="TEXT", help="a text that stands for no value, such as NULL")
    parser.add_argument("--sheet", metavar="NAME", help="of a workbook; else the first one with something in it")
    parser.add_argument("--apply", action="store_true", help="do it; without this, only say what would happen")
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    try:
        options = Options(
            key=tuple(given.key),
            columns=tuple(parse_column(text) for text in given.map),
            replacements=tuple(parse_replacement(text) for text in given.replace),
            dates=given.dates,
            null=given.null,
            sheet=given.sheet,
        )
        platform = _find_platform(given.data)
        with given.file.open("rb") as content:
            report = _import(platform, given.table, content, options, apply=given.apply)
    except OSError as error:
        return _complain(USAGE, f"{given.file} can't be read: {error.strerror}.")
    except BadRequest as error:
        return _complain(USAGE, error.detail)
    except _NotRunning as error:
        return _complain(REFUSED, str(error))
    except SkepError as error:
        return _complain(REFUSED, f"{given.file}: {error.detail}")
    for line in summarize(TABLES[given.table], given.file.name, report, platform.url, apply=given.apply):
        print(line)
    return REFUSED if report.refused else DONE


def _import(platform: _Platform, table: str, content: BinaryIO, options: Options, *, apply: bool) -> Report:
    settings = Settings(database_url=platform.database_url)
    database = Database(platform.database_url)
    caller = Caller(database, Credential.from_secret("client", platform.key), "import")
    shown = tqdm(
        desc="Writing" if apply else "Rehearsing", unit="line", leave=False, file=sys.stderr, disable=None, delay=0.3
    )

    def progress(done: int, total: int) -> None:
        shown.total = total
        shown.update(done - shown.n)

    try:
        with shown:
            return import_file(
                caller,
                TABLES,
                TABLES[table],
                content,
                options=options,
                settings=settings,
                apply=apply,
                progress=progress,
            )
    except Unavailable as error:
        raise _NotRunning(f"{error.detail} Is `make run` still running?") from error
    except Unauthorized as error:
        raise _NotRunning("The database does not know the admin's key in run.json. Start `make run` anew.") from error
    finally:
        database.close()


def _find_platform(data: Path) -> _Platform:
    path = data / "run.json"
    try:
        said: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        key = next(client["key"] for client in said["clients"] if client["role"] == "admin")
        return _Platform(said["url"], said["database_url"], key)
    except FileNotFoundError:
        raise _NotRunning(f"There is no {path}: start `make run` first, in another terminal (DATA={data}).") from None
    except PermissionError:
        raise _NotRunning(f"{path} belongs to somebody else: import as the user who runs `make run`.") from None
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise _NotRunning(f"{path} can't be read. Start `make run` anew, which writes it.") from error


def _complain(code: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return code
