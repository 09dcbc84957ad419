"""A saved plan is applied as it was saved, not long afterwards, and by code that is the release's own."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jenkins.release.canonical import hash_file
from jenkins.release.errors import ReleaseError
from jenkins.release.planning import Plan, StalePlan, _check, check_plan, read_plan
from jenkins.release.push import write_json
from jenkins.release.settings import Settings, git
from jenkins.release.sources import hash_code, hash_routes
from jenkins.release.workplace import Workplace, set_up
from tests.unit.jenkins.release.samples import SOME_HASH, make_key, make_record

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A workplace with a plan, as `make plan` leaves it, but for Terraform's part."""
    made = Workplace(Settings({}, tmp_path), "dev")
    made.take_code()
    made.write_variables(make_record(make_key(tmp_path)))
    made.plan.write_bytes(b"a plan")
    return made


@pytest.fixture
def plan(place: Workplace) -> Plan:
    """What was noted of it."""
    return Plan(
        schema="skep-plan/1",
        environment="dev",
        release="v1",
        record=SOME_HASH,
        planned_at=f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        plan=hash_file(place.plan),
        counts={"update": 1},
        changes=(),
        **place.hash_inputs(),
    )


def test_a_plan_is_good_for_an_hour(place: Workplace, plan: Plan) -> None:
    check_plan(plan, place, NOW + timedelta(minutes=60))
    for age, sentence in ((61, "61 minutes old, and may be 60"), (-2, "-2 minutes old")):
        with pytest.raises(StalePlan, match=sentence):
            check_plan(plan, place, NOW + timedelta(minutes=age))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("tfplan", "plan"),
        ("images.json", "variables"),
        ("release.tfvars.json", "variables"),
        ("terraform/environments/dev/terraform.tfvars", "variables"),
        ("terraform/environments/dev/.terraform.lock.hcl", "lock"),
    ],
)
def test_what_was_changed_since_is_named(place: Workplace, plan: Plan, name: str, what: str) -> None:
    file = place.folder / name
    file.write_bytes(file.read_bytes() + b"\n")

    with pytest.raises(StalePlan, match=rf"\({what} differ\): make plan ENVIRONMENT=dev"):
        check_plan(plan, place, NOW)


def test_a_variable_that_was_added_since_is_found(place: Workplace, plan: Plan) -> None:
    (place.folder / "terraform/environments/dev/more.auto.tfvars.json").write_text("{}")

    with pytest.raises(StalePlan, match="variables differ"):
        check_plan(plan, place, NOW)


def test_a_plan_that_is_gone_is_said_so(place: Workplace, plan: Plan) -> None:
    place.plan.unlink()

    with pytest.raises(StalePlan, match="can't be read"):
        check_plan(plan, place, NOW)


def test_a_plan_is_kept_where_only_its_owner_reads_it(place: Workplace) -> None:
    assert place.folder.stat().st_mode & 0o077 == 0


def test_what_was_noted_is_read_back(tmp_path: Path, plan: Plan) -> None:
    settings = Settings({}, tmp_path)
    path = settings.releases / "plan-dev.json"
    write_json(path, asdict(plan))

    assert read_plan(settings, "dev") == plan
    write_json(path, asdict(replace(plan, environment="staging")))
    with pytest.raises(StalePlan, match="for staging"):
        read_plan(settings, "dev")
    write_json(path, {"plan": "0"})
    with pytest.raises(StalePlan, match="lacks or doesn't know"):
        read_plan(settings, "dev")
    path.unlink()
    with pytest.raises(ReleaseError, match="make plan ENVIRONMENT=dev"):
        read_plan(settings, "dev")


def test_a_release_of_other_code_is_not_planned_here(tmp_path: Path) -> None:
    record = make_record(make_key(tmp_path))

    with pytest.raises(ReleaseError, match="terraform/ and the lock files and the routes of this checkout are not"):
        set_up(Settings({}, tmp_path), "dev", record)


def test_an_environment_in_aws_needs_its_bucket_of_states(tmp_path: Path) -> None:
    record = make_record(make_key(tmp_path), terraform=hash_code(), routes=hash_routes())

    with pytest.raises(ReleaseError, match="SKEP_STATE_BUCKET_DEV isn't set"):
        set_up(Settings({}, tmp_path), "dev", record)


def test_the_code_of_a_commit_comes_out_of_git(tmp_path: Path) -> None:
    made = Workplace(Settings({}, tmp_path), "dev")

    made.take_code(git("rev-parse", "HEAD"))

    assert (made.folder / "terraform" / "environments" / "dev" / "main.tf").is_file()
    assert (made.folder / "services" / "catalog.json").is_file()
    with pytest.raises(ReleaseError, match="fetch all of it"):
        made.take_code("0" * 40)


def test_other_code_is_for_an_emulator_alone(tmp_path: Path) -> None:
    settings = Settings({"SKEP_TERRAFORM_CODE": str(tmp_path)}, tmp_path)

    with pytest.raises(ReleaseError, match="is for an emulator"):
        Workplace(settings, "dev").take_code()


def make_shown(architecture: str, *actions: str) -> dict[str, Any]:
    """A plan of a function, and of what is done to a database."""
    function = {"actions": ["update"], "after": {"architectures": [architecture]}}
    return {
        "resource_changes": [
            {"address": "aws_lambda_function.this", "type": "aws_lambda_function", "change": function},
            {"address": "aws_db_instance.this", "type": "aws_db_instance", "change": {"actions": list(actions)}},
        ]
    }


def test_a_plan_for_another_architecture_is_refused(tmp_path: Path) -> None:
    record = make_record(make_key(tmp_path))

    _check(make_shown("arm64", "no-op"), record, (), ())
    with pytest.raises(ReleaseError, match="The images are for arm64, and the environment says x86_64"):
        _check(make_shown("x86_64", "no-op"), record, (), ())


def test_the_hash_of_the_code_is_of_names_and_contents_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("a")
    before = hash_code(tmp_path)
    for name in ("README.md", "terraform.tfstate", "cloud.auto.tfvars.json", ".terraform"):
        (tmp_path / name).write_text(json.dumps(name))
    assert hash_code(tmp_path) == before

    (tmp_path / ".terraform.lock.hcl").write_text("locked")
    locked = hash_code(tmp_path)
    assert (locked.folder, locked.locks != before.locks) == (before.folder, True)

    (tmp_path / "main.tf").rename(tmp_path / "other.tf")
    assert hash_code(tmp_path).folder != before.folder
