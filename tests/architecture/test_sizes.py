"""A function fits on a screen, a file in a head."""

from __future__ import annotations

import ast

from tests.architecture.tree import expect_none, list_modules, list_with_suffix, read, walk_definitions

MAX_FUNCTION_LINES = 40
MAX_FILE_LINES = 300
MAX_PIPELINE_LINES = 150
MAX_PIPELINE_COLUMNS = 120
SUFFIXES = (
    ".py", ".sql", ".sh", ".html", ".css", ".js", ".toml", ".ini", ".svg", ".groovy", ".yaml", ".properties",
    "Makefile", "Dockerfile", "Jenkinsfile",
)  # fmt: skip

GENERATED = {
    "services/migrations/schema.sql": "the whole schema, rendered by `make schema` for people to search",
}
"""Written by a program and never by hand."""


def test_no_function_is_longer_than_a_screen() -> None:
    expect_none(
        f"{module.name}:{node.lineno} {name}: {lines} lines"
        for under in ("services/", "jenkins/", "tests/")
        for module in list_modules(under)
        for name, node, _ in walk_definitions(module.tree)
        if not isinstance(node, ast.ClassDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    )


def test_no_file_is_longer_than_300_lines() -> None:
    counted = {name: read(name).count("\n") for name in list_with_suffix(*SUFFIXES) if name not in GENERATED}
    expect_none(f"{name}: {lines} lines" for name, lines in counted.items() if lines > MAX_FILE_LINES)


def test_a_pipeline_is_a_list_of_stages_and_no_program() -> None:
    counted = {name: read(name).splitlines() for name in list_with_suffix("Jenkinsfile")}
    assert "Jenkinsfile" in counted
    expect_none(f"{name}: {len(lines)} lines" for name, lines in counted.items() if len(lines) > MAX_PIPELINE_LINES)
    expect_none(
        f"{name}:{number}: {len(line)} columns"
        for name, lines in counted.items()
        for number, line in enumerate(lines, 1)
        if len(line) > MAX_PIPELINE_COLUMNS
    )


def test_the_list_of_generated_files_names_only_files_that_are_there() -> None:
    expect_none(set(GENERATED).difference(list_with_suffix(*SUFFIXES)))
