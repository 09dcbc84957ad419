"""A hole that is known fails the audit, and so does a package of which nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.audit import judge
from tests.checks.running import CheckFailed

SOUND = {"name": "flask", "version": "3.1.0", "vulns": []}
HOLED = {
    "name": "honey",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["1.1"], "description": "It leaks."}],
}
UNKNOWN = {"name": "wax", "skip_reason": "Dependency not found on PyPI and could not be audited: wax (1.0)"}


def test_packages_without_a_known_hole_pass() -> None:
    assert judge([SOUND], "pypi") == 0


def test_a_hole_is_told_with_the_version_that_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([SOUND, HOLED], "pypi") == 1
    assert "honey 1.0: PYSEC-2026-1 CVE-2026-1; mended in: 1.1" in capsys.readouterr().out


@pytest.mark.parametrize("dependencies", [[], [UNKNOWN], [SOUND, UNKNOWN]])
def test_what_could_not_be_looked_up_is_no_success(dependencies: list[dict[str, Any]]) -> None:
    with pytest.raises(CheckFailed, match="could not be looked up at https://pypi.org/pypi"):
        judge(dependencies, "pypi")


def test_holes_are_told_even_when_something_could_not_be_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CheckFailed, match="1 of 2 packages"):
        judge([HOLED, UNKNOWN], "osv")
    assert "PYSEC-2026-1" in capsys.readouterr().out
