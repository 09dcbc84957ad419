"""Puts the forms' stylesheets, scripts and pictures where browsers find them, before any page names them."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

__all__ = ["put_assets"]


def put_assets(s3: Any, bucket: str, assets: Path) -> list[str]:
    """Uploads a folder's files under the names that they have there, and gives these. s3: boto3's client.

    The names hold the content's hash: what earlier releases put stays, and the same is put again unharmed.
    """
    files = sorted(assets.iterdir())
    for file in files:
        s3.put_object(
            Bucket=bucket,
            Key=file.name,
            Body=file.read_bytes(),
            ContentType=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            CacheControl="public, max-age=31536000, immutable",
        )
    return [file.name for file in files]
