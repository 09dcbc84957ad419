"""Every folder of terraform/ is formatted, and is valid by the schema of its providers."""

from __future__ import annotations

import subprocess

import pytest

from tests.terraform.commands import PROGRAM, find_terraform
from tests.terraform.places import TERRAFORM, list_folders, list_test_files
from tests.terraform.workshop import Done, Job


@pytest.mark.skipif(find_terraform() is None, reason="terraform is not on the PATH")
def test_every_file_is_formatted() -> None:
    command = [PROGRAM, "fmt", "-check", "-diff", "-recursive", str(TERRAFORM)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("job", [Job(folder) for folder in list_folders()], ids=str)
def test_a_folder_is_valid(done: Done) -> None:
    if done.broken:
        pytest.fail(done.broken, pytrace=False)


def test_every_folder_has_tests() -> None:
    bare = [folder for folder in list_folders() if not list_test_files(folder)]
    assert bare == []
