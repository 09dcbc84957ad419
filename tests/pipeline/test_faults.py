"""Faults, planted one at a time: each is found, and told of in words that lead to it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.pipeline.findings import find
from tests.pipeline.groovy import Groovy
from tests.pipeline.places import HERE
from tests.pipeline.scenarios import list_scenarios
from tests.pipeline.tree import Tree

FAULTS: list[dict[str, str]] = yaml.safe_load((HERE / "faults.yaml").read_text(encoding="utf-8"))
SCENARIOS = {scenario.name: scenario for scenario in list_scenarios()}


@pytest.fixture(scope="module")
def before(tree: Tree, groovy: Groovy) -> set[str]:
    """What is found without any fault: nothing, or other tests fail; a fault has to add to it."""
    return set(find(tree, groovy))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_planted_fault_is_found(fault: dict[str, Any], tree: Tree, groovy: Groovy, before: set[str]) -> None:
    changed = tree.change(fault["file"], fault["old"], fault["new"])
    found = set(find(changed, groovy, SCENARIOS[fault["in"]] if "in" in fault else None)) - before
    assert [told for told in found if re.search(fault["says"], told)], "\n".join(sorted(found)) or "nothing was found"
