"""A record is read back as it was written, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jenkins.release.canonical import to_bytes
from jenkins.release.record import Migrations, Record, WrongRecord, verify
from jenkins.release.shapes import WrongShape
from jenkins.release.signing import FileKey, WrongSignature
from tests.unit.jenkins.release.samples import SOME_HASH, make_key, make_record


@pytest.fixture
def key(tmp_path: Path) -> FileKey:
    """A key of releases."""
    return make_key(tmp_path)


def sign_and_verify(key: FileKey, content: bytes) -> Record:
    """What an owner of the key can do to a record, who isn't this tool."""
    return verify(content, key.sign(content), key.public_key())


def test_what_was_written_is_read(key: FileKey) -> None:
    record = make_record(key)

    found = sign_and_verify(key, record.to_bytes())

    assert found == record
    assert found.sha256 == hashlib.sha256(record.to_bytes()).hexdigest()
    assert found.uris == {"sales": record.images["sales"].uri}


def test_the_file_is_one_line_with_sorted_names(key: FileKey) -> None:
    content = make_record(key).to_bytes()

    assert content.count(b"\n") == 1
    assert content.startswith(b'{"architecture":')
    assert "élan".encode() in content


@pytest.mark.parametrize("place", range(0, 2000, 97))
def test_a_byte_that_was_changed_anywhere_is_found(key: FileKey, place: int) -> None:
    content = make_record(key).to_bytes()
    place %= len(content)
    changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    with pytest.raises(WrongSignature):
        verify(changed, key.sign(content), key.public_key())


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: told.pop("tests"), "lacks or doesn't know: tests"),
        (lambda told: told.update(more=1), "lacks or doesn't know: more"),
        (lambda told: told.update(schema="skep-release/2"), "this tool reads skep-release/1"),
        (lambda told: told.update(name="../other"), "name is '../other'"),
        (lambda told: told.update(revision="main"), "revision is 'main'"),
        (lambda told: told.update(built_at="yesterday"), "built_at is 'yesterday'"),
        (lambda told: told.update(notes_left_out="0"), "the record, notes_left_out is str"),
        (lambda told: told.update(notes_left_out=True), "the record, notes_left_out is bool"),
        (lambda told: told.update(images={}), "there is no image"),
        (lambda told: told.update(images=[]), "the record, images is list"),
        (lambda told: told["images"]["sales"].update(uri="skep/sales:latest"), "no hashes: sales"),
        (lambda told: told["images"]["sales"]["sbom"].update(sha256="0"), "sbom of sales"),
        (lambda told: told["terraform"].update(folder="0"), "no hashes: terraform"),
        (lambda told: told["migrations"].update(head="0002_expand_more"), "0002_expand_more is no migration"),
        (lambda told: told.update(tests=None), "the record, tests is NoneType"),
        (lambda told: told.update(notes=[1]), "the record, notes is no object"),
    ],
)
def test_what_no_record_says_is_refused_with_where(key: FileKey, change: Change, sentence: str) -> None:
    told = json.loads(make_record(key).to_bytes())
    change(told)

    with pytest.raises(WrongRecord) as refused:
        sign_and_verify(key, to_bytes(told))
    assert sentence in str(refused.value)


def test_the_same_content_in_another_form_is_no_record(key: FileKey) -> None:
    told = json.loads(make_record(key).to_bytes())

    with pytest.raises(WrongRecord, match="not in the form"):
        sign_and_verify(key, json.dumps(told, indent=2).encode())


def test_an_image_that_was_signed_for_another_service_or_commit_is_refused(key: FileKey) -> None:
    record = make_record(key)
    images = {"forms": record.images["sales"]}

    with pytest.raises(WrongSignature, match="the image of forms"):
        sign_and_verify(key, replace(record, images=images).to_bytes())
    with pytest.raises(WrongSignature, match="the image of sales"):
        sign_and_verify(key, replace(record, revision="f" * 40).to_bytes())


def test_a_signature_that_is_no_base64_is_refused(key: FileKey) -> None:
    record = make_record(key)
    images = {"sales": replace(record.images["sales"], signature="?")}

    with pytest.raises(WrongSignature, match="no base64"):
        sign_and_verify(key, replace(record, images=images).to_bytes())


def test_two_records_of_one_build_say_the_same_whenever_they_were_written(key: FileKey) -> None:
    record = make_record(key)

    assert record.says_the_same_as(make_record(key, built_at="2026-11-23T15:00:01Z"))
    assert not record.says_the_same_as(make_record(key, sonar=None))


def test_a_record_that_is_made_wrong_is_not_made(key: FileKey) -> None:
    with pytest.raises(WrongShape, match="no migration of the release"):
        make_record(key, migrations=Migrations("0002", {"0001": SOME_HASH}))
