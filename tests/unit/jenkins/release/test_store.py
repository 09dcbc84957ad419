"""A release is written once, and read only when it is what was signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from jenkins.release.record import WrongRecord
from jenkins.release.signing import FileKey, WrongSignature
from jenkins.release.store import AlreadyThere, NoRelease, Releases
from tests.unit.jenkins.release.samples import NAME, Bucket, make_key, make_record

RECORD = f"releases/{NAME}/record.json"


@pytest.fixture
def key(tmp_path: Path) -> FileKey:
    """A key of releases."""
    return make_key(tmp_path)


@pytest.fixture
def bucket() -> Bucket:
    """An empty one."""
    return Bucket()


@pytest.fixture
def releases(bucket: Bucket) -> Releases:
    """What writes to it."""
    return Releases(bucket, "releases")


def test_what_was_added_is_there_under_its_name(releases: Releases, bucket: Bucket, key: FileKey) -> None:
    record = make_record(key)

    added, signature = releases.add(record, key)

    assert (added, bucket.objects[f"{RECORD}.sig"][0]) == (record, signature)
    assert releases.get(NAME, key.public_key()) == record
    assert list(releases.list_names()) == [NAME]


def test_the_same_release_added_later_is_the_first_one(releases: Releases, key: FileKey) -> None:
    first = make_record(key)
    releases.add(first, key)

    assert releases.add(make_record(key, built_at="2026-11-23T16:00:00Z"), key)[0] == first


def test_another_release_of_the_name_is_refused_and_changes_nothing(releases: Releases, key: FileKey) -> None:
    first = make_record(key)
    releases.add(first, key)

    with pytest.raises(AlreadyThere, match="says something else"):
        releases.add(make_record(key, sonar=None), key)
    assert releases.get(NAME, key.public_key()) == first


def test_of_two_that_write_at_the_same_moment_one_is_refused(releases: Releases, bucket: Bucket, key: FileKey) -> None:
    bucket.racing[RECORD] = make_record(key, sonar=None).to_bytes()

    with pytest.raises(AlreadyThere):
        releases.add(make_record(key), key)


def test_a_build_that_was_stopped_before_it_signed_signs_when_it_is_run_again(
    releases: Releases, bucket: Bucket, key: FileKey
) -> None:
    record = make_record(key)
    bucket.write(RECORD, record.to_bytes())
    with pytest.raises(NoRelease, match="was never signed"):
        releases.get(NAME, key.public_key())

    releases.add(make_record(key), key)

    assert releases.get(NAME, key.public_key()).says_the_same_as(record)


def test_a_record_that_somebody_replaced_is_refused(releases: Releases, bucket: Bucket, key: FileKey) -> None:
    releases.add(make_record(key), key)
    bucket.write(RECORD, make_record(key, sonar=None).to_bytes())

    with pytest.raises(WrongSignature):
        releases.get(NAME, key.public_key())
    with pytest.raises(WrongSignature):
        releases.add(make_record(key), key)


def test_a_record_under_another_s_name_is_refused(releases: Releases, bucket: Bucket, key: FileKey) -> None:
    releases.add(make_record(key), key)
    for suffix in ("", ".sig"):
        bucket.write(f"releases/v1/record.json{suffix}", bucket.objects[RECORD + suffix][0])

    with pytest.raises(WrongRecord, match="The record at v1 is that of"):
        releases.get("v1", key.public_key())


def test_what_was_never_released_is_said_so(releases: Releases, key: FileKey) -> None:
    with pytest.raises(NoRelease, match="There is no release v9"):
        releases.get("v9", key.public_key())


def test_a_file_of_a_release_is_never_another_one(releases: Releases) -> None:
    releases.add_file("releases/v1/sbom/sales.cdx.json", b"{}")
    releases.add_file("releases/v1/sbom/sales.cdx.json", b"{}")

    with pytest.raises(AlreadyThere, match="something else"):
        releases.add_file("releases/v1/sbom/sales.cdx.json", b"{ }")


def test_the_last_that_was_written_is_listed_first(releases: Releases, key: FileKey) -> None:
    for name in ("v1", "v3", "v2"):
        releases.add(make_record(key, name=name), key)

    assert list(releases.list_names()) == ["v2", "v3", "v1"]
