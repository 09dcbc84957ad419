"""HTTP requests that leave this process, to S3 and SQS: one connection each, with time-outs, through no proxy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import BinaryIO
from urllib.parse import urlsplit

__all__ = ["NoAnswer", "ask"]


class NoAnswer(Exception):
    """The other side can't be reached, or broke off."""


@contextmanager
def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | BinaryIO | None = None,
    timeout_seconds: float,
) -> Iterator[HTTPResponse]:
    """The answer to a request, to be read inside. timeout_seconds: for each wait. Raises NoAnswer.

    body: a file needs its Content-Length among the headers.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    with closing(kind(parts.netloc, timeout=timeout_seconds)) as connection:
        try:
            connection.request(method, target, body=body, headers=dict(headers or {}))
            with connection.getresponse() as answer:
                yield answer
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"{parts.netloc}: {type(error).__name__}") from error
