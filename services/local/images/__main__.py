"""`make images`, `python -m services.local.images [SERVICE …]`: builds and loads the images, and says how big."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from services.local.catalog import read_catalog
from services.local.docker import DockerError, NoEngine, find_engine
from services.local.images.make import make_images
from services.local.images.request import ARCHITECTURES, BASE_IMAGE, BUILD, BuildFailed, Request


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 1 when an image could not be made, 2 for arguments that ask for none."""
    asked = _parse(arguments)
    known = list(read_catalog())
    if unknown := sorted(set(asked.services).difference(known)):
        print(f"There is no service {' and no '.join(unknown)}. The services: {', '.join(known)}", file=sys.stderr)
        return 2
    engine = find_engine()
    if isinstance(engine, NoEngine):
        print(f"Images need a Docker engine that can build: {engine.reason}", file=sys.stderr)
        return 1
    started = time.monotonic()
    request = Request(base=asked.base, architecture=asked.architecture, source=asked.source, no_cache=asked.no_cache)
    print(engine)
    try:
        made = make_images(engine, request, asked.services or known, lambda line: print(line, flush=True))
    except (BuildFailed, DockerError) as error:
        print(error, file=sys.stderr)
        return 1
    _print_layers(made)
    print(f"{len(made)} images in {time.monotonic() - started:.0f} s; {BUILD / 'images.json'}")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.local.images", description="Builds the Lambda images.")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="all, if none is named")
    parser.add_argument("--base", default=BASE_IMAGE, help="the base image; name@sha256:… for a release")
    parser.add_argument(
        "--architecture", default="", choices=ARCHITECTURES, help="that of the engine, if none is named"
    )
    parser.add_argument("--source", default="skep", help="where the code can be had, for the image's label")
    parser.add_argument("--no-cache", action="store_true", help="build every step anew")
    return parser.parse_args(arguments)


def _print_layers(made: dict[str, dict[str, Any]]) -> None:
    """Each layer once, with the services that have it."""
    users: dict[str, list[str]] = {}
    layers = {layer["digest"]: layer for entry in made.values() for layer in entry["layers"]}
    for service, entry in made.items():
        for layer in entry["layers"]:
            users.setdefault(layer["digest"], []).append(service)
    print("\n   MB  packed  layer")
    for digest, layer in layers.items():
        who = "all" if len(users[digest]) == len(made) else ", ".join(users[digest])
        print(f"{layer['bytes'] / 1e6:5.1f}  {layer['packed_bytes'] / 1e6:6.1f}  {layer['what']} ({who})")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
