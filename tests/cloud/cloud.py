"""A local cloud for tests, under a name, a port and a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import make_dsn

from services.local.cloud.emulator import ACCOUNT, connect
from services.local.cloud.place import Place
from services.local.cloud.plan import NAME, function_name

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


class Answer(NamedTuple):
    """An HTTP answer. headers: small letters -> value, of one that is repeated all of them with commas between."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


def run(
    command: str, place: Place, *, port: int = 0, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command of the cloud to its end. port: 0 takes a free one."""
    arguments = [sys.executable, "-m", "services.local.cloud", command, "--name", place.name]
    return subprocess.run(
        [*arguments, "--data", str(place.data), "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )


def wait_for(look: Callable[[], T | None], seconds: float = 60.0) -> T:
    """What `look` gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"still {found!r} after {seconds:.0f} s"
        time.sleep(0.25)


class Cloud:
    """A cloud that is up. told: its cloud.json."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.told: dict[str, Any] = json.loads(place.told.read_text(encoding="utf-8"))
        self.url = str(self.told["url"])
        self.key = str(self.told["key"])

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, key: str | None = None, **headers: str
    ) -> Answer:
        """The answer to a request below the stage; a header's name has _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            named["x-api-key"] = key
        return send(method, self.url + path, body, named)

    def ask_json(self, method: str, path: str, content: Any, *, key: str | None = None) -> Answer:
        """The answer to a request with JSON in it, by the admin's key unless another is given."""
        return self.ask(
            method, path, json.dumps(content).encode(), key=key or self.key, content_type="application/json"
        )

    def get(self, path: str) -> Answer:
        """The answer to the admin's GET."""
        return self.ask("GET", path, key=self.key)

    def aws(self, service: str) -> Any:
        """A boto3 client of the emulator."""
        return connect(service, self.told["endpoint"])

    def invoke(self, service: str, event: dict[str, Any]) -> Any:
        """What a service's `live` answers."""
        answer = self.aws("lambda").invoke(
            FunctionName=f"{function_name(service)}:live", Payload=json.dumps(event).encode()
        )
        return json.loads(answer["Payload"].read())

    def sql(self, statement: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, run by hand as the owner of everything."""
        passwords = self.place.read(self.place.path("passwords.json"))
        url = make_dsn(self.told["database_url"], user="skep_owner", password=passwords["skep_owner"])
        connection = psycopg2.connect(url)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        connection.close()
        return rows

    @contextmanager
    def limited(self, *, rate: float, burst: int) -> Iterator[None]:
        """A usage plan of other limits meanwhile, so that a slow machine gets over them, or a quick one doesn't."""
        gateway = self.aws("apigateway")
        plan = gateway.get_usage_plans()["items"][0]

        def set_throttle(rate_limit: float, burst_limit: int) -> None:
            patches = [("rateLimit", str(rate_limit)), ("burstLimit", str(burst_limit))]
            operations = [{"op": "replace", "path": f"/throttle/{name}", "value": value} for name, value in patches]
            gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=operations)

        before = plan["throttle"]
        set_throttle(rate, burst)
        try:
            yield
        finally:
            set_throttle(before["rateLimit"], before["burstLimit"])

    @contextmanager
    def deaf(self, name: str) -> Iterator[None]:
        """Nobody hears meanwhile what is sent to a queue, work or keys; it is heard afterwards."""
        functions, queue = self.aws("lambda"), f"{NAME}-{name}"
        mappings = functions.list_event_source_mappings()["EventSourceMappings"]
        uuid = next(one["UUID"] for one in mappings if one["EventSourceArn"].rpartition(":")[2] == queue)
        functions.update_event_source_mapping(UUID=uuid, Enabled=False)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=uuid, Enabled=True)

    def bucket(self, name: str) -> str:
        """A bucket's name: files or assets."""
        return f"{NAME}-{name}-{ACCOUNT}"

    def queue_url(self, name: str) -> str:
        """A queue's URL: work, work-dead, keys or keys-dead."""
        return str(self.aws("sqs").get_queue_url(QueueName=f"{NAME}-{name}")["QueueUrl"])


def send(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """An HTTP answer. Not every machine's resolver knows *.localhost, as curl and browsers do."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=120)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    named = {"Accept": "*/*", **(headers or {}), "Host": parts.netloc}
    try:
        connection.request(method, target, body, named)
        answer = connection.getresponse()
        given = answer.headers
        return Answer(answer.status, {n.lower(): ", ".join(given.get_all(n, [])) for n in given}, answer.read())
    finally:
        connection.close()
