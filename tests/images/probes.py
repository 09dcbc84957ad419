"""What is asked of an image from within it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

from services.local.docker import Engine

LOOK_ROUND = """
import json, os
files, flags = [], set()
for path, folders, names in os.walk("/"):
    if path in ("/proc", "/sys", "/dev"):
        folders.clear()
        continue
    files += [os.path.join(path, name) for name in names]
    for name in names:
        if name.endswith(".pyc"):
            with open(os.path.join(path, name), "rb") as file:
                flags.add(int.from_bytes(file.read(8)[4:], "little"))
print(json.dumps({"files": files, "flags": sorted(flags)}))
"""

IMPORT_ALL = """
import importlib, json, pathlib, sys, handler
for path in sorted(pathlib.Path("services").rglob("*.py")):
    importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
print(json.dumps({"handler": callable(handler.handler), "modules": sorted(sys.modules), "from": handler.__cached__}))
"""

LIST_DISTRIBUTIONS = """
import importlib.metadata, json, subprocess
asked = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}${Package} ${Version}\\n"]
packages = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
print(json.dumps({
    "pypi": [[d.metadata["Name"], d.version] for d in importlib.metadata.distributions()],
    "deb": [line[3:].strip().split(" ") for line in packages.splitlines() if line.startswith("ii")],
}))
"""

SETTINGS = {
    "SKEP_DATABASE_URL": "postgresql://nobody@localhost/nothing",
    "SKEP_DATABASE_OWNER_URL": "postgresql://nobody@localhost/nothing",
    "SKEP_ENVIRONMENT": "test",
    "SKEP_USAGE_PLAN_ID": "plan",
    "AWS_REGION": "eu-central-1",
}
"""Enough for every handler to start."""


class Files(NamedTuple):
    """All files of an image; flags: those of its bytecode."""

    files: frozenset[str]
    flags: tuple[int, ...]


def ask(engine: Engine, image: str, program: str, *options: str) -> Any:
    """Runs a Python program in the image, without a network and with nothing to write to; gives the JSON it prints."""
    settings = [part for name, value in SETTINGS.items() for part in ("--env", f"{name}={value}")]
    sealed = ("--rm", "--interactive", "--network", "none", "--read-only")
    command = ["run", *sealed, *settings, *options, "--entrypoint", "/usr/local/bin/python", image, "-"]
    return json.loads(engine.run(*command, given=program, timeout_seconds=120))


@cache
def list_files(engine: Engine, image: str) -> Files:
    """All files of the image, seen as root. Asked once for each image."""
    said = ask(engine, image, LOOK_ROUND, "--user", "0")
    return Files(frozenset(said["files"]), tuple(said["flags"]))
