"""Runs inside the build: compiles every module below a folder, to bytecode that is never checked against its source.

Sorted, with the two halves in a process each whatever the machine has: the same files give the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode, PyCompileError
from py_compile import compile as compile_file

ELSEWHERE = {"/proc", "/sys", "/dev", "/mnt", "/run"}


def find_modules(folder: str) -> Iterator[str]:
    """Every .py below the folder, in the order of the alphabet."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if str(Path(path, name)) not in ELSEWHERE)
        for name in sorted(names):
            if name.endswith(".py"):
                yield str(Path(path, name))


def compile_half(half: int, root: str, folder: str) -> int:
    """Compiles each second module; the exit code. root: what stands for / in the names that tracebacks show."""
    failed = 0
    for module in list(find_modules(folder))[half::2]:
        shown = "/" + str(Path(module).relative_to(root))
        try:
            compile_file(module, dfile=shown, doraise=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        except PyCompileError as error:
            print(error, file=sys.stderr)
            failed = 1
    return failed


def main(arguments: list[str]) -> int:
    """`bytecode.py [--root FOLDER] FOLDER`: the exit code."""
    if arguments[0] == "--half":
        return compile_half(int(arguments[1]), arguments[2], arguments[3])
    root, folder = (arguments[1], arguments[2]) if arguments[0] == "--root" else ("/", arguments[0])
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, __file__, "--half"]
    with (
        subprocess.Popen([*command, "0", root, folder], env=environment) as one,
        subprocess.Popen([*command, "1", root, folder], env=environment) as other,
    ):
        return max(one.wait(), other.wait())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
