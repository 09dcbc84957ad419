"""A function fits on a screen, a file in a head."""

from __future__ import annotations

import ast

from tests.architecture.tree import expect_none, list_modules, list_with_suffix, read, walk_definitions

MAX_FUNCTION_LINES = 40
MAX_FILE_LINES = 300
SUFFIXES = (".py", ".sql", ".sh", ".html", ".css", ".js", ".toml", ".ini", ".svg", "Makefile", "Jenkinsfile")

GENERATED = {
    "services/migrations/schema.sql": "the whole schema, rendered by `make schema` for people to search",
}
"""Written by a program and never by hand."""


def test_no_function_is_longer_than_a_screen() -> None:
    expect_none(
        f"{module.name}:{node.lineno} {name}: {lines} lines"
        for under in ("services/", "tests/")
        for module in list_modules(under)
        for name, node, _ in walk_definitions(module.tree)
        if not isinstance(node, ast.ClassDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    )


def test_no_file_is_longer_than_300_lines() -> None:
    counted = {name: read(name).count("\n") for name in list_with_suffix(*SUFFIXES) if name not in GENERATED}
    expect_none(f"{name}: {lines} lines" for name, lines in counted.items() if lines > MAX_FILE_LINES)


def test_the_list_of_generated_files_names_only_files_that_are_there() -> None:
    expect_none(set(GENERATED).difference(list_with_suffix(*SUFFIXES)))
