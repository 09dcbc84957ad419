"""Every Groovy file, this suite's own included, is one for Jenkins's Groovy, and clean."""

from __future__ import annotations

from tests.pipeline.groovy import Groovy
from tests.pipeline.linting import Linting
from tests.pipeline.tree import Tree, list_groovy

MAX_LINES = 300
MAX_JENKINSFILE_LINES = 150


def test_this_is_the_groovy_that_jenkins_has(groovy: Groovy) -> None:
    assert groovy.version.startswith("2.4.")


def test_every_groovy_file_parses(tree: Tree, groovy: Groovy) -> None:
    files = list_groovy(tree)
    assert "Jenkinsfile" in files
    assert {name: found for name in files if (found := groovy.parse(tree.read(name)))} == {}


def test_syntax_of_a_newer_groovy_does_not_parse(groovy: Groovy) -> None:
    assert groovy.parse("if (1 !in [2]) { println 'Groovy 3' }") != []


def test_groovy_files_are_short(tree: Tree) -> None:
    lines = {name: tree.read(name).count("\n") for name in list_groovy(tree)}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}
    assert lines["Jenkinsfile"] <= MAX_JENKINSFILE_LINES


def test_groovy_files_are_clean(tree: Tree, linting: Linting) -> None:
    found = linting.finish()
    assert len(found) == len(list_groovy(tree))
    assert [
        f"{name}:{error.get('line')} {error['rule']}: {error['msg']}"
        for name, errors in found.items()
        for error in errors
    ] == []
