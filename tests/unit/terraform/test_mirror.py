"""Which providers Terraform gets, and the copy of its code that it gets them for."""

from __future__ import annotations

import io
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.terraform.offline_provider import mirror, tree
from tests.terraform.offline_provider.mirror import WrongChoice, can_reach_registry, find_providers, prepare
from tests.terraform.offline_provider.tree import copy_tree, find_code, list_names


@pytest.fixture(autouse=True)
def _nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(mirror.CHOICE, raising=False)
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "none.rc"))
    monkeypatch.setattr(mirror, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(mirror, "ensure_schema", lambda: None)
    monkeypatch.setattr(mirror, "ensure_legal_values", lambda: None)


@pytest.mark.parametrize(("answers", "kind"), [(True, "registry"), (False, "offline")])
def test_ours_are_used_only_where_the_registry_does_not_answer(
    answers: bool, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "can_reach_registry", lambda: answers)
    found = find_providers()
    assert found.kind == kind
    assert ("offline provider" in found.reason) is (kind == "offline")


@pytest.mark.parametrize("kind", ["registry", "offline"])
def test_a_person_may_choose(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "can_reach_registry", lambda: pytest.fail("nobody asks"))
    monkeypatch.setenv(mirror.CHOICE, kind)
    found = find_providers()
    assert found.kind == kind
    assert mirror.CHOICE in found.reason


def test_a_choice_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(mirror.CHOICE, "ofline")
    with pytest.raises(WrongChoice, match="'ofline'; it may be offline or registry"):
        find_providers()


def test_providers_that_a_person_installed_are_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "own.rc"
    config.write_text("provider_installation {}", encoding="utf-8")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(config))
    found = find_providers()
    assert (found.kind, found.environment["TF_CLI_CONFIG_FILE"]) == ("registry", str(config))


@pytest.mark.parametrize(
    ("answer", "reached"), [(b'{"providers.v1": "/v1/providers/"}', True), (b"<html>Sign in</html>", False)]
)
def test_a_page_that_is_no_registrys_is_no_registry(
    answer: bytes, reached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: io.BytesIO(answer))
    assert can_reach_registry() is reached


def test_a_machine_without_a_line_reaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise OSError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    assert not can_reach_registry()


def test_the_mirror_holds_a_program_for_each_provider(tmp_path: Path) -> None:
    environment = prepare(tmp_path / "a \"quoted\" 'folder'")
    folder = tmp_path / "a \"quoted\" 'folder'"
    assert environment["TF_CLI_CONFIG_FILE"] == str(folder / "terraform.rc")
    assert 'a \\"quoted\\" ' in (folder / "terraform.rc").read_text(encoding="utf-8")
    programs = sorted(path for path in folder.rglob("terraform-provider-*"))
    assert [path.name for path in programs] == [
        "terraform-provider-aws_v6.69.1_x5",
        "terraform-provider-random_v3.7.2_x5",
    ]
    assert all(os.access(path, os.X_OK) for path in programs)


def test_a_provider_that_a_person_starts_says_who_starts_it(tmp_path: Path) -> None:
    prepare(tmp_path)
    [program] = tmp_path.rglob("terraform-provider-random_*")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run([program], capture_output=True, text=True, check=False, cwd=tmp_path, env=plain)
    assert done.returncode == 1
    assert "Terraform starts" in done.stderr


def test_a_copy_has_all_code_but_no_lock_backend_or_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = tmp_path / "repository" / "terraform"
    for name in ("main.tf", "backend.tf", ".terraform.lock.hcl", "terraform.tfstate", "tests/a.tftest.hcl"):
        (code / "environments" / "dev" / name).parent.mkdir(parents=True, exist_ok=True)
        (code / "environments" / "dev" / name).write_text("", encoding="utf-8")
    (code / "environments" / "dev" / ".terraform").mkdir()
    (tmp_path / "repository" / "services").mkdir()
    (tmp_path / "repository" / "services" / "catalog.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(tree, "TERRAFORM", code)
    monkeypatch.setattr(tree, "ROOT", tmp_path / "repository")
    copy = copy_tree(tmp_path / "copy")
    assert sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()) == [
        "environments/dev/main.tf",
        "environments/dev/tests/a.tftest.hcl",
    ]
    assert (tmp_path / "copy" / "services" / "catalog.json").is_file()
    locked = copy_tree(tmp_path / "locked", locked=True)
    assert (locked / "environments" / "dev" / ".terraform.lock.hcl").is_file()


def test_types_are_found_wherever_code_or_a_state_names_them(tmp_path: Path) -> None:
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "old.tf").write_text('resource "aws_old" "it" {}', encoding="utf-8")
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "it" {}', encoding="utf-8")
    (tmp_path / "aws.tfmock.hcl").write_text('mock_data "aws_region" {}', encoding="utf-8")
    (tmp_path / "terraform.tfstate").write_text('{"type": "aws_iam_role"}', encoding="utf-8")
    assert {"aws_sqs_queue", "aws_region", "aws_iam_role"} <= list_names(tmp_path)
    assert "aws_old" not in list_names(tmp_path)


def test_a_folder_belongs_to_the_tree_around_it(tmp_path: Path) -> None:
    assert find_code(tmp_path / "terraform" / "modules" / "work") == tmp_path / "terraform"
    assert find_code(tmp_path / "elsewhere") == tmp_path / "elsewhere"
