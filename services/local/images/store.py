"""The packed layers of all images, each once; the layouts hold links to them."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

from services.local.docker import Engine
from services.local.images.layers import Layer, normalise, pack
from services.local.images.request import BuildFailed

__all__ = ["Store", "write_whole"]

FORMAT = "1"
"""Changes with what normalise does, so that no layer of an older way is taken for one of today's."""

SCRATCH = "scratch-"
GZIP_MAGIC = b"\x1f\x8b"


class Store:
    """A folder with the layers, and an index from what Docker built to what came of it. One has it at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        for left in folder.glob(f"{SCRATCH}*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        self._index = folder / "index.json"
        self._known: dict[str, Layer] = {}
        if self._index.is_file():
            index = json.loads(self._index.read_text(encoding="utf-8"))
            self._known = {key: Layer(**fields) for key, fields in index.items()}

    def path(self, digest: str) -> Path:
        """Where a packed layer is."""
        return self._folder / digest.partition(":")[2]

    def take(self, engine: Engine, image_id: str, diff_ids: list[str], *, of_base: int) -> list[Layer]:
        """The layers of an image that Docker has built: the base's as they are, those above it normalised.

        Of the latter, those that change nothing are left out.
        diff_ids: of all its layers, the base's first; of_base: how many are the base's.
        """
        keys = [_key(diff_id, kept=place < of_base) for place, diff_id in enumerate(diff_ids)]
        if not all(self._has(key) for key in keys):
            with self._saved(engine, image_id) as saved:
                for place, (key, source) in enumerate(zip(keys, saved, strict=True)):
                    if not self._has(key):
                        self._known[key] = self._add(source, kept=place < of_base)
            index = {key: asdict(layer) for key, layer in sorted(self._known.items())}
            write_whole(self._index, json.dumps(index, indent=1).encode() + b"\n")
        layers = [self._known[key] for key in keys]
        return layers[:of_base] + [layer for layer in layers[of_base:] if layer.entries]

    def _has(self, key: str) -> bool:
        return key in self._known and self.path(self._known[key].digest).is_file()

    def _add(self, source: IO[bytes], *, kept: bool) -> Layer:
        with self.scratch() as scratch:
            packed, plain = scratch / "packed", scratch / "plain"
            if kept:
                layer = pack(source, packed)
            else:
                normalise(source, plain)
                with open(plain, "rb") as file:
                    layer = pack(file, packed)
            packed.replace(self.path(layer.digest))
        return layer

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for files as large as an image, which is gone afterwards: after a kill, with the next run."""
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self._folder) as folder:
            yield Path(folder)

    @contextmanager
    def _saved(self, engine: Engine, image_id: str) -> Iterator[Iterator[IO[bytes]]]:
        """The tars of an image's layers, the base's first, as `docker save` writes them: packed or not."""
        with self.scratch() as scratch:
            file = scratch / "image.tar"
            engine.run("image", "save", "--output", str(file), image_id)
            with tarfile.open(file) as saved:
                with _open(saved, "manifest.json") as manifest:
                    names = json.load(manifest)[0]["Layers"]
                yield (_open(saved, name) for name in names)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or as it was, also for whoever reads meanwhile and after a kill."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def _key(diff_id: str, *, kept: bool) -> str:
    return f"{diff_id} {'kept' if kept else 'normalised'} {FORMAT}"


def _open(saved: tarfile.TarFile, name: str) -> IO[bytes]:
    file = saved.extractfile(name)
    if file is None:
        raise BuildFailed(f"What `docker save` wrote has no {name}.")
    packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    if not packed:
        return file
    plain = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's, until it is collected
    with gzip.open(file) as inner:
        shutil.copyfileobj(inner, plain)
    plain.seek(0)
    return plain
