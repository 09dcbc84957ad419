"""Every module says what it owns, every public function and class what it does, every route what it answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import NamedTuple

from tests.architecture.applications import list_views
from tests.architecture.tree import Definition, expect_none, list_modules, walk_definitions

MAX_MODULE_DOCSTRING_LINES = 4
LONGER = {
    "services/shared/errors.py": "draws the tree of errors",
    "services/migrations/files.py": "is the reference of what a migration file may say",
}

INHERITED = re.compile(r"do_[A-Z]+|log_\w+|handle_\w+|finish|setup")
"""Names that http.server and socketserver give: what they do is documented there."""


def test_every_module_says_in_one_to_four_lines_what_it_owns() -> None:
    lines = {
        module.name: sum(bool(line.strip()) for line in (ast.get_docstring(module.tree) or "").splitlines())
        for under in ("services/", "jenkins/", "tests/")
        for module in list_modules(under)
    }
    expect_none(f"{name} has no docstring" for name, count in lines.items() if not count)
    long = [name for name, count in lines.items() if count > MAX_MODULE_DOCSTRING_LINES and name not in LONGER]
    expect_none(f"{name}: {lines[name]} lines" for name in long)


def test_every_public_function_and_class_has_a_docstring() -> None:
    modules = [*list_modules("services/"), *list_modules("jenkins/")]
    definitions = [(m.name, one) for m in modules for one in walk_definitions(m.tree)]
    public = [(name, one) for name, one in definitions if _is_public(one)]
    assert public
    documented = _documented_methods(one for _, one in definitions)
    expect_none(
        f"{name}:{one.node.lineno} {one.name}"
        for name, one in public
        if not ast.get_docstring(one.node) and not _is_documented_above(one, documented)
    )


def test_every_view_function_names_the_statuses_that_it_answers() -> None:
    expect_none(view.name for view in list_views() if not re.search(r"\b[1-5]\d\d\b", view.function.__doc__ or ""))


def _is_public(definition: Definition) -> bool:
    """A function inside a function is not; nor is one that says nothing new: an overload, a protocol's method."""
    node = definition.node
    if any(part.startswith("_") for part in definition.name.split(".")):
        return False
    if isinstance(definition.inside, ast.FunctionDef | ast.AsyncFunctionDef) or INHERITED.fullmatch(node.name):
        return False
    if isinstance(node, ast.ClassDef):
        return True
    last = node.body[-1]
    return not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...)


class Class(NamedTuple):
    """A class: the names of its bases, and of its methods with a docstring."""

    bases: list[str]
    methods: set[str]


def _documented_methods(definitions: Iterable[Definition]) -> dict[str, Class]:
    """By the class's own name, which is enough here."""
    classes: dict[str, Class] = {}
    for _, node, inside in definitions:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = Class([ast.unparse(base).rpartition(".")[2] for base in node.bases], set())
        elif isinstance(inside, ast.ClassDef) and ast.get_docstring(node):
            classes[inside.name].methods.add(node.name)
    return classes


def _is_documented_above(definition: Definition, classes: dict[str, Class]) -> bool:
    """Whether a class above says already what this method does."""
    above = list(classes[definition.inside.name].bases) if isinstance(definition.inside, ast.ClassDef) else []
    while above:
        base = classes.get(above.pop(), Class([], set()))
        if definition.node.name in base.methods:
            return True
        above += base.bases
    return False
