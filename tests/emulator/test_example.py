"""The offline provider makes in an emulator what Terraform says, sees what others change, and cleans up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.local.cloud.emulator import Emulator
from tests.emulator.story import (
    CHANGED,
    EXAMPLES,
    Answer,
    Root,
    answer_events,
    ask,
    list_everything,
    make_key,
)
from tests.terraform.offline_provider.mirror import prepare

LIVE = {"FunctionName": "example", "Name": "live"}
QUEUE = {"QueueName": "example-work"}


@dataclass
class Told:
    """What every step of the story left, in the order of the steps."""

    applied: list[str] = field(default_factory=list)
    plans: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    versions: list[tuple[str, str]] = field(default_factory=list)
    deployments: list[list[str]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    state: str = ""
    healed: dict[str, Any] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, told once: the tests look at it in any order."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on the PATH")
    scratch, story = tmp_path_factory.mktemp("emulator"), Told()
    with ExitStack() as stack:
        emulator = stack.enter_context(Emulator(scratch / "emulator"))
        function = stack.enter_context(answer_events())
        story.before = list_everything(emulator)
        variables = {"endpoint": emulator.endpoint, "function_url": function}
        root = Root(EXAMPLES / "service", scratch / "root", prepare(scratch / "mirror"), variables)
        _create(root, emulator, story)
        _update(root, emulator, story)
        _add_route(root, emulator, story)
        _drift(root, emulator, story)
        root.run("destroy", "-auto-approve")
        story.left = list_everything(emulator)
        yield story


def _create(root: Root, emulator: Emulator, story: Told) -> None:
    story.applied.append(root.apply())
    story.plans["after the first apply"] = root.plan()
    _note(emulator, story)
    said = root.output()
    key = make_key(emulator, said["usage_plan_id"])
    story.answers |= {
        "open": ask(f"{said['url']}/health"),
        "without key": ask(f"{said['url']}/v1/customers"),
        "with key": ask(f"{said['url']}/v1/customers", key),
        "unknown path": ask(f"{said['url']}/v1/sales", key),
    }


def _update(root: Root, emulator: Emulator, story: Told) -> None:
    root.set(greeting="good day", password="second", password_version=2)
    story.applied.append(root.apply())
    story.plans["after an update"] = root.plan()
    _note(emulator, story)
    story.state = (root.folder / "terraform.tfstate").read_text(encoding="utf-8")


def _add_route(root: Root, emulator: Emulator, story: Told) -> None:
    root.set(api_key_paths=["/v1/customers", "/v1/sales"])
    story.applied.append(root.apply())
    story.plans["after a new route"] = root.plan()
    _note(emulator, story)
    story.answers["new path"] = ask(f"{root.output()['url']}/v1/sales", "k" * 32)


def _drift(root: Root, emulator: Emulator, story: Told) -> None:
    """Somebody changes what is Terraform's, and promotes a version, which isn't."""
    queue = emulator.client("sqs").get_queue_url(**QUEUE)["QueueUrl"]
    emulator.client("lambda").update_alias(**LIVE, FunctionVersion="2")
    story.plans["after a promotion"] = root.plan()
    key = emulator.client("kms").describe_key(KeyId="alias/example")["KeyMetadata"]["KeyId"]
    emulator.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy='{"Statement": []}')
    emulator.client("logs").put_retention_policy(logGroupName="/aws/lambda/example", retentionInDays=3)
    emulator.client("iam").delete_role_policy(RoleName="example-function", PolicyName="function")
    emulator.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})
    story.plans["after drift"] = root.plan()
    story.applied.append(root.apply())
    story.plans["after healing"] = root.plan()
    groups = emulator.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/example")["logGroups"]
    attributes = emulator.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    policy = emulator.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    story.healed = {
        "key policy": json.loads(policy)["Statement"][0]["Sid"],
        "retention": groups[0]["retentionInDays"],
        "policies": emulator.client("iam").list_role_policies(RoleName="example-function")["PolicyNames"],
        "visibility": attributes["VisibilityTimeout"],
    }
    _note(emulator, story)


def _note(emulator: Emulator, story: Told) -> None:
    """What versions, alias, deployments and secret are now."""
    client, gateway = emulator.client("lambda"), emulator.client("apigateway")
    versions = [each["Version"] for each in client.list_versions_by_function(FunctionName="example")["Versions"]]
    newest = max(version for version in versions if version.isdigit())
    story.versions.append((newest, client.get_alias(**LIVE)["FunctionVersion"]))
    story.deployments.append([each["id"] for each in gateway.get_deployments(restApiId="example0")["items"]])
    secret = emulator.client("secretsmanager").get_secret_value(SecretId="example/password")
    story.secrets.append(secret["SecretString"])


def test_the_example_is_made_whole(told: Told) -> None:
    assert told.applied[0] == "Apply complete! Resources: 20 added, 0 changed, 0 destroyed."


@pytest.mark.parametrize(
    "moment",
    ["after the first apply", "after an update", "after a new route", "after a promotion", "after healing"],
)
def test_a_second_plan_has_nothing_to_do(told: Told, moment: str) -> None:
    assert told.plans[moment] == 0


def test_requests_reach_the_function_through_the_gateway(told: Told) -> None:
    assert told.answers["open"].status == 200
    assert told.answers["open"].body == "hello from /health"


def test_a_path_with_a_key_wants_one_and_says_so_in_the_platforms_words(told: Told) -> None:
    assert told.answers["with key"].status == 200
    refused = told.answers["without key"]
    assert (refused.status, refused.content_type) == (403, "application/problem+json")
    assert "Send a valid API key." in refused.body


def test_an_update_publishes_a_version_and_leaves_the_alias_where_it_is(told: Told) -> None:
    assert told.applied[1] == "Apply complete! Resources: 1 added, 1 changed, 1 destroyed."
    assert told.versions[:2] == [("1", "1"), ("2", "1")]


def test_a_new_password_is_written_and_kept_nowhere_else(told: Told) -> None:
    assert told.secrets[:2] == ["first", "second"]
    assert '"second"' not in told.state
    assert '"first"' not in told.state


def test_a_new_route_is_deployed(told: Told) -> None:
    assert told.answers["unknown path"].status == 403
    assert told.answers["new path"].status == 200
    before, after = told.deployments[1:3]
    assert len(before) == len(after) == 1
    assert before != after


def test_a_promotion_is_not_undone(told: Told) -> None:
    assert told.versions[-1] == ("2", "2")


def test_drift_is_seen_and_healed(told: Told) -> None:
    assert told.plans["after drift"] == CHANGED
    assert told.applied[3] == "Apply complete! Resources: 1 added, 3 changed, 0 destroyed."
    assert told.healed == {"key policy": "Account", "retention": 30, "policies": ["function"], "visibility": "5400"}


def test_destroy_leaves_nothing(told: Told) -> None:
    assert told.left == told.before
