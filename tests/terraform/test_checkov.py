"""checkov finds nothing in terraform/ that isn't answered on the spot."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import expect_none
from tests.terraform.checkov import NotInstalled, run_checkov
from tests.terraform.places import TERRAFORM

SKIP = re.compile(r"#\s*checkov:skip=(\w*):?[ ]*(.*)")
MIN_REASON = 12
WHOLESALE = (".checkov.yml", ".checkov.yaml", ".checkov.baseline")


def test_checkov_finds_nothing() -> None:
    try:
        report = run_checkov()
    except NotInstalled as error:
        pytest.skip(f"checkov could not be installed: {str(error).strip().splitlines()[-1]}")
    results = report["results"]
    assert report["summary"]["resource_count"] > 0
    expect_none(f"checkov can't read {path}" for path in results["parsing_errors"])
    expect_none({_tell(one) for one in results["failed_checks"]})


def test_each_skip_says_why() -> None:
    skips = [
        (f"{path.relative_to(TERRAFORM)}:{number}", *found.groups())
        for path in sorted(TERRAFORM.rglob("*.tf"))
        if ".terraform" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := SKIP.search(line))
    ]
    assert skips
    expect_none(where for where, check, reason in skips if not check or len(reason) < MIN_REASON)


def test_nothing_is_skipped_for_a_whole_folder() -> None:
    expect_none(name for name in WHOLESALE if (TERRAFORM.parent / name).exists() or (TERRAFORM / name).exists())


def _tell(check: dict[str, object]) -> str:
    return f"{check['check_id']} {str(check['file_path']).lstrip('/')}: {check['resource']}: {check['check_name']}"
