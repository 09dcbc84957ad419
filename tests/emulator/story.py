"""What a story of Terraform and an emulator needs: a root with variables, a function that answers, what is left."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from services.local.cloud.emulator import Emulator
from tests.terraform.places import ROOT

EXAMPLES = ROOT / "tests" / "terraform" / "examples"
CHANGED = 2
"""`plan -detailed-exitcode`: there is something to do. 0: nothing."""


class Answer(NamedTuple):
    """What the API said."""

    status: int
    body: str
    content_type: str


class Function(BaseHTTPRequestHandler):
    """Where the emulator sends a function's events: it answers with the path that was asked for."""

    def do_POST(self) -> None:
        """Answers one event."""
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"statusCode": 200, "body": f"hello from {event.get('path')}"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def answer_events() -> Iterator[str]:
    """The URL of a function."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Function)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Root:
    """A copy of a folder of Terraform code, initialized, with its variables."""

    def __init__(
        self,
        code: Path,
        folder: Path,
        environment: dict[str, str],
        variables: dict[str, Any],
        init: Sequence[str] = (),
    ) -> None:
        shutil.copytree(code, folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"), dirs_exist_ok=True)
        self.folder = folder
        self._environment = environment
        self.variables = dict(variables)
        self.run("init", *init)

    def set(self, **variables: Any) -> None:
        """Gives variables other values from now on."""
        self.variables |= variables

    def run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """A command of Terraform; fails with all that it said."""
        with self.start(*arguments) as process:
            out, error = process.communicate()
        assert process.returncode in allowed, f"terraform {' '.join(arguments)}:\n{out}{error}"
        return subprocess.CompletedProcess(arguments, process.returncode, out, error)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of Terraform, under way."""
        file = self.folder / "story.auto.tfvars.json"
        file.write_text(json.dumps(self.variables), encoding="utf-8")
        return subprocess.Popen(
            ["terraform", arguments[0], "-no-color", *arguments[1:]],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def apply(self) -> str:
        """Applies, and gives the last sentence: how many were added, changed, destroyed."""
        lines = self.run("apply", "-auto-approve").stdout.splitlines()
        return next(line for line in lines if line.startswith("Apply complete!"))

    def plan(self) -> int:
        """0: nothing to do; CHANGED."""
        return self.run("plan", "-detailed-exitcode", allowed=(0, CHANGED)).returncode

    def output(self) -> dict[str, Any]:
        """What the outputs say."""
        said = json.loads(self.run("output", "-json").stdout)
        return {name: entry["value"] for name, entry in said.items()}


def ask(url: str, key: str = "") -> Answer:
    """A request to the API."""
    request = urllib.request.Request(url, headers={"x-api-key": key} if key else {})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return Answer(answer.status, answer.read().decode(), answer.headers.get("Content-Type", ""))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode(), error.headers.get("Content-Type", ""))


def make_key(emulator: Emulator, usage_plan: str) -> str:
    """An API key in a usage plan, as key_sync makes them."""
    client = emulator.client("apigateway")
    made = client.create_api_key(name="somebody", enabled=True, value="k" * 32)
    client.create_usage_plan_key(usagePlanId=usage_plan, keyId=made["id"], keyType="API_KEY")
    return str(made["value"])


def list_everything(emulator: Emulator) -> dict[str, list[str]]:
    """What there is in the emulator, a list a kind: empty after a destroy. Keys wait for their deletion."""
    keys = emulator.client("kms")
    alive = [keys.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in keys.list_keys()["Keys"]]
    gateway, function = emulator.client("apigateway"), emulator.client("lambda")
    return {
        "aliases": [
            each["AliasName"] for each in keys.list_aliases()["Aliases"] if "alias/aws/" not in each["AliasName"]
        ],
        "apis": [each["id"] for each in gateway.get_rest_apis()["items"]],
        "buckets": [each["Name"] for each in emulator.client("s3").list_buckets()["Buckets"]],
        "functions": [each["FunctionName"] for each in function.list_functions()["Functions"]],
        "keys": [each["KeyId"] for each in alive if each["KeyState"] != "PendingDeletion"],
        "log groups": [each["logGroupName"] for each in emulator.client("logs").describe_log_groups()["logGroups"]],
        "mappings": [each["UUID"] for each in function.list_event_source_mappings()["EventSourceMappings"]],
        "queues": emulator.client("sqs").list_queues().get("QueueUrls", []),
        "roles": [each["RoleName"] for each in emulator.client("iam").list_roles()["Roles"]],
        "secrets": [each["Name"] for each in emulator.client("secretsmanager").list_secrets()["SecretList"]],
        "usage plans": [each["id"] for each in gateway.get_usage_plans()["items"]],
    }
