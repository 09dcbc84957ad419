"""Serves static files with hashed names from disk, as API Gateway's S3 integration does."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from services.local.api_gateway.messages import Request, Response
from services.shared.errors import NotFound

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")

# Not `mimetypes`, which reads the machine's own lists.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


def get_asset(folder: Path, name: str, request: Request) -> Response:
    """Return the file `name` of `folder` with headers that let it be kept for ever.

    Raises NotFound for anything but the plain name of a file that lies in `folder` itself.
    """
    file = folder / name
    if (
        request.method not in ("GET", "HEAD")
        or not _NAME.fullmatch(name)
        or not file.is_file()
        or file.resolve().parent != folder.resolve()
    ):
        raise NotFound("There is no such file.")
    body = file.read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = [
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("ETag", etag),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if request.get_header("If-None-Match") == etag:
        return Response(304, headers)
    media_type = _MEDIA_TYPES.get(file.suffix, "application/octet-stream")
    return Response(200, [("Content-Type", media_type), *headers], body)
