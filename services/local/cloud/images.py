"""The images that a cloud runs: built when anything that goes into them has changed since."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from services.local.catalog import SERVICES, read_catalog
from services.local.cloud.place import CloudError, Place
from services.local.cloud.plan import Image
from services.local.docker import DockerError, Engine

__all__ = ["build_images", "keep_images", "release_images"]

ROOT = SERVICES.parent
BUILT = ROOT / "build" / "images"
RECORD = BUILT / "images.json"
BUILT_FROM = BUILT / "built_from"


def build_images(engine: Engine) -> dict[str, Image]:
    """Service -> its image, of today's sources. Raises CloudError."""
    sources = _hash_sources()
    found = _read(engine)
    if found is None or not BUILT_FROM.is_file() or BUILT_FROM.read_text(encoding="ascii") != sources:
        _build()
        found = _read(engine)
        if found is None:
            raise CloudError(f"`make images` has not written every service into {RECORD}")
        BUILT_FROM.write_text(sources, encoding="ascii")
    return found


def keep_images(engine: Engine, place: Place, images: Mapping[str, Image]) -> None:
    """Gives them tags of this cloud: `make images` removes images that lose theirs. Raises DockerError."""
    for service, image in images.items():
        tag = f"skep/{service}:{place.id}"
        before = engine.run("image", "ls", "--quiet", "--no-trunc", tag).strip()
        engine.run("image", "tag", image.image_id, tag)
        if before in engine.run("image", "ls", "--quiet", "--no-trunc", "--filter", "dangling=true").split():
            with suppress(DockerError):  # a container may still run it
                engine.run("image", "rm", before)


def release_images(engine: Engine, place: Place) -> None:
    """Removes the tags of this cloud, and images that have no other. Raises DockerError."""
    reference = f"reference=skep/*:{place.id}"
    found = engine.run("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", reference).split()
    if found:
        engine.run("image", "rm", *found)


def _read(engine: Engine) -> dict[str, Image] | None:
    """What the last build wrote down; None when a service or its image is missing."""
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    there = set(engine.run("image", "ls", "--all", "--quiet", "--no-trunc").split())
    images = {
        name: Image(entry["digest"], entry["image_id"], str(BUILT / name))
        for name, entry in record.items()
        if entry["image_id"] in there and (BUILT / name / "index.json").is_file()
    }
    services = read_catalog()
    return {name: images[name] for name in services} if set(services) <= set(images) else None


def _build() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.local.images"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CloudError(f"The images can't be built:\n{done.stdout[-4000:]}")


def _hash_sources() -> str:
    """A hash of all that may go into an image: the services, their locks, the Dockerfile and what it runs."""
    total = hashlib.sha256()
    for file in sorted(_list_sources()):
        total.update(f"{file.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _list_sources() -> list[Path]:
    local = SERVICES / "local"
    return [
        file
        for folder in (SERVICES, ROOT / "docker")
        for file in folder.rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and (local not in file.parents or local / "images" in file.parents)
    ]
