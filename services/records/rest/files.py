"""Files over REST: where to put one that is too large for a request."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response

from services.records.rest import http
from services.records.transfers import upload_key
from services.shared.authorize import Authorize
from services.shared.errors import FieldError, Forbidden, Invalid
from services.shared.files import MAX_FILE_BYTES
from services.shared.web import json_answer, service

__all__ = ["mount_files"]

_MEDIA_TYPE = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(; ?charset=[a-z0-9-]{1,40})?"
)


def mount_files(app: Flask, prefix: str, authorize: Authorize) -> None:
    """Adds the route of files below a prefix, for callers whom `authorize` finds."""

    def create() -> Response:
        """201 with the request that uploads a file; 400, 401, 403, 415, 422, 503."""
        caller = authorize()
        http.check_parameters(())
        body = http.json_body()
        if errors := list(_find_faults(body)):
            raise Invalid(errors=errors)
        if caller.identity.role == "viewer":
            raise Forbidden("Files are uploaded to be imported, which your role does not allow.")
        # A file is no record: nothing in the database knows of it until an import names it.
        file_id = str(uuid.uuid4())
        key = upload_key(caller.identity.principal_id, file_id)
        upload = service().files.upload_url(key, size_bytes=body.get("size_bytes"), media_type=body.get("type"))
        expires_at = datetime.fromtimestamp(int(upload.expires_at), UTC).isoformat().replace("+00:00", "Z")
        request = {"method": upload.method, "url": upload.url, "headers": upload.headers}
        return json_answer({"id": file_id, "upload": request, "expires_at": expires_at}, 201)

    app.add_url_rule(f"{prefix}/files", f"{prefix}/files", create, methods=["POST"])


def _find_faults(body: Any) -> list[FieldError]:
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object with the file's name.")
    name, size, media_type = body.get("name"), body.get("size_bytes"), body.get("type")
    faults = [{"field": field[:80], "message": "There is no such member."} for field in body if field not in _MEMBERS]
    if not isinstance(name, str) or not 1 <= len(name) <= 255 or not name.isprintable():
        faults.append({"field": "name", "message": "This must be a text of 1 to 255 characters."})
    if size is not None and (not isinstance(size, int) or size is True or not 1 <= size <= MAX_FILE_BYTES):
        message = f"This must be a whole number from 1 to {MAX_FILE_BYTES}, which is 100 MB."
        faults.append({"field": "size_bytes", "message": message})
    if media_type is not None and not (isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type)):
        faults.append({"field": "type", "message": "This must be a media type in small letters, such as text/csv."})
    return faults


_MEMBERS = ("name", "size_bytes", "type")
