"""What a killed run leaves in the engine is removed by the next; what is of a run that goes on stays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from services.local.docker import DockerError, Engine
from tests.images.test_base_images import PYTHON
from tests.support.leftovers import COMPOSE, LABEL, name_ours, sweep

KINDS = {"ps": ("ps", "--all"), "volume": ("volume", "ls"), "network": ("network", "ls"), "image": ("image", "ls")}


@contextmanager
def _left(engine: Engine, owner: str) -> Iterator[None]:
    """Something of each kind; the container is frozen, as a function may be."""
    with ExitStack() as stack:
        for make, remove in (
            (("run", "--detach", "--network", "none", "--label", f"{LABEL}={owner}", PYTHON, "sleep", "300"), "rm -f"),
            (("volume", "create", "--label", f"{COMPOSE}={owner}"), "volume rm"),
            (("network", "create", "--label", f"{COMPOSE}={owner}", owner), "network rm"),
        ):
            stack.callback(_remove, engine, *remove.split(), engine.run(*make).strip())
        engine.run("image", "tag", PYTHON, f"{owner}-one/customers:1")
        stack.callback(_remove, engine, "image", "rm", f"{owner}-one/customers:1")
        engine.run("pause", *_list(engine, "ps", owner))
        yield


def _remove(engine: Engine, *command: str) -> None:
    with suppress(DockerError):  # it is gone already
        engine.run(*command)


def _list(engine: Engine, kind: str, owner: str) -> list[str]:
    label = LABEL if kind == "ps" else COMPOSE
    chosen = f"reference={owner}*/*" if kind == "image" else f"label={label}={owner}"
    return engine.run(*KINDS[kind], "--quiet", "--filter", chosen).split()


def _count(engine: Engine, owner: str) -> list[int]:
    return [len(_list(engine, kind, owner)) for kind in KINDS]


def test_only_what_is_of_a_process_that_is_gone_is_removed(engine: Engine) -> None:
    if not engine.has_image(PYTHON):
        pytest.skip(f"left out: there is no image {PYTHON}: `docker/base/make.sh {PYTHON}` sees to it")
    tell = "from tests.support.leftovers import name_ours; print(name_ours())"
    gone = subprocess.run([sys.executable, "-c", tell], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    assert gone != name_ours()
    with _left(engine, gone), _left(engine, name_ours()):
        sweep(engine)
        assert (_count(engine, gone), _count(engine, name_ours())) == ([0] * 4, [1] * 4)
