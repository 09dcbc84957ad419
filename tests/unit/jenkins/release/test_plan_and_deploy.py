"""A plan that would lose something is not kept, a release that does not answer is taken back. Terraform: a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jenkins.release import deploy as deploying
from jenkins.release.deploy import Target, _check_live, _smoke_versions
from jenkins.release.errors import ReleaseError
from jenkins.release.functions import FunctionFailed
from jenkins.release.live import Function, move_live
from jenkins.release.planning import make_plan, read_plan
from jenkins.release.record import Record
from jenkins.release.settings import Settings
from jenkins.release.smoke import SmokeFailed
from jenkins.release.sources import hash_code, hash_routes
from jenkins.release.terraform import Terraform, TerraformError
from services.local.catalog import read_catalog
from tests.unit.jenkins.release.samples import make_key, make_record
from tests.unit.jenkins.release.test_functions import Lambda

SCRIPT = """#!/bin/sh
echo "$@" >> "$SAID"
case "$1" in
plan) for word; do case "$word" in -out=*) echo plan > "${word#-out=}" ;; esac; done ;;
show) cat "$SHOWN" ;;
esac
"""
DATABASE = {
    "address": "module.database.aws_db_instance.this",
    "type": "aws_db_instance",
    "change": {"actions": ["delete", "create"], "before": {"password": "hunter2"}, "after": {}},
}


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Of this checkout's code."""
    return make_record(make_key(tmp_path), terraform=hash_code(), routes=hash_routes())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a script for Terraform, which shows a plan that replaces the database."""
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "terraform"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    (tmp_path / "shown").write_text(json.dumps({"resource_changes": [DATABASE]}))
    variables = {"PATH": f"{script.parent}:/usr/bin:/bin", "SAID": str(tmp_path / "said")}
    variables |= {
        "SHOWN": str(tmp_path / "shown"),
        "SKEP_STATE_BUCKET_DEV": "states",
        "SKEP_STATE_REGION_DEV": "eu-west-1",
    }
    return Settings(variables, tmp_path / "build")


def test_a_plan_that_loses_the_database_is_told_and_not_kept(
    settings: Settings, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ReleaseError, match="loses for good what nothing brings back") as refused:
        make_plan(settings, "dev", record, [])

    assert "REPLACE, and with it the database" in str(refused.value)
    assert "1 to replace" in capsys.readouterr().out
    assert not (settings.plans("dev") / "tfplan").exists()
    with pytest.raises(ReleaseError, match="make plan ENVIRONMENT=dev"):
        read_plan(settings, "dev")


def test_a_plan_whose_loss_is_meant_is_kept_and_shown_without_a_value(settings: Settings, record: Record) -> None:
    plan = make_plan(settings, "dev", record, [str(DATABASE["address"])])

    assert read_plan(settings, "dev") == plan
    assert (plan.release, plan.record, plan.counts) == (record.name, record.sha256, {"replace": 1})
    assert "hunter2" not in "".join(file.read_text() for file in settings.releases.iterdir())


def test_what_others_changed_is_told_and_a_promotion_is_none_of_that(settings: Settings, record: Record) -> None:
    def change(kind: str) -> dict[str, Any]:
        values = {"actions": ["update"], "before": {"a": 1}, "after": {"a": 2}}
        return {"address": f"{kind}.this", "type": kind, "change": values}

    shown = {"resource_drift": [change("aws_lambda_alias"), change("aws_iam_role")]}
    Path(settings.variables["SHOWN"]).write_text(json.dumps(shown))

    make_plan(settings, "dev", record, [])

    told = (settings.releases / "plan-dev.txt").read_text().partition("Changed by others")[2]
    assert "aws_iam_role.this: a" in told
    assert "aws_lambda_alias" not in told


def test_terraform_gets_the_account_s_backend_and_the_release(settings: Settings, record: Record) -> None:
    make_plan(settings, "dev", record, [str(DATABASE["address"])])

    said = Path(settings.variables["SAID"]).read_text().splitlines()
    assert said[0] == "init -no-color -input=false -backend-config=bucket=states -backend-config=region=eu-west-1"
    assert f"-var-file={settings.plans('dev').resolve()}/release.tfvars.json" in said[1]
    written = json.loads((settings.plans("dev") / "release.tfvars.json").read_text())
    assert written["release"] == {"name": record.name, "revision": record.revision}
    assert json.loads(Path(written["release_file"]).read_text()) == record.uris


def test_what_terraform_says_when_it_fails_is_told(tmp_path: Path) -> None:
    script = tmp_path / "terraform"
    script.write_text("#!/bin/sh\necho 'Saved plan is stale' >&2\nexit 1\n")
    script.chmod(0o755)
    (tmp_path / "root").mkdir()

    with pytest.raises(TerraformError, match="terraform apply:\nSaved plan is stale"):
        Terraform(tmp_path, {"PATH": f"{tmp_path}:/usr/bin:/bin"}).run("root", "apply")
    with pytest.raises(TerraformError, match="install 1.11 or newer"):
        Terraform(tmp_path, {"PATH": "/nowhere"}).run("root", "apply")
    with pytest.raises(TerraformError, match="there is no environments/moon"):
        Terraform(tmp_path, {}).run("environments/moon", "init")


def make_target() -> Target:
    """The second version of everything."""
    functions = {service: Function(f"skep-dev-{service}", "2") for service in read_catalog()}
    return Target(functions, "assets", "https://skep.example")


def answer_as(release: str) -> Any:
    """Functions that answer every question as they should, as a release."""

    def answer(asked: dict[str, Any]) -> Any:
        event = asked["event"]
        if "httpMethod" not in event:
            return {}
        keyed = event["requestContext"]["identity"].get("apiKey")
        return {"statusCode": 401 if keyed else 200, "body": json.dumps({"release": release})}

    return answer


def test_versions_that_are_another_release_go_no_further(record: Record) -> None:
    _smoke_versions(Lambda(answer_as(record.name)), make_target(), record)
    with pytest.raises(FunctionFailed, match="skep-dev-workspace:2 says it is"):
        _smoke_versions(Lambda(answer_as("v0")), make_target(), record)


def test_a_release_that_does_not_answer_is_taken_back(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SmokeFailed("it says v0")

    client, target = Lambda(), make_target()
    before = move_live(client, target.functions)
    monkeypatch.setattr(deploying, "wait_for_version", fail)

    with pytest.raises(SmokeFailed, match="it says v0. Everything was returned to the versions before"):
        _check_live(client, target, record, before)
    assert set(client.aliases.values()) == {"1"}
