"""Two releases, from images to callers, in an emulated environment; and what is refused on the way."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jenkins.release.record import Record, verify
from jenkins.release.signing import KmsKey, WrongSignature
from tests.emulator.releasing import Place, running_place

DONE = subprocess.CompletedProcess[str]
LOG_GROUP = "/aws/lambda/skep-local-sales"


@dataclass
class Told:
    """What every step of the story left, in the order of the steps. refused: what was refused -> the process."""

    place: Place
    names: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    live: dict[str, set[str]] = field(default_factory=dict)
    plans: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, DONE] = field(default_factory=dict)
    drift: dict[str, DONE] = field(default_factory=dict)
    retention: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, told once: the tests look at it in any order."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on the PATH")
    with running_place(tmp_path_factory.mktemp("release")) as place:
        story = Told(place)
        _first(story, place.as_build(1, "HEAD~1"))
        second = place.as_build(2, "HEAD")
        _second(story, second)
        _look_for_drift(story, second)
        _stale(story, second)
        _tamper(story, second)
        yield story


def _first(story: Told, place: Place) -> None:
    _release(story, place, "first")
    place.need("plan", "--environment", "local")
    story.printed["first deploy"] = place.need("deploy", "--environment", "local")
    story.live["first"] = set(place.list_live().values())


def _second(story: Told, place: Place) -> None:
    """With plans that somebody has changed, or forgotten, before the right one is applied."""
    _release(story, place, "second")
    story.printed["second push of the same"] = place.need("push")
    story.printed["second record of the same"] = place.need("build-record")
    story.printed["plan"] = place.need("plan", "--environment", "local")
    story.plans.append(place.read("plan-local.json"))
    _change_plan(story, place)
    story.live["after refusals"] = set(place.list_live().values())
    story.printed["second deploy"] = place.need("deploy", "--environment", "local")
    story.live["second"] = set(place.list_live().values())
    story.printed["deploy again"] = place.need("deploy", "--environment", "local")
    story.printed["smoke"] = place.need("smoke", "--environment", "local")


def _release(story: Told, place: Place, content: str) -> None:
    story.names.append(place.release(content))
    key = KmsKey(place.emulator.client("kms"), "alias/skep-signing").public_key()
    folder = place.build / "release"
    record, signature = (folder / name for name in ("record.json", "record.json.sig"))
    story.records.append(verify(record.read_bytes(), signature.read_bytes(), key))


def _change_plan(story: Told, place: Place) -> None:
    saved, note = place.build / "plans" / "local" / "tfplan", place.build / "release" / "plan-local.json"
    images, told = place.build / "plans" / "local" / "images.json", note.read_bytes()
    for what, file in (("tampered plan", saved), ("other images", images)):
        content = file.read_bytes()
        file.write_bytes(content + b"\n")
        story.refused[what] = place.run("deploy", "--environment", "local")
        file.write_bytes(content)
    old = f"{datetime.now(UTC) - timedelta(minutes=61):%Y-%m-%dT%H:%M:%SZ}"
    note.write_text(json.dumps(json.loads(told) | {"planned_at": old}))
    story.refused["old plan"] = place.run("deploy", "--environment", "local")
    note.write_bytes(told)


def _look_for_drift(story: Told, place: Place) -> None:
    logs = place.emulator.client("logs")
    story.drift["none"] = place.run("drift", "--environment", "local")
    logs.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=3)
    story.drift["seen"] = place.run("drift", "--environment", "local")
    groups = logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]
    story.retention.append(groups[0]["retentionInDays"])


def _stale(story: Told, place: Place) -> None:
    """Somebody applies something else between the plan and its deployment."""
    place.need("plan", "--environment", "local")
    state = next(place.build.parent.glob("states/local.tfstate"))
    content = json.loads(state.read_text())
    state.write_text(json.dumps(content | {"serial": content["serial"] + 1}))
    story.refused["stale plan"] = place.run("deploy", "--environment", "local")


def _tamper(story: Told, place: Place) -> None:
    """The same tag with another image; the same name with other evidence; a red gate; a record that was changed."""
    sonar = place.build / "release" / "sonar.json"
    sonar.write_text(json.dumps({"analysis_id": "AY-2", "gate": "OK"}))
    story.refused["another record of the name"] = place.run("build-record")
    sonar.write_text(json.dumps({"analysis_id": "AY-2", "gate": "ERROR"}))
    story.refused["red gate"] = place.run("build-record")
    s3, bucket = place.emulator.client("s3"), place.variables["SKEP_RELEASES_BUCKET"]
    key = f"releases/{story.names[1]}/record.json"
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=content.replace(b'"gate":"OK"', b'"gate":"NO"'))
    story.refused["tampered record"] = place.run("plan", "--environment", "local")
    with pytest.raises(AssertionError, match="a tag is never moved"):
        place.release("third")


def test_a_release_names_every_image_by_digest_and_its_commit(told: Told) -> None:
    record = told.records[1]

    assert set(record.uris) == set(told.place.list_live())
    assert all(re.fullmatch(r".+/skep/[a-z-]+@sha256:[0-9a-f]{64}", uri) for uri in record.uris.values())
    assert record.name.endswith(f"-2-{record.revision[:12]}")


def test_a_release_knows_the_one_before_and_what_changed_since(told: Told) -> None:
    first, second = told.records

    assert first.previous is None
    assert second.previous == first.name
    assert second.notes
    assert not set(second.notes) & set(first.notes)


def test_records_are_signed_by_the_key_in_kms(told: Told) -> None:
    assert told.records[0].signing_key.startswith("arn:aws:kms:")
    other = KmsKey(told.place.emulator.client("kms"), make_key(told.place))
    with pytest.raises(WrongSignature, match="the release record"):
        verify(told.records[0].to_bytes(), other.sign(b"something else"), other.public_key())


def make_key(place: Place) -> str:
    """Another key that signs."""
    made = place.emulator.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["KeyId"])


def test_pushing_and_recording_the_same_again_is_no_failure(told: Told) -> None:
    assert told.records[1].uris["sales"] in told.printed["second push of the same"]
    assert told.records[1].sha256 in told.printed["second record of the same"]


def test_a_plan_says_what_changes_and_no_value_of_it(told: Told) -> None:
    plan = told.plans[0]
    functions = [change for change in plan["changes"] if change["kind"] == "aws_lambda_function"]

    assert {change["action"] for change in functions} == {"update"}
    assert all("image_uri" in change["attributes"] for change in functions)
    assert plan["record"] == told.records[1].sha256
    assert "secret" not in told.printed["plan"].replace("secretsmanager", "")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("tampered plan", "What was planned is not what is there (plan differ)"),
        ("other images", "What was planned is not what is there (variables differ)"),
        ("old plan", "The plan is 61 minutes old, and may be 60: make plan ENVIRONMENT=local"),
        ("stale plan", "Saved plan is stale"),
        ("another record of the name", "is there already, and says something else"),
        ("red gate", "the quality gate says ERROR of analysis AY-2"),
        ("tampered record", "The signature of the release record is not that of its content"),
    ],
)
def test_what_is_not_as_it_was_is_refused_with_a_sentence(told: Told, what: str, sentence: str) -> None:
    refused = told.refused[what]

    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_nobody_gets_a_release_that_was_refused(told: Told) -> None:
    assert told.live["after refusals"] == told.live["first"] == {"1"}


def test_a_deployment_migrates_and_lets_all_services_go_live_in_one_order(told: Told) -> None:
    printed = told.printed["second deploy"]

    assert "0001_expand" in told.printed["first deploy"]
    assert told.live["second"] == {"2"}
    assert "sales 1 -> 2" in printed
    assert f"{told.names[1]} is live in local" in printed


def test_a_deployment_that_is_done_may_be_run_again(told: Told) -> None:
    assert "the plan is applied already" in told.printed["deploy again"]


def test_smoke_asks_for_the_version_and_for_a_page(told: Told) -> None:
    assert told.names[1] in told.printed["smoke"]
    assert "a form" in told.printed["smoke"]


def test_drift_is_told_by_exit_code_and_by_name_and_nothing_is_changed(told: Told) -> None:
    assert told.drift["none"].returncode == 0, told.drift["none"].stdout + told.drift["none"].stderr
    assert told.drift["seen"].returncode == 2
    assert "retention_in_days" in told.drift["seen"].stdout
    assert told.retention == [3]


def test_what_can_be_shown_to_anybody_holds_no_password(told: Told) -> None:
    texts = "".join(path.read_text(errors="replace") for path in (told.place.build / "release").iterdir())

    assert told.place.plan.passwords["skep_owner"] not in texts
    assert not list(Path(told.place.build / "release").glob("*tfplan*"))
