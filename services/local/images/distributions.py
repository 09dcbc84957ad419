"""What an image is made of, read from its layers: Python distributions and Debian packages."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from functools import lru_cache
from pathlib import Path, PurePosixPath

__all__ = ["Distribution", "find_distributions", "read_files"]

STATUS = "var/lib/dpkg/status"
WHEELS = "opt/python/wheels.json"
METADATA = re.compile(r".+\.dist-info/METADATA")
LONGEST_LICENSE = 100
"""Some write the whole text of their licence where its name belongs."""

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"


@dataclass(frozen=True, order=True)
class Distribution:
    """kind: pypi or deb; sha256: of the wheel that was installed, empty where nobody knows; license: as it names it."""

    kind: str
    name: str
    version: str
    architecture: str = ""
    sha256: str = ""
    license: str = ""


def find_distributions(layers: list[Path]) -> list[Distribution]:
    """All of them, sorted. layers: packed, the base's first."""
    files = read_files(layers)
    hashes = {_normal(name): digest for name, digest in json.loads(files.get(WHEELS, b"{}")).items()}
    found = [_python(files[path].decode(), hashes) for path in files if METADATA.fullmatch(path)]
    for paragraph in files.get(STATUS, b"").decode().split("\n\n"):
        package = Parser().parsestr(paragraph, headersonly=True)
        if (package["Status"] or "").endswith(" installed"):
            found.append(Distribution("deb", package["Package"], package["Version"], package["Architecture"]))
    return sorted(found)


def _python(metadata: str, hashes: dict[str, str]) -> Distribution:
    said = Parser().parsestr(metadata, headersonly=True)
    name = _normal(said["Name"])
    return Distribution("pypi", name, said["Version"], sha256=hashes.get(name, ""), license=_license(said))


def _license(said: Message) -> str:
    """The expression, else the classifier, else what stands under License, if it is a name."""
    classifiers = [value.split(" :: ")[-1] for value in said.get_all("Classifier", ()) if value.startswith("License")]
    named = (said["License"] or "").strip()
    short = named if len(named) <= LONGEST_LICENSE and "\n" not in named else ""
    return said["License-Expression"] or short or " OR ".join(classifiers)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_files(layers: list[Path]) -> dict[str, bytes]:
    """Path -> content of the files that say what is installed, as they stand with all layers one above the other."""
    files: dict[str, bytes] = {}
    for layer in layers:
        gone, found = _read_layer(layer)
        files = {path: content for path, content in files.items() if not _is_below(path, gone)} | found
    return files


def _is_below(path: str, gone: frozenset[str]) -> bool:
    return not gone.isdisjoint((path, *map(str, PurePosixPath(path).parents)))


@lru_cache(maxsize=32)
def _read_layer(layer: Path) -> tuple[frozenset[str], dict[str, bytes]]:
    """What the layer takes away of those below, and what it brings."""
    gone, found = set(), {}
    with tarfile.open(layer, "r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if path.name == OPAQUE:
                gone.add(str(path.parent))
            elif path.name.startswith(WHITEOUT):
                gone.add(str(path.with_name(path.name.removeprefix(WHITEOUT))))
            elif (str(path) in {STATUS, WHEELS} or METADATA.fullmatch(str(path))) and (file := tar.extractfile(member)):
                found[str(path)] = file.read()
    return frozenset(gone), found
