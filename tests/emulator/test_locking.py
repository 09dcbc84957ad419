"""The environments' own backend file keeps two applies apart, in the emulator's S3, which is Terraform's own doing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.local.cloud.emulator import ACCOUNT, REGION, SECRET, Emulator
from tests.emulator.story import CHANGED, Root
from tests.support.emulator import running_emulator
from tests.terraform.offline_provider.mirror import QUIET
from tests.terraform.places import TERRAFORM

BUCKET = "states"
KEY = "environments/dev/terraform.tfstate"
CODE = """
variable "hold" {
  type = string
}

resource "terraform_data" "first" {
  input = var.hold
}

resource "terraform_data" "slow" {
  input      = terraform_data.first.output
  depends_on = [terraform_data.first]

  provisioner "local-exec" {
    command = "touch started; while [ -e ${var.hold} ]; do sleep 0.1; done"
  }
}
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulator with a bucket for states."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on the PATH")
    with running_emulator() as started:
        client = started.client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield started


@pytest.fixture
def root(emulator: Emulator, tmp_path: Path) -> Iterator[Root]:
    """A root with the backend file of an environment, whose apply takes until `hold` is gone."""
    code = tmp_path / "code"
    code.mkdir()
    shutil.copy(TERRAFORM / "environments" / "dev" / "backend.tf", code)
    (code / "main.tf").write_text(CODE, encoding="utf-8")
    (tmp_path / "hold").touch()
    environment = QUIET | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_S3": emulator.endpoint,
    }
    options = {"bucket": BUCKET, "use_path_style": True, "skip_credentials_validation": True}
    options |= {"skip_requesting_account_id": True, "skip_metadata_api_check": True}
    yield Root(
        code,
        tmp_path / "root",
        environment,
        {"hold": str(tmp_path / "hold")},
        init=[f"-backend-config={name}={json.dumps(value).strip(chr(34))}" for name, value in options.items()],
    )
    client = emulator.client("s3")
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])


def start_apply(root: Root) -> subprocess.Popen[str]:
    """An apply that holds the lock."""
    process = root.start("apply", "-auto-approve")
    deadline = time.monotonic() + 60
    while not (root.folder / "started").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def list_states(emulator: Emulator) -> list[str]:
    """The names of all that is in the bucket: states, and the locks beside them."""
    found: list[dict[str, Any]] = emulator.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [item["Key"] for item in found]


def test_a_second_apply_is_refused_while_one_runs_and_the_lock_goes_with_it(root: Root, emulator: Emulator) -> None:
    with start_apply(root) as first:
        second = root.run("apply", "-auto-approve", allowed=(1,))
        held = list_states(emulator)
        Path(root.variables["hold"]).unlink()
        first.communicate(timeout=60)

    assert first.returncode == 0
    assert "Error acquiring the state lock" in second.stderr
    assert f"{KEY}.tflock" in held
    assert list_states(emulator) == [KEY]
    assert root.plan() == 0


def test_the_state_of_a_killed_apply_is_unlocked_by_hand_and_the_next_apply_finishes(
    root: Root, emulator: Emulator
) -> None:
    with start_apply(root) as apply:
        apply.kill()
        Path(root.variables["hold"]).unlink()

    refused = root.run("plan", allowed=(1,))
    lock = re.search(r"^\W*ID:\s+(\S+)$", refused.stderr, re.MULTILINE)
    assert lock is not None
    root.run("force-unlock", "-force", lock[1])

    assert root.plan() == CHANGED
    assert root.apply().startswith("Apply complete!")
    assert root.plan() == 0
    assert list_states(emulator) == [KEY]
