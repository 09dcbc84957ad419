"""The collection and its environments as Postman's files, made from the OpenAPI document."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from services.registry import TABLES
from services.workspace.description import describe
from tests.postman.calls import ADMIN, Folder, Json, event, folder_item, key_auth
from tests.postman.rights import rights_folder
from tests.postman.smoke import smoke_folder
from tests.postman.tables import table_folder
from tests.postman.workspace import changes_folder, files_folder, reports_folder

__all__ = ["COLLECTION", "ENVIRONMENTS", "METHODS", "folders", "render_all"]

HERE = Path(__file__).parent
COLLECTION = HERE / "skep.postman_collection.json"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
METHODS = ("get", "post", "put", "patch", "delete")
UNSAID = ("title", "description", "readOnly", "default")
"""What a schema says to people: an answer isn't held against it."""
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "skep/postman/environments")

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "local": {"base_url": "http://127.0.0.1:8080", "writes": "allowed", "unknown_key_status": "401"},
    "cloud": {
        "base_url": "http://skep.execute-api.localhost:4566/local",
        "writes": "allowed",
        "unknown_key_status": "403",
    },
    "dev": {"base_url": "https://dev.skep.example", "writes": "allowed", "unknown_key_status": "403"},
    "staging": {"base_url": "https://staging.skep.example", "writes": "allowed", "unknown_key_status": "403"},
    "production": {"base_url": "https://skep.example", "writes": "refused", "unknown_key_status": "403"},
}
"""Name -> variables. base_url: put yours in its place. writes: whether anything but reading may be tried there."""


def folders() -> list[Folder]:
    """All folders, in the order in which they run."""
    tables = [table_folder(table) for table in TABLES.values()]
    return [smoke_folder(), *tables, changes_folder(), files_folder(), reports_folder(), rights_folder()]


def render_all() -> dict[Path, str]:
    """Every file that is written: its path and its text."""
    files: dict[Path, Json] = {COLLECTION: _collection()}
    for name, variables in ENVIRONMENTS.items():
        files[HERE / "environments" / f"{name}.postman_environment.json"] = _environment(name, variables)
    return {path: json.dumps(content, indent="\t", ensure_ascii=False) + "\n" for path, content in files.items()}


def _collection() -> Json:
    document = describe("/")
    return {
        "info": {
            "_postman_id": str(uuid.uuid5(_IDS, "collection")),
            "name": document["info"]["title"],
            "description": "Written by `python -m tests.postman --write` from the OpenAPI document: docs/api-tests.md",
            "schema": SCHEMA,
        },
        "auth": key_auth(ADMIN),
        "event": [event("prerequest", _script("guard")), event("test", _contract(document))],
        "variable": [],
        "item": [folder_item(folder) for folder in folders()],
    }


def _script(name: str) -> list[str]:
    return (HERE / "scripts" / f"{name}.js").read_text(encoding="utf-8").splitlines()


def _contract(document: Json) -> list[str]:
    """The script that every answer is held against the document with: an operation or a schema a line."""
    filled = {
        "//OPERATIONS": [f"    {_compact(operation)}," for operation in _operations(document)],
        "//SCHEMAS": [
            f"    {_compact(name)}: {_compact(_mute(schema))},"
            for name, schema in document["components"]["schemas"].items()
            if not name.endswith(("Input", "Patch"))  # only answers are judged
        ],
    }
    return [line for given in _script("contract") for line in filled.get(given.strip(), [given])]


def _operations(document: Json) -> list[Json]:
    return [
        {"id": operation["operationId"], "method": method.upper(), "path": path, **_answers(operation["responses"])}
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def _answers(responses: Json) -> Json:
    """Which problems may come, and of every other status the media types with their schemas."""
    problems = [
        int(status) for status, answer in responses.items() if "application/problem+json" in answer.get("content", {})
    ]
    good = {
        status: {media: _mute(content["schema"]) for media, content in answer.get("content", {}).items()}
        for status, answer in responses.items()
        if int(status) not in problems
    }
    return {"problems": problems, "answers": good}


def _mute(schema: Json) -> Json:
    """A schema without what it says to people. Names of properties are no words of a schema's own."""
    muted: Json = {}
    for word, value in schema.items():
        if word == "properties":
            muted[word] = {name: _mute(inner) for name, inner in value.items()}
        elif isinstance(value, dict):
            muted[word] = _mute(value)
        elif word in ("anyOf", "allOf", "oneOf"):
            muted[word] = [_mute(inner) for inner in value]
        elif word not in UNSAID:
            muted[word] = value
    return muted


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _environment(name: str, variables: dict[str, str]) -> Json:
    values = [{"key": key, "value": value, "type": "default", "enabled": True} for key, value in variables.items()]
    secret = {"key": ADMIN, "value": "", "type": "secret", "enabled": True}
    return {
        "id": str(uuid.uuid5(_IDS, name)),
        "name": f"Skep {name}",
        "values": [*values[:1], secret, *values[1:]],
        "_postman_variable_scope": "environment",
    }
