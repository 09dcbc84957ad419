"""API Gateway's keys, as far as they are ours: by name those of this environment, by tags before one is deleted."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from services.key_sync.messages import NewKey
from services.key_sync.settings import KeySyncSettings

__all__ = ["Gateway", "connect"]

PAGE = 500
"""The most that API Gateway gives at once."""
ENVIRONMENT, CLIENT, AT = "skep:environment", "skep:client", "skep:at"


def connect(settings: KeySyncSettings) -> Gateway:
    """The API Gateway of the settings. It takes five new keys a second, so that botocore may try ten times."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=5, read_timeout=20)
    client = boto3.client("apigateway", region_name=settings.region, config=config)
    return Gateway(client, settings.environment, settings.usage_plan_id)


class Gateway:
    """The keys of one environment. client: boto3's for apigateway. Every method may be called again without harm."""

    def __init__(self, client: Any, environment: str, usage_plan_id: str) -> None:
        self._client = client
        self._environment = environment
        self._plan = usage_plan_id
        self._prefix = f"skep-{environment}-"

    def list_keys(self) -> list[tuple[str, str]]:
        """(our id of a key, API Gateway's own), however many. Keys that aren't ours are left out."""
        # An environment named "dev" doesn't take "skep-dev-2-…" for its own.
        name = re.compile(re.escape(self._prefix) + "([0-9a-f]+)")
        pages = self._client.get_paginator("get_api_keys").paginate(
            nameQuery=self._prefix, includeValues=False, PaginationConfig={"PageSize": PAGE}
        )
        items = [item for page in pages for item in page["items"]]
        return [(match[1], item["id"]) for item in items if (match := name.fullmatch(item.get("name", "")))]

    def list_attached(self) -> set[str]:
        """API Gateway's ids of the keys in the usage plan."""
        pages = self._client.get_paginator("get_usage_plan_keys").paginate(
            usagePlanId=self._plan, PaginationConfig={"PageSize": PAGE}
        )
        return {item["id"] for page in pages for item in page["items"]}

    def create(self, new: NewKey, at: datetime) -> str | None:
        """Makes a key with our value. Gives API Gateway's id; none when another run has just made it."""
        try:
            made = self._client.create_api_key(
                name=self._prefix + new.key_id,
                description=f"Client {new.name!r} of Skep. Made and deleted by its key sync.",
                enabled=True,
                value=new.value,
                tags={ENVIRONMENT: self._environment, CLIENT: new.client_id, AT: at.isoformat()},
            )
        except ClientError as error:
            _only("ConflictException", error)
            return None
        return str(made["id"])

    def attach(self, api_id: str) -> None:
        """Puts a key into the usage plan; without a plan it opens nothing."""
        try:
            self._client.create_usage_plan_key(usagePlanId=self._plan, keyId=api_id, keyType="API_KEY")
        except ClientError as error:
            _only("ConflictException", error)  # it is in there

    def is_older(self, api_id: str, at: datetime) -> bool:
        """Whether a key is ours by its tags, and was made from a list of before this moment."""
        try:
            tags = self._client.get_api_key(apiKey=api_id, includeValue=False).get("tags", {})
        except ClientError as error:
            _only("NotFoundException", error)
            return False
        return tags.get(ENVIRONMENT) == self._environment and AT in tags and datetime.fromisoformat(tags[AT]) < at

    def delete(self, api_id: str) -> None:
        """Takes a key out of the plan, which closes the door, and deletes it."""
        for delete, names in (
            (self._client.delete_usage_plan_key, {"usagePlanId": self._plan, "keyId": api_id}),
            (self._client.delete_api_key, {"apiKey": api_id}),
        ):
            try:
                delete(**names)
            except ClientError as error:
                _only("NotFoundException", error)


def _only(code: str, error: ClientError) -> None:
    """Passes over this error, which means that what was asked for is so already. Raises any other."""
    if error.response["Error"]["Code"] != code:
        raise error
