"""AWS, as boto3 finds it: credentials and endpoints come by AWS's own variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from jenkins.release.settings import Settings
from jenkins.release.signing import FileKey, KmsKey, Signer, find_region

__all__ = ["connect", "open_signer"]

FILE = "file:"
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=10, read_timeout=930)
"""A function of migrations may take a quarter of an hour to answer."""


def connect(settings: Settings, service: str, region: str = "") -> Any:
    """A client. region: that of AWS_REGION, if none is named, which Terraform reads too and boto3 by itself doesn't."""
    return boto3.client(service, region_name=region or settings.get("AWS_REGION") or None, config=CONFIG)


def open_signer(settings: Settings) -> Signer:
    """The key that SKEP_SIGNING_KEY names. Raises ReleaseError, ClientError."""
    key = settings.need("SKEP_SIGNING_KEY")
    if key.startswith(FILE):
        return FileKey(Path(key.removeprefix(FILE)))
    return KmsKey(connect(settings, "kms", find_region(key)), key)
