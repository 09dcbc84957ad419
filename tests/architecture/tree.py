"""The files of the repository and their parsed modules, for the tests that hold the rules of the house."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Module(NamedTuple):
    """A Python file. name: its path from the root."""

    name: str
    tree: ast.Module


class Definition(NamedTuple):
    """A function or class of a module. name: with what it stands in, a.b.c; inside: the definition around it."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    inside: ast.AST | None


@cache
def list_files() -> tuple[str, ...]:
    """The paths of all files that git has or would take, from the root, sorted. Fails when there are none."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = tuple(sorted(name for name in set(done.stdout.split("\0")) if name and (ROOT / name).is_file()))
    assert files, "git lists no files"
    return files


def list_with_suffix(*suffixes: str, under: str = "") -> list[str]:
    """The files with one of these suffixes below a folder. Fails when there are none."""
    found = [name for name in list_files() if name.endswith(suffixes) and name.startswith(under)]
    assert found, f"there is no {' or '.join(suffixes)} below {under or 'the root'}"
    return found


def read(name: str) -> str:
    """A file's text."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def list_modules(under: str) -> tuple[Module, ...]:
    """The Python files below a folder, parsed. Fails when there are none."""
    return tuple(Module(name, ast.parse(read(name), name)) for name in list_with_suffix(".py", under=under))


def expect_none(findings: Iterable[str]) -> None:
    """Fails with the findings, a line each."""
    lines = sorted(findings)
    assert not lines, "\n".join(["", *lines])


def walk_definitions(tree: ast.AST, prefix: str = "", inside: ast.AST | None = None) -> Iterator[Definition]:
    """Every function and class, from the outside in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield Definition(prefix + node.name, node, inside)
            yield from walk_definitions(node, f"{prefix}{node.name}.", node)
        elif not isinstance(node, ast.expr):
            yield from walk_definitions(node, prefix, inside)
