"""Configuration has one door: Settings, made by services/shared/start.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import expect_none, list_modules

ALLOWED = {
    "services/shared/start.py": "a handler's start: where Settings are made",
    "services/local/": "a command on somebody's machine, which sets the environment that handlers read",
    "services/migrations/__main__.py": "a command; migrations share nothing with the services",
    "services/migrations/handler.py": "the same as a Lambda",
    "jenkins/agents/connect.py": "a program by itself: it stands in the agents' images, without this repository",
    "jenkins/release/settings.py": "the settings of every command of jenkins.release",
    "jenkins/sonar/settings.py": "the settings of every command of jenkins.sonar",
}
ROOTS = ("services/", "jenkins/")
NAMES = ("environ", "environb", "getenv", "getenvb", "putenv")


def test_the_environment_is_read_where_handlers_and_commands_start_and_nowhere_else() -> None:
    expect_none(
        f"{module.name}:{line}"
        for root in ROOTS
        for module in list_modules(root)
        if not module.name.startswith(tuple(ALLOWED))
        for line in _reads(module.tree)
    )


def test_whoever_may_read_the_environment_does() -> None:
    readers = [module.name for root in ROOTS for module in list_modules(root) if any(_reads(module.tree))]
    expect_none(place for place in ALLOWED if not any(name.startswith(place) for name in readers))


def _reads(tree: ast.Module) -> Iterator[int]:
    """The lines that mention os.environ or its kin, or import them."""
    for node in ast.walk(tree):
        read = isinstance(node, ast.Attribute) and node.attr in NAMES and ast.unparse(node.value) == "os"
        imported = isinstance(node, ast.ImportFrom) and node.module == "os" and any(a.name in NAMES for a in node.names)
        if isinstance(node, ast.Attribute | ast.ImportFrom) and (read or imported):
            yield node.lineno
