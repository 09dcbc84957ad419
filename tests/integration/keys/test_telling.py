"""From an admin's click to API Gateway: accounts, automations, the queue, the key sync."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from services.accounts.app import build_app
from services.automations.keys import KeysNotTold, tell_gateway
from services.automations.tasks import make_handler
from services.automations.tools import make_tools
from services.local.cloud.emulator import ACCOUNT, REGION
from services.shared.database import Database
from services.shared.settings import Settings
from tests.integration.keys.support import Cloud
from tests.support.world import Api, World

Automations = Callable[[Mapping[str, Any]], dict[str, Any]]
NEWS = {"task": "keys"}


@pytest.fixture
def settings(fresh_world: World, cloud: Cloud) -> Settings:
    """Settings with both queues; the work queue is the key queue's neighbour."""
    work = cloud.emulator.client("sqs").create_queue(QueueName=f"{cloud.name}-work")["QueueUrl"]
    return Settings(
        database_url=fresh_world.url("skep_app"),
        region=REGION,
        work_queue_url=work,
        key_queue_url=cloud.queue_url,
        environment={"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local"},
    )


@pytest.fixture
def api(fresh_world: World, settings: Settings) -> Api:
    """The REST door of accounts, with a work queue."""
    return Api(build_app(settings, fresh_world.database))


@pytest.fixture
def automations(settings: Settings, worker: Database) -> Automations:
    """The handler of automations."""
    handler = make_handler(make_tools(settings, worker))
    return lambda event: handler(event, None)


def key_path(world: World) -> str:
    """Where sam's client gets its key."""
    client = world.ids["sam's client"]
    return f"/v1/clients/{client}/key"


def test_a_key_reaches_the_gateway_and_leaves_it_again(
    api: Api, fresh_world: World, cloud: Cloud, automations: Automations
) -> None:
    path = key_path(fresh_world)
    key = api.made("ada", path, {})["key"]
    assert automations(NEWS) == {"keys": {"messages": 1, "new": 1}}
    assert cloud.sync(*cloud.receive()) == []
    assert list(cloud.values().values()) == [key]
    assert automations(NEWS) == {"keys": {"messages": 0, "new": 0}}
    assert api.call("ada", "DELETE", path).status_code == 204
    assert automations(NEWS) == {"keys": {"messages": 1, "new": 0}}
    assert cloud.sync(*cloud.receive()) == []
    assert cloud.values() == {}


def test_after_a_lost_message_the_hourly_list_mends_what_it_can_and_names_the_rest(
    api: Api, fresh_world: World, cloud: Cloud, automations: Automations, capsys: pytest.CaptureFixture[str]
) -> None:
    path = key_path(fresh_world)
    other = path.replace(fresh_world.ids["sam's client"], fresh_world.ids["vic's client"])
    api.made("ada", path, {})
    automations(NEWS)
    cloud.sync(*cloud.receive())
    lost = api.made("ada", other, {})["key"].split("_")[1]
    api.call("ada", "DELETE", path)
    automations(NEWS)
    cloud.receive()
    assert automations(NEWS)["keys"]["messages"] == 0
    fresh_world.owner("UPDATE skep.gateway SET told_at = told_at - interval '61 minutes'")
    fresh_world.owner("UPDATE skep.client_keys SET handed_over_at = handed_over_at - interval '61 minutes'")
    automations(NEWS)
    capsys.readouterr()
    assert cloud.sync(*cloud.receive()) == []
    assert cloud.values() == {}
    error = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (error["level"], error["key_id"]) == ("ERROR", lost)


def test_making_and_revoking_a_key_tells_automations_at_once(
    api: Api, fresh_world: World, cloud: Cloud, settings: Settings, automations: Automations
) -> None:
    path = key_path(fresh_world)
    api.made("ada", path, {})
    api.call("ada", "DELETE", path)
    assert settings.work_queue_url is not None
    work = Cloud(cloud.emulator, cloud.name, cloud.plan, settings.work_queue_url)
    bodies = work.receive()
    assert [json.loads(body) for body in bodies] == [NEWS, NEWS]
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    assert automations({"Records": records}) == {"batchItemFailures": []}
    assert len(cloud.receive()) == 1  # the second found nothing new


def test_nobody_is_told_of_a_key_that_was_refused(
    api: Api, fresh_world: World, cloud: Cloud, settings: Settings
) -> None:
    assert api.call("sam", "POST", key_path(fresh_world), {}).status_code == 403
    assert settings.work_queue_url is not None
    assert Cloud(cloud.emulator, cloud.name, cloud.plan, settings.work_queue_url).receive() == []


def test_without_a_key_queue_nothing_is_told_and_the_log_says_so(
    fresh_world: World, worker: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = make_handler(make_tools(fresh_world.settings, worker))
    assert handler(NEWS, None) == {"keys": "no key queue"}
    assert json.loads(capsys.readouterr().out)["keys"] == "no key queue"


def test_a_queue_that_takes_nothing_leaves_the_values_waiting(
    api: Api, fresh_world: World, cloud: Cloud, automations: Automations, capfd: pytest.CaptureFixture[str]
) -> None:
    key = api.made("ada", key_path(fresh_world), {})["key"]
    cloud.emulator.client("sqs").delete_queue(QueueUrl=cloud.queue_url)
    with pytest.raises(KeysNotTold, match="1 or more keys wait"):
        automations(NEWS)
    record = {"messageId": "m", "body": json.dumps(NEWS)}
    assert automations({"Records": [record]}) == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert fresh_world.owner("SELECT value FROM skep.client_keys") == [(key,)]
    assert key.rpartition("_")[2] not in "".join(capfd.readouterr())


def test_a_worker_that_dies_after_sending_sends_again(fresh_world: World, worker: Database, cloud: Cloud) -> None:
    fresh_world.owner("SELECT skep.issue_key(%s)", (fresh_world.ids["sam's client"],))

    class Died(Exception):
        """The worker's end."""

    def send_and_die(message: Mapping[str, Any]) -> bool:
        cloud.queue.send(message)
        raise Died

    with pytest.raises(Died):
        tell_gateway(worker, send_and_die, lambda: math.inf)
    assert tell_gateway(worker, cloud.queue.send, lambda: math.inf) == {"messages": 1, "new": 1}
    bodies = cloud.receive()
    assert len(bodies) == 2
    assert cloud.sync(*bodies) == []
    assert len(cloud.gateway.list_keys()) == 1


def test_five_thousand_new_keys_are_told_in_messages_that_every_queue_takes(
    fresh_world: World, worker: Database
) -> None:
    fresh_world.owner(
        "ALTER TABLE clients DISABLE TRIGGER USER;"
        "INSERT INTO clients (name, person_id, role) SELECT repeat('ä', 190) || g, %s, 'viewer'"
        " FROM generate_series(1, 5000) g;"
        "ALTER TABLE clients ENABLE TRIGGER USER;"
        "SELECT count(skep.issue_key(id)) FROM clients WHERE name LIKE 'ä%%'",
        (fresh_world.ids["vic"],),
    )
    sizes: list[int] = []
    new: set[str] = set()

    def send(message: Mapping[str, Any]) -> bool:
        sizes.append(len(json.dumps(message, ensure_ascii=False).encode()))
        new.update(one["key_id"] for one in message["new"])
        return True

    assert tell_gateway(worker, send, lambda: math.inf) == {"messages": 50, "new": 5000}
    assert max(sizes) < 200_000
    assert len(new) == 5000
    assert fresh_world.owner("SELECT count(value) FROM skep.client_keys") == [(0,)]


def test_more_keys_than_a_message_holds_are_refused_in_words(fresh_world: World, worker: Database) -> None:
    fresh_world.owner(
        "INSERT INTO skep.credentials (kind, hash, client_id)"
        " SELECT 'client', int4send(g), %s FROM generate_series(1, 18000) g;"
        "INSERT INTO skep.client_keys (id, hash) SELECT lpad(g::text, 12, '0'), int4send(g)"
        " FROM generate_series(1, 18000) g",
        (fresh_world.ids["sam's client"],),
    )
    with pytest.raises(KeysNotTold, match="18000 live keys don't fit in a message"):
        tell_gateway(worker, lambda _: True, lambda: math.inf)


def test_with_little_time_left_the_rest_waits_for_the_next_minute(fresh_world: World, worker: Database) -> None:
    assert tell_gateway(worker, lambda _: True, lambda: 10.0) == {"messages": 0, "new": 0}
