"""The provider as a process: how it introduces itself, answers and ends."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider import mirror, running
from tests.terraform.offline_provider.mirror import Providers
from tests.terraform.offline_provider.running import NotRunning, keep_running
from tests.terraform.offline_provider.server import COOKIE
from tests.terraform.places import ROOT

SECONDS = 20
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the provider `random` with arguments and further variables."""
    processes = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "tests.terraform.offline_provider", *arguments]
        variables = os.environ | {"PYTHONPATH": str(ROOT)} | environment
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables, cwd=ROOT
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def test_terraform_finds_a_running_provider_by_one_line_and_ends_it(start: Start) -> None:
    process = start("random", **{COOKIE[0]: COOKIE[1]})
    assert process.stdout
    core, protocol, network, socket, kind, certificate = process.stdout.readline().strip().split("|")
    assert (core, protocol, network, kind) == ("1", "6", "unix", "grpc")
    der = base64.b64decode(certificate + "=" * (-len(certificate) % 4))
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
    options = [("grpc.ssl_target_name_override", "localhost")]
    with grpc.secure_channel(f"unix://{socket}", grpc.ssl_channel_credentials(pem), options) as channel:
        answer = channel.unary_unary("/tfplugin6.Provider/GetMetadata")(b"", timeout=SECONDS)
        assert b"random_password" in answer
        assert list(channel.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"", timeout=SECONDS)) == []
        channel.unary_unary("/plugin.GRPCController/Shutdown")(b"", timeout=SECONDS)
        assert process.wait(SECONDS) == 0
    assert not Path(socket).parent.exists()


def test_a_provider_ends_with_whoever_started_it(start: Start) -> None:
    nested = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m', 'tests.terraform.offline_provider', "
        "'random', 'shared'], stdout=subprocess.PIPE, text=True); print(p.stdout.readline(), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", nested], capture_output=True, text=True, check=True, cwd=ROOT, timeout=SECONDS
    )
    told = json.loads(done.stdout)
    folder = Path(told["Addr"]["String"]).parent
    for _ in range(SECONDS * 10):
        if not folder.exists():
            return
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail("it is still running")


def test_a_shared_provider_answers_one_terraform_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "VERSIONS", {"random": "3.7.2"})
    with keep_running(Providers("offline", {"PATH": "/bin"}, "")) as environment:
        assert environment["PATH"] == "/bin"
        [(name, told)] = json.loads(environment["TF_REATTACH_PROVIDERS"]).items()
        assert (name, told["Test"]) == (f"{mirror.HOST}/hashicorp/random", True)
        for _ in range(20):
            with grpc.insecure_channel(f"unix://{told['Addr']['String']}") as channel:
                answer = channel.unary_unary("/tfplugin6.Provider/GetProviderSchema")(b"", timeout=SECONDS)
                assert pb.GetProviderSchema.Response.FromString(answer).HasField("provider")
                assert list(channel.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"", timeout=SECONDS)) == []
    assert not Path(told["Addr"]["String"]).parent.exists()


def test_the_registrys_providers_are_not_kept_running() -> None:
    with keep_running(Providers("registry", {"PATH": "/bin"}, "")) as environment:
        assert environment == {"PATH": "/bin"}


def test_a_provider_that_does_not_start_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "VERSIONS", {"oracle": "1"})
    with pytest.raises(NotRunning, match="oracle ended with 2"), keep_running(Providers("offline", {}, "")):
        pass


def test_a_provider_without_terraform_says_so(start: Start) -> None:
    process = start("random", **{COOKIE[0]: ""})
    assert process.wait(SECONDS) == 1
    assert process.stderr
    assert "Terraform starts" in process.stderr.read()
