"""An environment in the emulator with a database and functions that answer, and a release's commands against it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg2.extensions import parse_dsn

from services.local.catalog import read_catalog
from services.local.cloud.deployed import Deployed
from services.local.cloud.emulator import ACCOUNT, REGION, SECRET, Emulator
from services.local.cloud.plan import STAGE, Plan, function_name
from services.local.cloud.terraform import Terraform
from services.local.lambda_runtime.front import InvokeFront
from services.local.lambda_runtime.sandboxes import ProcessFunction, Start
from services.migrations.bootstrap import bootstrap
from tests.support.emulator import running_emulator
from tests.support.postgres import run_postgres
from tests.terraform.places import ROOT

API_ID = "0123abcd"
OWN = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START", "COVERAGE_FILE", "COVERAGE_PROCESS_CONFIG")
REPOSITORIES = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/skep"


@dataclass(frozen=True)
class Place:
    """The emulated environment. build: the folder that a build writes; variables: of the commands."""

    emulator: Emulator
    plan: Plan
    build: Path
    variables: Mapping[str, str]

    @property
    def url(self) -> str:
        """The API's stage."""
        return f"{self.emulator.endpoint}/_aws/execute-api/{API_ID}/{STAGE}"

    def as_build(self, number: int, commit: str) -> Place:
        """The same environment, for another build of Jenkins, of another commit."""
        build = {"BUILD_NUMBER": str(number), "GIT_COMMIT": find_commit(commit)}
        return replace(self, variables={**self.variables, **build})

    def run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """A command of a release, as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "jenkins.release", "--build", str(self.build), command, *options],
            cwd=ROOT,
            env=dict(self.variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def need(self, command: str, *options: str) -> str:
        """The same, which has to succeed; what it printed."""
        done = self.run(command, *options)
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def release(self, content: str) -> str:
        """Everything from images to the record; the release's name. content: of the images, so that digests differ."""
        write_build(self.build, self.variables["GIT_COMMIT"], content)
        for command in ("push", "sign", "build-record"):
            self.need(command)
        return str(self.read("record.json")["name"])

    def read(self, name: str) -> Any:
        """A file of build/release/."""
        return json.loads((self.build / "release" / name).read_text(encoding="utf-8"))

    def list_live(self) -> dict[str, str]:
        """Service -> the version that callers get."""
        client = self.emulator.client("lambda")
        return {
            service: client.get_alias(FunctionName=function_name(service), Name="live")["FunctionVersion"]
            for service in read_catalog()
        }


@contextmanager
def running_place(folder: Path) -> Iterator[Place]:
    """An empty environment: registry, key and buckets are there, and nothing was ever deployed."""
    with ExitStack() as stack:
        server = stack.enter_context(run_postgres())
        emulator = stack.enter_context(running_emulator())
        build = folder / "build"
        deployed = Deployed(emulator.endpoint, lambda uri, environment: start(build, uri, environment))
        stack.callback(deployed.stop)
        front = stack.enter_context(InvokeFront(deployed))
        passwords = {role: server.password(role) for role in ("postgres", "skep_owner", "skep_app", "skep_job")}
        bootstrap(server.url(), "skep", {role: passwords[role] for role in ("skep_owner", "skep_app", "skep_job")})
        plan = Plan(API_ID, emulator.endpoint, front.url, int(parse_dsn(server.url())["port"]), passwords, {}, "0" * 40)
        terraform = Terraform(folder / "terraform", emulator.endpoint)
        told = terraform.apply("bootstrap/registry", plan.registry_variables())
        lay_over(terraform.code, plan, folder / "states")
        variables = set_variables(terraform.code, emulator, told["registry"])
        yield Place(emulator, plan, build, variables)


def lay_over(code: Path, plan: Plan, states: Path) -> None:
    """What the environment has otherwise than in AWS: passwords for tokens, and a state that outlives a copy."""
    root = code / "environments" / "local"
    own = plan.environment_variables(code)
    values = {name: value for name, value in own.items() if not name.startswith("release")}
    (root / "cloud.auto.tfvars.json").write_text(json.dumps(values), encoding="utf-8")
    override = f'terraform {{\n  backend "local" {{\n    path = "{states}/local.tfstate"\n  }}\n}}\n'
    (root / "backend_override.tf").write_text(override, encoding="utf-8")


def set_variables(code: Path, emulator: Emulator, registry: Mapping[str, str]) -> dict[str, str]:
    """The environment of the commands, as Jenkins's: of main, and with an emulator for AWS."""
    prepared = subprocess.run(
        [sys.executable, "-m", "tests.terraform.offline_provider.prepare", str(code.parent / "again")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    of_terraform = {
        name: value
        for name, value in json.loads(prepared.stdout)["environment"].items()
        if name.startswith(("TF_", "CHECKPOINT_"))
    }
    own = {name: value for name, value in os.environ.items() if name in OWN or name.startswith("COV")}
    return (
        own
        | of_terraform
        | {
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "BRANCH_NAME": "main",
            "BUILD_NUMBER": "1",
            "SKEP_REGISTRY_URL": emulator.endpoint,
            "SKEP_REPOSITORY_PREFIX": REPOSITORIES,
            "SKEP_RELEASES_BUCKET": registry["releases_bucket"],
            "SKEP_SIGNING_KEY": "alias/skep-signing",
            "SKEP_TERRAFORM_CODE": str(code),
            "SKEP_LOCAL_URL": f"{emulator.endpoint}/_aws/execute-api/{API_ID}/{STAGE}",
        }
    )


def start(build: Path, uri: str, environment: Mapping[str, str]) -> Start:
    """A service's process: which one it is, the pushed image's configuration says."""
    digest = uri.rpartition("@")[2].partition(":")[2]
    blobs = next(build.glob(f"images/*/blobs/sha256/{digest}")).parent
    config = json.loads((blobs / digest).read_bytes())["config"]["digest"].partition(":")[2]
    service = json.loads((blobs / config).read_bytes())["service"]
    return ProcessFunction(f"services.{service}.handler.handler", environment)


def find_commit(name: str) -> str:
    """A commit of this repository."""
    done = subprocess.run(["git", "rev-parse", name], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write_build(build: Path, revision: str, content: str) -> None:
    """What the stages before leave: images of a commit, tests, coverage, the analysis."""
    listed = {}
    for service in read_catalog():
        digest = write_image(build / "images" / service, service, content)
        listed[service] = {"digest": digest, "revision": revision, "architecture": "amd64", "base_digest": None}
        (build / "images" / service / "sbom.cdx.json").write_text(json.dumps({"components": [service]}))
    (build / "images" / "images.json").write_text(json.dumps(listed))
    (build / "junit").mkdir(exist_ok=True)
    (build / "junit" / "unit.xml").write_text(
        '<testsuites><testsuite><testcase name="one"/><testcase name="two"/></testsuite></testsuites>'
    )
    (build / "coverage.xml").write_text(
        '<coverage lines-valid="10" lines-covered="9" branches-valid="4" branches-covered="4"/>'
    )
    (build / "release").mkdir(exist_ok=True)
    (build / "release" / "sonar.json").write_text(json.dumps({"analysis_id": "AY-1", "gate": "OK"}))


def write_image(folder: Path, service: str, content: str) -> str:
    """An OCI layout with one small layer, beside those that are there already; its digest."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def keep(blob: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(blob).hexdigest()
        (blobs / digest).write_bytes(blob)
        kind = f"application/vnd.oci.image.{media_type}"
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(blob)}

    config = keep(json.dumps({"service": service, "content": content}).encode(), "config.v1+json")
    layer = keep(b"the same in all", "layer.v1.tar+gzip")
    body = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
    manifest = keep(json.dumps(body | {"config": config, "layers": [layer]}).encode(), "manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"manifests": [manifest]}))
    return str(manifest["digest"])
