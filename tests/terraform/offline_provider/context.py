"""What a provider block says: which emulator, which account, which tags. Nothing but loopback is ever called."""

from __future__ import annotations

import ipaddress
import os
import threading
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from tests.terraform.offline_provider.values import ProviderError, State

__all__ = ["Context", "require_loopback"]


def require_loopback(url: str) -> str:
    """The URL itself, when its host is this machine. Raises ProviderError."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        is_ours = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_ours = False
    if not is_ours or parts.scheme not in {"http", "https"}:
        raise ProviderError(
            f"{url}: this provider talks to an emulator on this machine and to nothing else "
            "(127.0.0.0/8, ::1, localhost). For AWS, use the provider of the registry."
        )
    return url


class Context:
    """One configured provider. Raises ProviderError for an endpoint elsewhere or an account that isn't allowed."""

    def __init__(self, provider: State) -> None:
        self.region = str(provider.get("region") or os.environ.get("AWS_REGION") or "us-east-1")
        self._endpoints = _endpoints(provider)
        self.default_tags: dict[str, str] = _first(provider, "default_tags").get("tags") or {}
        self._keys = (
            str(provider.get("access_key") or os.environ.get("AWS_ACCESS_KEY_ID") or "test"),
            str(provider.get("secret_key") or os.environ.get("AWS_SECRET_ACCESS_KEY") or "test"),
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.RLock()  # a session of boto3 is not made for threads
        self._account = ""
        self._check_account(provider)

    def client(self, service: str) -> Any:
        """A boto3 client of one of the emulator's services. Raises ProviderError when it has no endpoint."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        with self._lock:
            self._account = self._account or str(self.client("sts").get_caller_identity()["Account"])
            return self._account

    def arn(self, service: str, resource: str, *, account: str | None = None) -> str:
        """An ARN in this region and account; account "" leaves it out."""
        owner = self.account if account is None else account
        return f"arn:aws:{service}:{self.region}:{owner}:{resource}"

    def _make(self, service: str) -> Any:
        endpoint = self._endpoints.get(service) or self._endpoints.get("")
        if endpoint is None:
            raise ProviderError(f'the provider block has no endpoint for "{service}": nothing else than it is called')
        key, secret = self._keys
        return boto3.client(
            service,
            endpoint_url=require_loopback(endpoint),
            region_name=self.region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(
                retries={"total_max_attempts": 2},
                max_pool_connections=20,
                proxies={},  # a proxy of this machine's settings would carry requests elsewhere
                inject_host_prefix=False,
                s3={"addressing_style": "path"},
            ),
        )

    def _check_account(self, provider: State) -> None:
        allowed, forbidden = provider.get("allowed_account_ids") or [], provider.get("forbidden_account_ids") or []
        if (allowed and self.account not in allowed) or (forbidden and self.account in forbidden):
            raise ProviderError(f"AWS account ID not allowed: {self.account}")


def _endpoints(provider: State) -> dict[str, str]:
    """Service -> URL; "" is what AWS_ENDPOINT_URL says. All are checked, used or not."""
    found = {
        service: str(url)
        for block in provider.get("endpoints") or []
        for service, url in block.items()
        if url is not None
    }
    if os.environ.get("AWS_ENDPOINT_URL"):
        found[""] = os.environ["AWS_ENDPOINT_URL"]
    if not found:
        raise ProviderError("set AWS_ENDPOINT_URL or an endpoints block: this provider knows no other AWS")
    return {service: require_loopback(url) for service, url in found.items()}


def _first(provider: State, block: str) -> State:
    found: list[State] = provider.get(block) or [{}]
    return found[0]
