"""The environment for an emulator, applied as `make cloud` does, without Docker: functions are processes here."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from services.forms.assets import write_assets
from services.local.catalog import read_catalog, read_routes
from services.local.cloud.deploy import deploy
from services.local.cloud.deployed import Deployed
from services.local.cloud.emulator import Emulator
from services.local.cloud.plan import NAME, STAGE, Image, Plan, function_name
from services.local.cloud.terraform import Terraform
from services.local.lambda_runtime.front import InvokeFront
from services.local.lambda_runtime.sandboxes import ProcessFunction, Start
from tests.cloud.cloud import send
from tests.emulator.story import list_everything
from tests.support.emulator import running_emulator

ROOT, REGISTRY = "environments/local", "bootstrap/registry"


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


@dataclass(frozen=True)
class Cloud:
    """What was deployed, and where. second_plans: root -> whether there was nothing to do.

    released: function -> the version that a second release published.
    """

    emulator: Emulator
    plan: Plan
    second_plans: dict[str, bool]
    released: dict[str, str]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Everything, deployed in an empty emulator and released once more; no database answers. It ends with a destroy."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on the PATH")
    folder = tmp_path_factory.mktemp("cloud")
    images = {service: make_image(folder / service, service) for service in read_catalog()}
    services = {image.digest: service for service, image in images.items()}

    def start(uri: str, environment: Mapping[str, str]) -> Start:
        return ProcessFunction(f"services.{services[uri.rpartition('@')[2]]}.handler.handler", environment)

    with running_emulator() as emulator:
        before = list_everything(emulator)
        deployed = Deployed(emulator.endpoint, start)
        with InvokeFront(deployed) as front:
            passwords = dict.fromkeys(("postgres", "skep_owner", "skep_app", "skep_job"), "secret-enough")
            plan = Plan("0123abcd", emulator.endpoint, front.url, 1, passwords, images, "0" * 40)
            terraform = Terraform(folder / "terraform", emulator.endpoint)
            write_assets(folder / "assets")
            deploy(plan, terraform, emulator.client("s3"), folder / "assets")
            second_plans = {root: "No changes." in terraform.run(root, "plan").text for root in (ROOT, REGISTRY)}
            yield Cloud(emulator, plan, second_plans, _release(replace(plan, revision="1" * 40), terraform, emulator))
            deployed.stop()
        terraform.run(ROOT, "destroy", "-auto-approve")
        _delete_images(emulator)  # a registry with images in it doesn't go
        terraform.run(REGISTRY, "destroy", "-auto-approve")
        assert list_everything(emulator) == before


def _release(plan: Plan, terraform: Terraform, emulator: Emulator) -> dict[str, str]:
    functions = emulator.client("lambda")
    uris = {
        service: functions.get_function(FunctionName=function_name(service))["Code"]["ImageUri"]
        for service in plan.images
    }
    release = terraform.code / "second.json"
    release.write_text(json.dumps(uris), encoding="utf-8")
    told = terraform.apply(ROOT, plan.environment_variables(release))["functions"]
    return {function["function_name"]: function["version"] for function in told.values()}


def _delete_images(emulator: Emulator) -> None:
    client = emulator.client("ecr")
    for repository in client.describe_repositories()["repositories"]:
        name = repository["repositoryName"]
        client.batch_delete_image(repositoryName=name, imageIds=client.list_images(repositoryName=name)["imageIds"])


def test_every_route_is_a_path_with_its_own_authorization(cloud: Cloud) -> None:
    gateway = cloud.emulator.client("apigateway")
    pages = gateway.get_paginator("get_resources").paginate(restApiId=cloud.plan.api_id, embed=["methods"])
    methods = {
        item["path"]: item["resourceMethods"]["ANY"]
        for page in pages
        for item in page["items"]
        if "ANY" in item.get("resourceMethods", {})
    }

    assert set(methods) == {route["path"] for route in read_routes()}
    for route in read_routes():
        method = methods[route["path"]]
        assert method["apiKeyRequired"] == (route["authorization"] == "api_key")
        assert (method["authorizationType"] == "AWS_IAM") == (route["authorization"] == "iam")


def test_a_public_path_is_answered_by_its_function_below_the_stage(cloud: Cloud) -> None:
    answer = send("GET", f"{cloud.plan.url}/v1/version")

    assert (answer.status, answer.json["release"]) == (200, "local-000000000000")


def test_without_a_key_the_function_is_not_asked(cloud: Cloud) -> None:
    answer = send("GET", f"{cloud.plan.url}/v1/customers")

    assert (answer.status, answer.headers["content-type"]) == (403, "application/problem+json")


def test_assets_come_from_the_bucket(cloud: Cloud) -> None:
    page = send("GET", f"{cloud.plan.url}/sign-in").body.decode()
    sheet = re.search(rf'href="/{STAGE}(/assets/[^"]+\.css)"', page)

    assert sheet is not None
    assert send("GET", cloud.plan.url + sheet[1]).status == 200
    assert send("GET", f"{cloud.plan.url}/assets/nothing.css").status == 404


def test_each_alias_names_the_first_version_of_the_pushed_image(cloud: Cloud) -> None:
    functions = cloud.emulator.client("lambda")

    for service, image in cloud.plan.images.items():
        found = functions.get_function(FunctionName=function_name(service), Qualifier="live")
        assert found["Configuration"]["Version"] == "1"
        assert found["Code"]["ImageUri"].endswith(f"@{image.digest}")


def test_no_function_but_migrations_has_the_owners_password(cloud: Cloud) -> None:
    functions = cloud.emulator.client("lambda")

    for service in cloud.plan.images:
        variables = functions.get_function_configuration(FunctionName=function_name(service))["Environment"]
        owns = any("skep_owner:" in value for value in variables["Variables"].values())
        assert owns == (service == "migrations")


def test_both_queues_have_a_reader_and_a_dead_letter_queue(cloud: Cloud) -> None:
    mappings = cloud.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    sqs = cloud.emulator.client("sqs")

    readers = {mapping["EventSourceArn"].rpartition(":")[2]: mapping["FunctionArn"] for mapping in mappings}
    assert set(readers) == {f"{NAME}-work", f"{NAME}-keys"}
    assert all(arn.endswith(":live") for arn in readers.values())
    for name in readers:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
        assert json.loads(policy)["deadLetterTargetArn"].endswith(f":{name}-dead")
        assert json.loads(policy)["maxReceiveCount"] == 3


def test_a_second_plan_has_nothing_to_do(cloud: Cloud) -> None:
    assert cloud.second_plans == {ROOT: True, REGISTRY: True}


def test_a_release_publishes_versions_and_leaves_live_where_it_is(cloud: Cloud) -> None:
    functions = cloud.emulator.client("lambda")

    assert set(cloud.released.values()) == {"2"}
    assert {functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] for name in cloud.released} == {"1"}
