"""Layers as they should have been written: sorted, of one time and one way of packing, whoever built them.

Docker 20.10 puts the time of the build into every entry. The same files then give another digest each time, and a
release can't be made again to see whether it is what its commit says.
"""

from __future__ import annotations

import gzip
import hashlib
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Layer", "hash_file", "normalise", "pack"]

MODIFIED = 315532800
"""1 January 1980: the same for every commit, so that a layer that no commit changed is pushed and cached once."""

BLOCK = 1 << 20
GZIP_LEVEL = 6


@dataclass(frozen=True)
class Layer:
    """A packed layer. diff_id: of its tar; digest, size_bytes: of the packed file; content_bytes: of what it holds."""

    diff_id: str
    digest: str
    size_bytes: int
    content_bytes: int
    entries: int


def normalise(source: IO[bytes], target: Path) -> None:
    """Writes a layer's tar anew: sorted by name, of one time, with numbers for owners and no times that pax adds."""
    with tarfile.open(fileobj=source) as old, tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old, key=lambda member: member.name):
            content = old.extractfile(member) if member.isfile() or member.islnk() else None
            new.addfile(_same_for_all(old, member), content)


def _same_for_all(layer: tarfile.TarFile, member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry without what differs from build to build. A hard link becomes the file: sorted, it might come first."""
    if member.islnk():
        linked = layer.getmember(member.linkname)
        size, mode = linked.size, linked.mode
        member = member.replace(linkname="", deep=True)
        member.type, member.size, member.mode = tarfile.REGTYPE, size, mode
    kept = {name: value for name, value in member.pax_headers.items() if name.startswith("SCHILY.xattr.")}
    changed = member.replace(mtime=MODIFIED, uname="", gname="", deep=True)
    changed.pax_headers = kept
    return changed


def pack(source: IO[bytes], target: Path) -> Layer:
    """Writes a layer's tar, byte for byte, as gzip without a name and a time."""
    source.seek(0)
    inner = hashlib.sha256()
    with open(target, "wb") as file, gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as packed:
        while block := source.read(BLOCK):
            inner.update(block)
            packed.write(block)
    source.seek(0)
    with tarfile.open(fileobj=source) as layer:
        sizes = [member.size for member in layer]
    return Layer(f"sha256:{inner.hexdigest()}", hash_file(target), target.stat().st_size, sum(sizes), len(sizes))


def hash_file(path: Path) -> str:
    """The digest, `sha256:…`, of a file."""
    with open(path, "rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
