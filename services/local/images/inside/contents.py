"""Runs inside the build: copies what a service needs of the repository, found by following its imports.

Its own package goes whole. Of the others go the modules that are reached, with the data files that stand beside them.
"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HANDLER = '"""The Lambda entry point: `handler.handler`."""\n\nfrom services.{}.handler import handler as handler\n'


def find_contents(root: Path, service: str) -> set[Path]:
    """The files, relative to the root. Raises FileNotFoundError for a service that isn't there."""
    package = root / "services" / service
    if not (package / "handler.py").is_file():
        raise FileNotFoundError(f"There is no service {service}: {package / 'handler.py'} is missing.")
    waiting = [path for path in package.rglob("*.py") if "__pycache__" not in path.parts]
    reached = set(waiting)
    while waiting:
        for module in _imports(root, waiting.pop()):
            for path in _files(root, module):
                if path not in reached:
                    reached.add(path)
                    waiting.append(path)
    beside = {path for folder in {path.parent for path in reached} for path in folder.iterdir()}
    own = {path for path in package.rglob("*") if "__pycache__" not in path.parts}
    data = {path for path in beside | own if path.is_file() and path.suffix not in {".py", ".pyc", ".lock"}}
    return {path.relative_to(root) for path in reached | data if path.parent != root / "services" or path in reached}


def _imports(root: Path, path: Path) -> Iterator[str]:
    """The modules of ours that a file names: those in functions too, not those for the type checker alone."""
    for node in walk_code(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path.relative_to(root)}: a relative import")
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("services."):
            yield node.value  # what import_module is given


def walk_code(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node that may run: not what only the type checker reads."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from walk_code(node.orelse)
        else:
            yield node
            yield from walk_code(ast.iter_child_nodes(node))


def _files(root: Path, module: str) -> Iterator[Path]:
    """The module's file, and the packages above it."""
    if module.partition(".")[0] != "services":
        return
    path = root.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            yield file
            yield from (above / "__init__.py" for above in file.parents if (above / "__init__.py").is_file())


def copy(root: Path, service: str, target: Path) -> None:
    """Puts the service's files, and the entry point, into a folder; readable for everyone whatever they were here."""
    for file in sorted(find_contents(root, service)):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, target / file)
    (target / "handler.py").write_text(HANDLER.format(service), encoding="utf-8")


if __name__ == "__main__":
    copy(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
