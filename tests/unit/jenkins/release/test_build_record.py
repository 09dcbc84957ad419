"""A build's record: of what was built, pushed, signed and proved, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jenkins.release.build_record import Lacking, build_record, publish
from jenkins.release.errors import ReleaseError
from jenkins.release.push import sign, write_json
from jenkins.release.record import verify
from jenkins.release.settings import Settings, git
from jenkins.release.signing import FileKey, WrongSignature
from jenkins.release.store import Releases
from services.local.catalog import read_catalog
from tests.unit.jenkins.release.samples import SOME_HASH, Bucket, make_key

HEAD = git("rev-parse", "HEAD")
MAIN = {"BRANCH_NAME": "main", "BUILD_NUMBER": "7", "GIT_COMMIT": HEAD, "JOB_NAME": "skep/build/main"}


@pytest.fixture
def key(tmp_path: Path) -> FileKey:
    """A key of releases."""
    return make_key(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, key: FileKey) -> Settings:
    """Those of main, and a build in which everything is there, signed."""
    made = Settings(MAIN, tmp_path / "build")
    entry = {"digest": f"sha256:{SOME_HASH}", "revision": HEAD, "architecture": "arm64", "base_digest": "sha256:0"}
    write_json(made.build / "images" / "images.json", dict.fromkeys(read_catalog(), entry))
    uris = {service: f"registry.example/skep/{service}@sha256:{SOME_HASH}" for service in read_catalog()}
    write_json(made.releases / "images.json", uris)
    for service in read_catalog():
        write_json(made.build / "images" / service / "sbom.cdx.json", {"components": [1, 2]})
    write(made, "junit/unit.xml", '<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>')
    write(made, "coverage.xml", '<coverage lines-valid="9" lines-covered="9" branches-valid="4" branches-covered="4"/>')
    write(made, "release/sonar.json", '{"analysis_id": "AY", "gate": "OK"}')
    sign(made, key)
    return made


def write(settings: Settings, name: str, content: str) -> None:
    """A file of the build."""
    path = settings.build / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def change_json(settings: Settings, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes a file of the build."""
    path = settings.build / name
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_a_record_says_what_was_built_and_by_whom(settings: Settings, key: FileKey) -> None:
    record = build_record(settings, key, None)

    assert (record.revision, record.branch, record.built_by) == (HEAD, "main", "skep/build/main")
    assert (record.architecture, record.signing_key) == ("arm64", key.name)
    assert set(record.images) == set(read_catalog())
    assert record.images["sales"].sbom.components == 2
    assert record.migrations.head in record.migrations.all
    assert "public workspace /v1/version" in record.routes.paths
    assert (record.previous, record.notes[0].revision) == (None, git("rev-list", "--no-merges", "-1", "HEAD"))


def test_a_published_record_is_in_the_bucket_and_beside_the_build(settings: Settings, key: FileKey) -> None:
    bucket = Bucket()
    releases = Releases(bucket, "releases")

    record = publish(settings, build_record(settings, key, releases), key, releases)

    assert releases.get(record.name, key.public_key()) == record
    assert f"releases/{record.name}/sbom/sales.cdx.json" in bucket.objects
    content, signature = ((settings.releases / name).read_bytes() for name in ("record.json", "record.json.sig"))
    assert verify(content, signature, key.public_key()) == record


def test_a_later_build_names_the_one_before(
    settings: Settings, key: FileKey, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = Bucket()
    releases = Releases(bucket, "releases")
    first = publish(settings, build_record(settings, key, releases), key, releases)
    bucket.write("releases/broken/record.json", b"{}")
    later = Settings({**MAIN, "BUILD_NUMBER": "8"}, settings.build)

    second = build_record(later, key, releases)

    assert (second.previous, second.notes) == (first.name, ())
    assert "broken is left out of the history" in capsys.readouterr().out


def test_all_that_lacks_is_told_at_once(settings: Settings, key: FileKey) -> None:
    for name in ("junit/unit.xml", "coverage.xml", "release/sonar.json"):
        (settings.build / name).unlink()

    with pytest.raises(Lacking) as refused:
        build_record(settings, key, None)
    assert str(refused.value).count(";") == 2


def test_a_branch_may_lack_the_analysis_and_main_may_not(settings: Settings, key: FileKey) -> None:
    (settings.releases / "sonar.json").unlink()
    branch = Settings({**MAIN, "BRANCH_NAME": "feature"}, settings.build)

    assert build_record(branch, key, None).sonar is None
    with pytest.raises(Lacking, match="main and tags need one"):
        build_record(settings, key, None)


def test_a_report_that_is_broken_is_no_proof(settings: Settings, key: FileKey) -> None:
    write(settings, "junit/unit.xml", "<testsuite>")

    with pytest.raises(Lacking, match="junit/unit.xml is no XML"):
        build_record(settings, key, None)


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("images/images.json", lambda told: told.pop("sales"), "There is no image of sales"),
        ("images/images.json", lambda told: told["sales"].update(revision=f"{HEAD}-dirty"), "sales of .*-dirty"),
        ("images/images.json", lambda told: told["sales"].update(digest="sha256:1"), "make push"),
        ("images/images.json", lambda told: told["sales"].update(architecture="amd64"), "several architectures"),
        ("release/images.json", lambda told: told.pop("sales"), "make push"),
    ],
)
def test_what_was_not_built_of_this_commit_or_not_pushed_is_refused(
    settings: Settings, key: FileKey, name: str, change: Change, sentence: str
) -> None:
    change_json(settings, name, change)

    with pytest.raises(ReleaseError, match=sentence):
        build_record(settings, key, None)


def test_an_image_that_nobody_signed_makes_no_record(settings: Settings, key: FileKey) -> None:
    change_json(settings, "release/signatures.json", lambda told: told["signatures"].pop("sales"))

    with pytest.raises(WrongSignature, match="the image of sales"):
        build_record(settings, key, None)


def test_a_step_that_was_left_out_is_named(settings: Settings, key: FileKey) -> None:
    (settings.build / "images" / "sales" / "sbom.cdx.json").unlink()
    with pytest.raises(ReleaseError, match="no bill of materials of sales: make images"):
        build_record(settings, key, None)
    (settings.releases / "signatures.json").write_text("[]")
    with pytest.raises(ReleaseError, match="signatures.json is no object: make sign"):
        build_record(settings, key, None)
    (settings.releases / "images.json").unlink()
    with pytest.raises(ReleaseError, match="make push"):
        sign(settings, key)
