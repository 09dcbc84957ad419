"""Makes the images: built, normalised, written, loaded and listed, one service after the other."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from services.local.docker import DockerError, Engine
from services.local.images.builder import Base, build, find_base, inspect
from services.local.images.distributions import find_distributions
from services.local.images.layout import Image, load, make_image, read_digest, read_settings, write_layout
from services.local.images.request import BuildFailed, Request, Revision, find_revision
from services.local.images.sbom import write_sbom
from services.local.images.store import Store, write_whole

__all__ = ["make_images"]

LIST = "images.json"
PARTS = ("bytecode of the base", "dependencies", "code")
"""The layers above the base, as docker/Dockerfile makes them."""


def make_images(
    engine: Engine, request: Request, services: list[str], progress: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """Makes the images of the services; gives what images.json then says of them. Raises BuildFailed.

    Entries of images.json for other services stay.
    """
    made: dict[str, dict[str, Any]] = {}
    with _alone(request.output, progress):
        base, revision = find_base(engine, request), find_revision(request.root)
        for service in services:
            started = time.monotonic()
            made[service] = _make_image(engine, request, revision, base, service)
            progress(_summarize(service, made[service], time.monotonic() - started))
            _list(request.output / LIST, made)
    return made


def _make_image(engine: Engine, request: Request, revision: Revision, base: Base, service: str) -> dict[str, Any]:
    store = Store(request.output / "layers")
    image_id = build(engine, request, revision, base, service)
    built = inspect(engine, image_id)
    of_base = len(base.diff_ids)
    if built["RootFS"]["Layers"][:of_base] != base.diff_ids:
        raise BuildFailed(f"Docker built {service} upon another image than {base.name}, {base.image_id}.")
    layers = store.take(engine, image_id, built["RootFS"]["Layers"], of_base=of_base)
    image = make_image(built, layers, revision)
    folder = request.output / service
    tags = [f"{request.repository}/{service}:{tag}" for tag in (revision.name, "latest")]
    bill = folder / "sbom.cdx.json"
    if read_digest(folder) != image.digest or not bill.is_file():
        write_layout(image, store, folder, revision.name)
        distributions = find_distributions([store.path(layer.digest) for layer in layers])
        write_whole(bill, write_sbom(service, image.digest, revision, distributions).encode())
    loaded = _load(engine, image, folder, tags, store)
    with suppress(DockerError):  # another build of the same files may hold it
        engine.run("image", "rm", image_id)
    return {"tag": tags[0], "revision": revision.name, "image_id": loaded} | _describe(image, base, of_base)


def _load(engine: Engine, image: Image, folder: Path, tags: list[str], store: Store) -> str:
    """Has the engine take the image, if it hasn't; gives the id under which it runs."""
    ids = {_find(engine, image, tag) for tag in tags}
    if len(ids) == 1 and (known := ids.pop()):
        return known
    before = {inspect(engine, tag)["Id"] for tag in tags if engine.has_image(tag)}
    with store.scratch() as scratch:
        load(engine, image, folder, tags, scratch / "image.tar")
    loaded = _find(engine, image, tags[0])
    if not loaded:
        raise BuildFailed(f"Docker loaded {tags[0]} as something else than was written.")
    for replaced in before - {loaded}:
        with suppress(DockerError):  # a container may still run it
            if not inspect(engine, replaced)["RepoTags"]:
                engine.run("image", "rm", replaced)
    return loaded


def _find(engine: Engine, image: Image, tag: str) -> str:
    """The id of the image with that tag, if it is this one: the same layers, the same settings."""
    if not engine.has_image(tag):
        return ""
    found = inspect(engine, tag)
    same = found["RootFS"]["Layers"] == [layer.diff_id for layer in image.layers]
    return str(found["Id"]) if same and read_settings(found) == image.settings else ""


def _describe(image: Image, base: Base, of_base: int) -> dict[str, Any]:
    """Its part of images.json: bytes are those of the files as they lie on disk, packed bytes those that travel."""
    names = [base.name] * of_base + list(PARTS)
    return {
        "digest": image.digest,
        "base": base.name,
        "base_id": base.image_id,
        "base_digest": base.digest,
        "architecture": base.architecture,
        "size_bytes": sum(layer.content_bytes for layer in image.layers),
        "above_base_bytes": sum(layer.content_bytes for layer in image.layers[of_base:]),
        "packed_bytes": sum(layer.size_bytes for layer in image.layers),
        "layers": [
            {"what": name, "digest": layer.digest, "packed_bytes": layer.size_bytes, "bytes": layer.content_bytes}
            for name, layer in zip(names, image.layers, strict=True)
        ],
    }


def _list(path: Path, made: dict[str, dict[str, Any]]) -> None:
    known: dict[str, dict[str, Any]] = {}
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
    write_whole(path, json.dumps(known | made, indent=2, sort_keys=True).encode() + b"\n")


def _summarize(service: str, entry: dict[str, Any], seconds: float) -> str:
    size = f"{entry['above_base_bytes'] / 1e6:5.1f} MB above the base, {entry['packed_bytes'] / 1e6:5.1f} MB packed"
    return f"{service:<12} {entry['digest'][:19]}  {size}  {seconds:5.1f} s"


@contextmanager
def _alone(folder: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Two of us in one folder would take each other's files."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Waiting for another `make images` to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
