"""The offline provider calls an emulator on this machine, in the account it may, and nothing else."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.terraform.offline_provider.context import Context, require_loopback
from tests.terraform.offline_provider.values import ProviderError

HERE = "http://127.0.0.1:4566"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What boto3 is asked to make clients of: no client is made."""
    asked: list[Any] = []

    class Client:
        """Knows its account."""

        def get_caller_identity(self) -> dict[str, str]:
            """As STS says it."""
            return {"Account": "000000000000"}

    def client(service: str, **settings: Any) -> Client:
        asked.append((service, settings))
        return Client()

    monkeypatch.setattr(boto3, "client", client)
    return asked


@pytest.mark.parametrize(
    "url", [HERE, "http://localhost:1", "https://127.8.9.10", "http://[::1]:4566", "http://LOCALHOST:4566/"]
)
def test_this_machine_is_allowed(url: str) -> None:
    assert require_loopback(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://sts.eu-west-1.amazonaws.com",
        "http://10.0.0.1:4566",
        "http://0.0.0.0:4566",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://example.com#127.0.0.1",
        "http://169.254.169.254",
        "http://[::ffff:10.0.0.1]",
        "http://2130706433",
        "file:///127.0.0.1",
        "127.0.0.1:4566",
        "",
    ],
)
def test_every_other_endpoint_is_refused(url: str) -> None:
    with pytest.raises(ProviderError, match="an emulator on this machine"):
        require_loopback(url)


def test_an_endpoint_elsewhere_is_refused_before_any_client_is_made(made: list[Any]) -> None:
    endpoints = [{"s3": HERE, "sts": "https://sts.amazonaws.com"}]
    with pytest.raises(ProviderError):
        Context({"endpoints": endpoints, "allowed_account_ids": ["000000000000"]})
    assert not made


def test_without_an_endpoint_nothing_is_called(made: list[Any]) -> None:
    with pytest.raises(ProviderError, match="set AWS_ENDPOINT_URL or an endpoints block"):
        Context({})
    assert not made


def test_a_service_without_an_endpoint_is_not_called(made: list[Any]) -> None:
    context = Context({"endpoints": [{"s3": HERE, "sts": None}]})
    with pytest.raises(ProviderError, match='no endpoint for "kms"'):
        context.client("kms")
    assert not made


def test_the_endpoint_of_the_environment_is_for_every_service(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)
    context = Context({"endpoints": [{"s3": "http://localhost:9000"}]})
    context.client("s3")
    context.client("kms")
    assert [settings["endpoint_url"] for _, settings in made] == ["http://localhost:9000", HERE]


def test_no_proxy_of_this_machine_carries_a_request(made: list[Any]) -> None:
    Context({"endpoints": [{"sqs": HERE}]}).client("sqs")
    (_, settings) = made[0]
    assert settings["config"].proxies == {}
    assert settings["config"].inject_host_prefix is False


@pytest.mark.parametrize(
    "accounts", [{"allowed_account_ids": ["111111111111"]}, {"forbidden_account_ids": ["000000000000"]}]
)
@pytest.mark.usefixtures("made")
def test_another_account_is_refused(accounts: dict[str, list[str]]) -> None:
    with pytest.raises(ProviderError, match="AWS account ID not allowed: 000000000000"):
        Context({"endpoints": [{"sts": HERE}], **accounts})


@pytest.mark.usefixtures("made")
def test_an_arn_has_region_and_account() -> None:
    context = Context({"endpoints": [{"sts": HERE}], "region": "eu-west-1"})
    assert context.arn("kms", "key/1") == "arn:aws:kms:eu-west-1:000000000000:key/1"
    assert context.arn("apigateway", "/restapis/1", account="") == "arn:aws:apigateway:eu-west-1::/restapis/1"
