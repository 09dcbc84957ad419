"""What no file says: what is left to do, and on whose machine or at whose order it was written."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.tree import expect_none, list_files, read

LEFT_UNDONE = re.compile(r"\b(?:TODO|FIXME|HACK)\b")
SKIPPED = re.compile(r"@pytest\.mark\.(?:skip|xfail)\b")
MACHINE = re.compile(
    r"(?<![\w.~}/-])/(?:home/(?!jenkins\b)|(?:Users|root|work|farm|opt/wheels|tmp)/)[\w.]"  # somebody's folder
    r"|(?:index-url|find-links|trusted-host)\b|\b(?:artifactory|nexus|devpi)\b"  # somebody's package index
    r"|\bDESIGN\.md\b|\bhouse-style\.md\b|\breference/[\w-]+\.md\b|\bprototypes/"  # pages that aren't here
    r"|\bissues? (?:#?\d+|show|note)\b|\bpoint \d+ of the\b",  # an order, not a reason
)
ALLOWED_LINES = {
    ("Makefile", "--no-emit-index-url"): "keeps the index out of the lock files",
    ("jenkins/compose.yaml", "/tmp/python"): "in a container",  # noqa: S108
}
THIS = Path(__file__).name


def lines() -> list[tuple[str, int, str]]:
    """(file, number, text) of every line of every text file, this test left out."""
    found = []
    for name in list_files():
        if name.endswith(THIS):
            continue
        try:
            text = read(name)
        except UnicodeDecodeError:
            continue  # a picture, a font
        found += [(name, number, line) for number, line in enumerate(text.splitlines(), 1)]
    assert found
    return found


def test_nothing_is_left_to_do() -> None:
    expect_none(f"{name}:{number} {line.strip()}" for name, number, line in lines() if LEFT_UNDONE.search(line))


def test_no_test_is_switched_off() -> None:
    expect_none(f"{name}:{number}" for name, number, line in lines() if name.endswith(".py") and SKIPPED.search(line))


def test_no_file_speaks_of_the_machine_or_the_order_that_it_was_written_on() -> None:
    expect_none(
        f"{name}:{number} {line.strip()[:120]}"
        for name, number, line in lines()
        if MACHINE.search(line) and not any(name == file and part in line for file, part in ALLOWED_LINES)
    )
