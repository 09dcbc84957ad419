"""The process in the background: the emulator and what runs the functions for it, until SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack

from services.local.cloud.deployed import Deployed
from services.local.cloud.emulator import Emulator
from services.local.cloud.logs import Logged
from services.local.cloud.place import CloudError, Place
from services.local.lambda_runtime.front import InvokeFront
from services.local.lambda_runtime.sandboxes import ContainerFunction, Start

__all__ = ["serve"]

LOOK_SECONDS = 0.5


def serve(place: Place, client: str, port: int) -> int:
    """Serves until SIGTERM, or until the emulator ends; gives the exit code. client: the docker client."""
    stopped = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: stopped.set())
    ready = place.path("serve.json")
    with ExitStack() as stack:
        stack.enter_context(place.hold("serve", f"The cloud {place.name} runs already."))
        stack.callback(ready.unlink, missing_ok=True)
        emulator = stack.enter_context(Emulator(place.path("emulator"), port=port))
        deployed = Deployed(emulator.endpoint, lambda uri, environment: _start(place, client, uri, environment))
        stack.callback(deployed.stop)
        front = stack.enter_context(InvokeFront(deployed))
        place.write(ready, {"endpoint": emulator.endpoint, "lambda_url": front.url})
        while not stopped.wait(LOOK_SECONDS):
            if emulator.has_ended():
                raise CloudError(f"The AWS emulator ended by itself; {emulator.log_file} may say why.")
    return 0


def _start(place: Place, client: str, uri: str, environment: Mapping[str, str]) -> Start:
    """What starts the image that was pushed: the same one as Docker has it, found by its digest."""
    digest = uri.rpartition("@")[2]
    images = place.read(place.path("images.json"))
    label, _, cloud = place.label.partition("=")
    return Logged(ContainerFunction(images[digest], environment, client=client, labels={label: cloud}), _write)


def _write(text: str) -> None:
    # One write: lines of several environments come from several threads.
    sys.stdout.write(text)
    sys.stdout.flush()
