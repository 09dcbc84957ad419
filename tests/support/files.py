"""A file store for tests: the local gateway's, on a folder, reached as S3 is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from services.local.api_gateway.files import FileStore
from services.local.api_gateway.gateway import Gateway
from services.shared.settings import Settings

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"}


@contextmanager
def run_file_store(settings: Settings, folder: Path) -> Iterator[Settings]:
    """The settings of an application whose files are kept in a folder."""
    with Gateway([], {}, files=FileStore(folder, "/files", CREDENTIALS)) as gateway:
        yield replace(
            settings,
            region="eu-west-1",
            files_bucket="skep",
            files_endpoint=f"{gateway.url}/files",
            environment=CREDENTIALS,
        )
