"""The collection is as the API is now, leaves no operation out, and tries something with every request."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.registry import TABLES
from services.workspace.description import describe
from tests.architecture.tree import expect_none
from tests.postman.calls import ADMIN, Folder, Json, find_events
from tests.postman.collection import COLLECTION, ENVIRONMENTS, HERE, METHODS, folders, render_all
from tests.postman.samples import SAMPLES

VARIABLE = re.compile(r"\{\{(\w+)\}\}")
SET = re.compile(r"collectionVariables\.set\('(\w+)'")
KEY_LIKE = re.compile(r"skp_[0-9A-Za-z]+_[0-9A-Za-z_-]{20,}")


def items() -> Iterator[tuple[str, Json]]:
    """(folder, request) of the collection as it lies there."""
    for folder in json.loads(COLLECTION.read_text(encoding="utf-8"))["item"]:
        for item in folder["item"]:
            yield folder["name"], item


def environments() -> list[Path]:
    return sorted((HERE / "environments").glob("*.postman_environment.json"))


def test_collection_and_environments_are_as_they_would_be_written_now() -> None:
    stale = [path.name for path, text in render_all().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "`python -m tests.postman --write` writes them again"
    assert {path for path in render_all() if path != COLLECTION} == set(environments())


def test_every_operation_of_the_document_is_tried_by_somebody_who_may() -> None:
    tried = {
        (item["request"]["method"], VARIABLE.sub("{}", "/" + "/".join(item["request"]["url"]["path"])))
        for _, item in items()
        if isinstance(item["request"]["url"], dict) and "viewer" not in str(item["request"].get("auth"))
    }
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)): operation["operationId"]
        for path, item in describe("/")["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    assert described
    expect_none(name for asked, name in described.items() if asked not in tried)


def test_every_request_tries_something_of_its_own() -> None:
    found = list(items())
    assert found
    expect_none(
        f"{folder}: {item['name']}" for folder, item in found if "pm.test(" not in str(find_events(item, "test"))
    )


def test_no_two_requests_have_one_name() -> None:
    expect_none(name for name, count in Counter(item["name"] for _, item in items()).items() if count > 1)


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_folder_uses_no_variable_that_it_has_not_set_before(folder: Folder) -> None:
    known = {"base_url"} | {name for variables in ENVIRONMENTS.values() for name in variables} | {ADMIN}
    for call in folder.calls:
        known |= set(SET.findall("\n".join(call.before)))
        used = set(VARIABLE.findall(json.dumps([call.path, call.url, call.body, call.headers])))
        assert used <= known | {"$guid"}, call.name
        assert not call.who or call.who in known, call.name
        known |= set(SET.findall("\n".join(call.tests)))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_tried_with_all_that_it_requires_and_with_no_field_that_it_lacks(name: str) -> None:
    table, sample = TABLES[name], SAMPLES[name]
    required = {field for field, definition in table.writable.items() if definition.required}

    assert required <= set(sample.body) <= set(table.writable)
    assert sample.change
    assert set(sample.change) <= set(table.writable)
    assert sample.refusals
    for refusal in sample.refusals:
        assert set(refusal.body) <= set(table.writable)


def test_smoke_only_reads() -> None:
    smoke = [item["request"]["method"] for folder, item in items() if folder == "smoke"]
    assert smoke
    assert set(smoke) == {"GET"}


def test_production_is_only_read() -> None:
    assert ENVIRONMENTS["production"]["writes"] != "allowed"


def test_no_file_holds_a_secret() -> None:
    for path in environments():
        keys = [one for one in json.loads(path.read_text(encoding="utf-8"))["values"] if one["key"] == ADMIN]
        assert [(one["type"], one["value"]) for one in keys] == [("secret", "")], path.name
    texts = {path.name: KEY_LIKE.findall(path.read_text(encoding="utf-8")) for path in (COLLECTION, *environments())}
    expect_none(f"{name}: {key}" for name, keys in texts.items() for key in keys if "nobody" not in key)
