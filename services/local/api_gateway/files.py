"""S3 on one machine: presigned PUT, GET and HEAD of files on disk, checked as S3 checks them."""

from __future__ import annotations

import hmac
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from services.local.api_gateway.body import BodyReader
from services.local.api_gateway.messages import MethodNotAllowed, Request, Response
from services.shared.errors import BadRequest, Forbidden, NotFound
from services.shared.files import MAX_FILE_BYTES
from services.shared.signing import MissingCredentials, Scope, presign

__all__ = ["FileStore"]

METHODS = ("GET", "HEAD", "PUT")
KEPT_DAYS = 7
_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,255}")
_SIGNED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders")
_MOST_SECONDS = 604_800
"""What S3 lets a URL live: seven days."""


class FileStore:
    """The files of a folder, below a path of the gateway. environment: has the credentials that sign.

    What is older than a week is removed when it is made, as a rule of the bucket does on AWS.
    """

    limit_bytes = MAX_FILE_BYTES

    def __init__(
        self,
        folder: Path,
        path: str,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self.path, self._environment, self._clock = folder, path, environment, clock
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.rglob("*"):
            if file.is_file() and file.stat().st_mtime < clock() - KEPT_DAYS * 86_400:
                file.unlink()

    def takes(self, path: str) -> bool:
        """Whether a request's path is one of a file."""
        return path.startswith(f"{self.path}/")

    def answer(self, request: Request, body: BodyReader) -> Response:
        """Answers a request, whose body is still to be read. Raises Forbidden, NotFound, BadRequest, TooLarge."""
        if request.method not in METHODS:
            raise MethodNotAllowed(headers={"Allow": ", ".join(METHODS)})
        asked = self._check(request)
        file = self._find(request.path)
        if request.method == "PUT":
            _keep(file, body)
            return Response(200, [])
        body.read()
        try:
            opened = file.open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound("There is no such file.") from None
        headers = [("Content-Type", "application/octet-stream"), ("X-Content-Type-Options", "nosniff")]
        if "response-content-disposition" in asked:
            headers.append(("Content-Disposition", asked["response-content-disposition"]))
        return Response(200, headers, file=opened)

    def _find(self, path: str) -> Path:
        segments = unquote(path.removeprefix(f"{self.path}/")).split("/")
        if len(segments) < 2 or not all(_SEGMENT.fullmatch(segment) for segment in segments):
            raise NotFound("There is no such file.")
        return self._folder.joinpath(*segments)

    def _check(self, request: Request) -> dict[str, str]:
        """The query besides the signature, which is that of this request and no older than it may be."""
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        given = query.pop("X-Amz-Signature", "")
        signed = {name: query.pop(name, "") for name in _SIGNED}
        query.pop("X-Amz-Security-Token", None)
        begin, seconds = _read_times(signed["X-Amz-Date"], signed["X-Amz-Expires"])
        region = (signed["X-Amz-Credential"].split("/") + [""] * 3)[2]
        names = [name for name in signed["X-Amz-SignedHeaders"].split(";") if name != "host"]
        scope = Scope("s3", region, self._environment, begin)
        host = request.get_header("Host") or ""
        # With a path or a query in the host, the signature would be checked for another file than the one given.
        if not _HOST.fullmatch(host):
            raise Forbidden("The Host header is no host.")
        url = f"http://{host}{request.path}"
        headers = {name: request.get_header(name) or "" for name in names}
        try:
            expected = presign(scope, request.method, url, query, expires_seconds=seconds, headers=headers)
        except MissingCredentials as error:
            raise Forbidden("Nobody signs here.") from error
        known = signed["X-Amz-Credential"] == scope.credential
        if not known or not hmac.compare_digest(expected.rpartition("=")[2].encode(), given.encode()):
            raise Forbidden("The signature does not match this request: send it exactly as it was given.")
        if not begin - 900 <= self._clock() <= begin + seconds:
            raise Forbidden("This URL has expired. Ask for a new one.")
        return query


def _read_times(moment: str, expires: str) -> tuple[float, int]:
    try:
        begin = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        if not re.fullmatch(r"[0-9]{1,6}", expires) or not 1 <= int(expires) <= _MOST_SECONDS:
            raise ValueError
    except ValueError:
        raise Forbidden("Files are reached by signed URLs alone: POST /v1/files gives one.") from None
    return begin, int(expires)


def _keep(file: Path, body: BodyReader) -> None:
    """Writes the body piece by piece, the whole of it or nothing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=".part-")
    except (FileExistsError, NotADirectoryError):
        raise BadRequest("A file has this name already.") from None
    try:
        with os.fdopen(descriptor, "wb") as out:
            for piece in body.pieces():
                out.write(piece)
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
