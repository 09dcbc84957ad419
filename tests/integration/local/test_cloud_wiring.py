"""The wiring of a local cloud, in an emulator without Docker: functions are processes, images are small files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from services.forms.assets import write_assets
from services.local.catalog import read_catalog, read_routes
from services.local.cloud.deployed import Deployed
from services.local.cloud.emulator import Emulator
from services.local.cloud.plan import Image, Plan
from services.local.cloud.wiring import wire
from services.local.lambda_runtime.front import InvokeFront
from services.local.lambda_runtime.sandboxes import ProcessFunction, Start
from tests.cloud.cloud import send
from tests.support.emulator import running_emulator


def make_image(folder: Path, service: str) -> Image:
    """An OCI layout with one small layer."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def keep(content: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{media_type}", "digest": f"sha256:{digest}"}

    config, layer = keep(service.encode(), "config.v1+json"), keep(b"the same in all", "layer.v1.tar+gzip")
    manifest = keep(json.dumps({"config": config, "layers": [layer]}).encode(), "manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"manifests": [manifest]}))
    return Image(str(manifest["digest"]), service, str(folder))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An empty emulator."""
    with running_emulator() as started:
        yield started


@pytest.fixture(scope="module")
def plan(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """Everything, wired in that emulator; no database answers."""
    folder = tmp_path_factory.mktemp("cloud")
    images = {service: make_image(folder / service, service) for service in read_catalog()}
    services = {image.digest: service for service, image in images.items()}

    def start(uri: str, environment: Mapping[str, str]) -> Start:
        return ProcessFunction(f"services.{services[uri.rpartition('@')[2]]}.handler.handler", environment)

    deployed = Deployed(emulator.endpoint, start)
    with InvokeFront(deployed) as front:
        plan = Plan(
            name="wired",
            api_id="0123abcd",
            endpoint=emulator.endpoint,
            lambda_url=front.url,
            database_port=1,
            passwords=dict.fromkeys(("postgres", "skep_owner", "skep_app", "skep_job"), "secret-enough"),
            images=images,
            catalog=read_catalog(),
            routes=read_routes(),
            revision="0" * 40,
        )
        write_assets(folder / "assets")
        wire(plan, emulator.client, folder / "assets")
        yield plan
        deployed.stop()


def test_every_route_is_a_path_with_its_own_authorization(plan: Plan, emulator: Emulator) -> None:
    gateway = emulator.client("apigateway")
    pages = gateway.get_paginator("get_resources").paginate(restApiId=plan.api_id, embed=["methods"])
    methods = {
        item["path"]: item["resourceMethods"]["ANY"]
        for page in pages
        for item in page["items"]
        if "ANY" in item.get("resourceMethods", {})
    }

    assert set(methods) == {route["path"] for route in plan.routes}
    for route in plan.routes:
        method = methods[route["path"]]
        assert method["apiKeyRequired"] == (route["authorization"] == "api_key")
        assert (method["authorizationType"] == "AWS_IAM") == (route["authorization"] == "iam")


def test_a_public_path_is_answered_by_its_function_below_the_stage(plan: Plan) -> None:
    answer = send("GET", f"{plan.url}/v1/version")

    assert (answer.status, answer.json["release"]) == (200, "local-000000000000")


def test_without_a_key_the_function_is_not_asked(plan: Plan) -> None:
    answer = send("GET", f"{plan.url}/v1/customers")

    assert (answer.status, answer.headers["content-type"]) == (403, "application/problem+json")


def test_assets_come_from_the_bucket(plan: Plan) -> None:
    page = send("GET", f"{plan.url}/sign-in").body.decode()
    sheet = re.search(r'href="/dev(/assets/[^"]+\.css)"', page)

    assert sheet is not None
    assert send("GET", plan.url + sheet[1]).status == 200
    assert send("GET", f"{plan.url}/assets/nothing.css").status == 404


def test_each_alias_names_the_first_version_of_the_pushed_image(plan: Plan, emulator: Emulator) -> None:
    functions = emulator.client("lambda")

    for service, image in plan.images.items():
        found = functions.get_function(FunctionName=plan.function_name(service), Qualifier="live")
        assert found["Configuration"]["Version"] == "1"
        assert found["Code"]["ImageUri"].endswith(f"@{image.digest}")


def test_no_function_but_migrations_has_the_owners_password(plan: Plan, emulator: Emulator) -> None:
    functions = emulator.client("lambda")

    for service in plan.images:
        variables = functions.get_function_configuration(FunctionName=plan.function_name(service))["Environment"]
        owns = any("skep_owner:" in value for value in variables["Variables"].values())
        assert owns == (service == "migrations")


def test_both_queues_have_a_reader_and_a_dead_letter_queue(plan: Plan, emulator: Emulator) -> None:
    mappings = emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    sqs = emulator.client("sqs")

    readers = {mapping["EventSourceArn"].rpartition(":")[2]: mapping["FunctionArn"] for mapping in mappings}
    assert set(readers) == {"wired-work", "wired-keys"}
    assert all(arn.endswith(":live") for arn in readers.values())
    for name in readers:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
        assert json.loads(policy)["deadLetterTargetArn"].endswith(f":{name}-dead")
        assert json.loads(policy)["maxReceiveCount"] == 3
