"""All that the suite finds in a tree, as sentences: what a planted fault is told by."""

from __future__ import annotations

from tests.pipeline import casc_keys, crosschecks
from tests.pipeline.groovy import Groovy
from tests.pipeline.known import read_known
from tests.pipeline.properties import find_breaches
from tests.pipeline.scenarios import Scenario
from tests.pipeline.tree import Tree


def find(tree: Tree, groovy: Groovy, scenario: Scenario | None = None) -> list[str]:
    """Every complaint about a tree; with a scenario, about how that goes, too."""
    known = read_known(tree, groovy)
    validated = {name: groovy.validate(name, tree.read(name)) for name in tree.pipelines()}
    uses = {name: found["uses"] for name, found in validated.items()}
    found = [f"{name}, {problem}" for name, read in validated.items() for problem in read["problems"]]
    found += crosschecks.check_plugins(tree, uses)
    found += crosschecks.check_credentials(tree, known, uses)
    found += crosschecks.check_locks(known, uses)
    found += crosschecks.check_labels(known, uses)
    found += crosschecks.check_installations(known, uses)
    found += crosschecks.check_variables(tree, known)
    found += crosschecks.check_targets(tree, uses)
    found += crosschecks.check_reports(tree, uses)
    found += crosschecks.check_jobs(tree, known, uses)
    found += casc_keys.check_keys(tree) + casc_keys.check_variables(tree) + casc_keys.check_interpolation(tree)
    if scenario is not None:
        done = groovy.execute(tree.read(scenario.pipeline), scenario.complete(tree, known))
        found += [done["refused"]] if done["refused"] else []
        found += find_breaches(scenario, done["events"])
        if done["result"] != scenario.ends:
            found.append(f"result {done['result']}, not {scenario.ends}")
    return found
