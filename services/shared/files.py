"""The file store: S3 by presigned requests alone, so that a browser, a program and we ourselves do the same.

On one machine the local gateway answers them from disk.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

import orjson

from services.shared.errors import NotFound, TooLarge, Unavailable
from services.shared.outside import NoAnswer, ask
from services.shared.settings import Settings
from services.shared.signing import MissingCredentials, Scope, presign

__all__ = ["MAX_FILE_BYTES", "Files", "Upload"]

MAX_FILE_BYTES = 100_000_000
UPLOAD_SECONDS = 3_600
DOWNLOAD_SECONDS = 300
TIMEOUT_SECONDS = 10.0
PIECE_BYTES = 1 << 20


class Upload(NamedTuple):
    """A request that puts a file, to be sent as it is. expires_at: seconds since 1970."""

    url: str
    headers: dict[str, str]
    expires_at: float
    method: str = "PUT"


class Files:
    """The files of one bucket. environment: where credentials are read at the time of signing.

    A key is a path of our own making: letters, digits, `/`, `-`, `_` and `.`.
    """

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._bucket, self._endpoint = settings.files_bucket, settings.files_endpoint
        self._region = settings.region or ""
        self._environment, self._clock = environment, clock

    def upload_url(self, key: str, *, size_bytes: int | None = None, media_type: str | None = None) -> Upload:
        """How to put a file there, within an hour. What is given of size and type, the sender is held to."""
        headers = {} if size_bytes is None else {"Content-Length": str(size_bytes)}
        headers |= {} if media_type is None else {"Content-Type": media_type}
        url = self._presign("PUT", key, UPLOAD_SECONDS, headers=headers)
        return Upload(url, headers, self._clock() + UPLOAD_SECONDS)

    def download_url(self, key: str, file_name: str) -> str:
        """Where anyone gets the file within five minutes, under this name."""
        plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in file_name)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
        return self._presign("GET", key, DOWNLOAD_SECONDS, {"response-content-disposition": disposition})

    def find_size(self, key: str) -> int | None:
        """How many bytes a file has; None when there is none. Raises Unavailable."""
        with self._ask("HEAD", key) as answer:
            if answer.status == 404:
                return None
            self._expect(answer, key)
            return int(answer.headers.get("Content-Length") or 0)

    @contextmanager
    def get(self, key: str) -> Iterator[BinaryIO]:
        """A file, as a temporary one that is gone afterwards. Raises NotFound, TooLarge, Unavailable."""
        with tempfile.TemporaryFile() as file:
            with self._ask("GET", key) as answer:
                if answer.status == 404:
                    raise NotFound("There is no such file: it was never uploaded, or has been removed since.")
                self._expect(answer, key)
                _copy(answer, file)
            file.seek(0)
            yield file

    def put(self, key: str, file: BinaryIO) -> None:
        """Keeps a file from its beginning, in place of any that was there. Raises TooLarge, Unavailable."""
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if size > MAX_FILE_BYTES:
            raise TooLarge("A file may have at most 100 MB.")
        with self._ask("PUT", key, headers={"Content-Length": str(size)}, body=file) as answer:
            self._expect(answer, key)

    @contextmanager
    def _ask(
        self, method: str, key: str, *, headers: Mapping[str, str] | None = None, body: BinaryIO | None = None
    ) -> Iterator[HTTPResponse]:
        url = self._presign(method, key, DOWNLOAD_SECONDS, headers=headers)
        try:
            with ask(method, url, headers=headers, body=body, timeout_seconds=TIMEOUT_SECONDS) as answer:
                yield answer
        except NoAnswer as error:
            raise _unavailable(method, str(error)) from error

    def _expect(self, answer: HTTPResponse, key: str) -> None:
        if answer.status != 200:
            raise _unavailable(key.partition("/")[0], str(answer.status))

    def _presign(
        self,
        method: str,
        key: str,
        seconds: int,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        if self._bucket is None:
            raise Unavailable("This installation keeps no files: it has no SKEP_FILES_BUCKET.")
        scope = Scope("s3", self._region, self._environment, self._clock())
        try:
            return presign(scope, method, self._url(key), query or {}, expires_seconds=seconds, headers=headers)
        except MissingCredentials as error:
            raise _unavailable("signing", str(error)) from error

    def _url(self, key: str) -> str:
        if self._endpoint is None:
            return f"https://{self._bucket}.s3.{self._region}.amazonaws.com/{quote(key)}"
        return f"{self._endpoint.rstrip('/')}/{self._bucket}/{quote(key)}"


def _unavailable(what: str, why: str) -> Unavailable:
    sys.stderr.write(orjson.dumps({"level": "ERROR", "files": what, "error": why}).decode() + "\n")
    return Unavailable("The file store does not answer. Try again in a moment.", headers={"Retry-After": "1"})


def _copy(answer: HTTPResponse, file: BinaryIO) -> None:
    read = 0
    while piece := answer.read(PIECE_BYTES):
        read += len(piece)
        if read > MAX_FILE_BYTES:
            raise TooLarge("The file has more than 100 MB. Split it.")
        file.write(piece)
    if read != int(answer.headers.get("Content-Length") or read):
        raise _unavailable("GET", "broken off")
