"""Brings a local cloud up, or takes it down: images, Postgres, the process in the background, the wiring, demo data."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jenkins.release.functions import invoke, migrate
from jenkins.release.live import LIVE
from services.forms.assets import write_assets
from services.local.catalog import SERVICES
from services.local.cloud.database import IMAGE, start_database
from services.local.cloud.deploy import deploy
from services.local.cloud.emulator import connect, is_answering, need_port
from services.local.cloud.images import ROOT, build_images, keep_images, release_images
from services.local.cloud.place import CloudError, Place
from services.local.cloud.plan import STAGE, Image, Plan, function_name
from services.local.cloud.terraform import Terraform
from services.local.demo import make_demo
from services.local.docker import DockerError, Engine, NoEngine, find_engine
from services.local.people import Demo
from services.local.progress import step

__all__ = ["down", "get_engine", "status", "up"]

START_SECONDS = 90.0
KEYS_SECONDS = 60.0

BUSY = "another command is at work on {} at this moment; wait for it, then try again"

Told = dict[str, Any]
"""What cloud.json says: url, key, endpoint, api_id, database_url, clients, people, fingerprint."""


def get_engine() -> Engine:
    """A docker client that can build, and its engine. Raises CloudError with how to get one."""
    engine = find_engine()
    if isinstance(engine, NoEngine):
        raise CloudError(
            f"there is no Docker to run the images with: {engine.reason}. "
            "Install one (Debian: apt install docker.io) and start it; `docker version` must name a server"
        )
    return engine


def up(place: Place, port: int) -> Told:
    """Brings the cloud up, or up to date, and gives what is written to cloud.json. Raises CloudError, DockerError."""
    engine = get_engine()
    place.folder.mkdir(parents=True, exist_ok=True)
    with place.hold("up", BUSY.format(place.name)):
        ours = str(place.read(place.path("serve.json")).get("endpoint", ""))
        if place.find_process() is None or not ours.endswith(f":{port}"):
            need_port(port)  # before anything is stopped
        with step("Images"):
            images = build_images(engine)
        with step("Postgres"):
            _need_image(engine)
            database_port, passwords = start_database(engine, place)
        fingerprint = _fingerprint(images, database_port)
        told = place.read(place.told)
        if told.get("fingerprint") == fingerprint and _serves(place, told, port):
            return told
        place.stop_process()
        place.told.unlink(missing_ok=True)
        keep_images(engine, place, images)
        with step("Emulator"):
            running = _start_process(place, engine, images, port)
        revision = _revision()
        plan = Plan(
            place.api_id, running["endpoint"], running["lambda_url"], database_port, passwords, images, revision
        )
        demo = _fill(place, plan)
        told = _tell(plan, demo, fingerprint)
        place.write(place.told, told)
        return told


def down(place: Place) -> None:
    """Removes all of the cloud, whatever there is of it. Raises DockerError, CloudError."""
    place.folder.mkdir(parents=True, exist_ok=True)
    with place.hold("up", BUSY.format(place.name)):
        place.stop_process()
        place.told.unlink(missing_ok=True)
        engine = get_engine()
        _remove_all(engine, place)
        release_images(engine, place)
        shutil.rmtree(place.folder)


def status(place: Place) -> str:
    """One sentence on what there is."""
    told = place.read(place.told)
    if _serves(place, told, 0):
        return f"{place.name} is up at {told['url']}"
    if place.find_process() is not None:
        return f"{place.name} is coming up, or has stopped half way: make cloud"
    return f"{place.name} is down: make cloud"


def _remove_all(engine: Engine, place: Place) -> None:
    """Removes what has the cloud's label; what goes by itself meanwhile is no matter."""
    for kind, everything, force in (("container", ["--all"], ["--force", "--volumes"]), ("volume", [], ["--force"])):
        found = engine.run(kind, "ls", "--quiet", *everything, "--filter", f"label={place.label}").split()
        for name in found:
            try:
                engine.run(kind, "rm", *force, name)
            except DockerError as error:
                if not any(words in str(error) for words in ("No such", "already in progress")):
                    raise


def _need_image(engine: Engine) -> None:
    if not engine.has_image(IMAGE):
        script = str(ROOT / "docker" / "base" / "make.sh")
        done = subprocess.run(
            ["sh", script, IMAGE],
            env={"DOCKER": str(engine.client), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CloudError(f"the image {IMAGE} can neither be pulled nor made: {done.stderr[-2000:]}")


def _serves(place: Place, told: Mapping[str, Any], port: int) -> bool:
    endpoint = str(told.get("endpoint", ""))
    asked_for = not port or endpoint.endswith(f":{port}")
    return asked_for and place.find_process() is not None and bool(endpoint) and is_answering(endpoint)


def _start_process(place: Place, engine: Engine, images: Mapping[str, Image], port: int) -> dict[str, Any]:
    ready = place.path("serve.json")
    ready.unlink(missing_ok=True)
    place.write(place.path("images.json"), {image.digest: image.image_id for image in images.values()})
    command = [sys.executable, "-m", "services.local.cloud", "serve", "--name", place.name]
    command += ["--data", str(place.data.resolve()), "--port", str(port), "--client", str(engine.client)]
    with place.log.open("ab") as log:
        begin = log.tell()
        # It is meant to outlive this call; place.stop_process() ends it.
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + START_SECONDS
    while not ready.is_file():
        if process.poll() is not None or time.monotonic() > deadline:
            place.stop_process()
            said = place.log.read_bytes()[begin:].decode("utf-8", "replace")
            raise CloudError(said.strip()[-2000:] or f"nothing answered within {START_SECONDS:.0f} s")
        time.sleep(0.05)
    return place.read(ready)


def _fill(place: Place, plan: Plan) -> Demo:
    def client(service: str) -> Any:
        return connect(service, plan.endpoint)

    assets = place.path("assets")
    write_assets(assets)
    code = place.path("terraform")
    shutil.rmtree(code, ignore_errors=True)  # its state is of the emulator before
    deploy(plan, Terraform(code, plan.endpoint), client("s3"), assets)
    with step("Migrations"):
        migrate(client("lambda"), function_name("migrations"), LIVE)
    with step("Demo data"):
        # New people's keys each time: an emulator that starts has none of the keys of the one before.
        demo = make_demo(plan.database_url("skep_owner"), plan.database_url("skep_app"), {})
    with step("Keys"):
        invoke(client("lambda"), function_name("automations"), LIVE, {"task": "keys"})
        _wait_for_key(plan, demo.admin_key)
    return demo


def _wait_for_key(plan: Plan, key: str) -> None:
    """Waits until the key sync has told the gateway of the key."""
    request = urllib.request.Request(  # noqa: S310
        f"{plan.endpoint}/_aws/execute-api/{plan.api_id}/{STAGE}/v1/customers?limit=1", headers={"x-api-key": key}
    )
    deadline = time.monotonic() + KEYS_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace")
            if error.code != 403 or time.monotonic() > deadline:
                raise CloudError(f"the admin's key is answered by {error.code}: {said}") from error
        time.sleep(0.2)


def _tell(plan: Plan, demo: Demo, fingerprint: str) -> Told:
    return {
        "url": plan.url,
        "key": demo.admin_key,
        "endpoint": plan.endpoint,
        "api_id": plan.api_id,
        "database_url": plan.database_url("skep_app"),
        "clients": demo.clients,
        "people": demo.people,
        "fingerprint": fingerprint,
    }


def _fingerprint(images: Mapping[str, Image], database_port: int) -> str:
    """Of all that decides what is deployed; when it changes, the cloud is made anew."""
    code = (SERVICES.parent / "terraform").rglob("*.tf")
    sources = [*sorted(SERVICES.glob("*.json")), *sorted(code), *sorted(Path(__file__).parent.rglob("*.py"))]
    parts = [hashlib.sha256(source.read_bytes()).hexdigest() for source in sources]
    parts += [image.digest for image in images.values()] + [str(database_port)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _revision() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
