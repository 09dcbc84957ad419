"""How Terraform's files are written: what a reader and a caller may count on in every module and root."""

from __future__ import annotations

import re
from itertools import groupby

import pytest

from tests.architecture.tree import expect_none
from tests.terraform.hcl import Block, list_blocks, read_blocks
from tests.terraform.places import TERRAFORM, list_folders, list_roots

MAX_LINES = 300
SENTENCE = re.compile(r"^[A-Z`\d].*[.?]$|^[a-z_]+\b.*[.]$", re.DOTALL)

VALIDATED = {
    "account_id", "alarm_emails", "architecture", "backup_days", "cidr", "currency", "engine", "environment",
    "image_uri", "images", "kind", "log_retention_days", "manage_master_password", "memory_mb", "region", "replicas",
    "reserved_concurrency", "timeout_seconds", "waf_rate", "zones",
}  # fmt: skip
"""Variables of modules with a set of legal values that nobody would guess: a wrong one is refused, by name."""

ONLY_PASSED_ON = ("environments/",)
"""Roots that hand their values to modules/platform, which validates them."""


def test_every_variable_has_a_type_and_a_description() -> None:
    variables = list_blocks("variable")
    assert variables
    expect_none(
        f"{one.where} has no {word}" for one in variables for word in ("description", "type") if word not in one.body
    )


def test_every_output_has_a_description() -> None:
    outputs = list_blocks("output")
    assert outputs
    expect_none(one.where for one in outputs if "description" not in one.body)


def test_a_description_is_a_sentence() -> None:
    described = [*list_blocks("variable"), *list_blocks("output")]
    expect_none(
        f"{one.where}: {one.body['description']}"
        for one in described
        if not SENTENCE.match(str(one.body.get("description", "")))
    )


def test_a_variable_with_a_set_of_legal_values_refuses_the_others() -> None:
    variables = [one for one in list_blocks("variable") if not one.file.startswith(ONLY_PASSED_ON)]
    assert {one.labels[0] for one in variables} >= VALIDATED
    expect_none(one.where for one in variables if one.labels[0] in VALIDATED and not _is_checked(one))


def test_a_validation_has_a_test_that_sees_it_refuse() -> None:
    """`expect_failures = [var.name]`, of the module's own variable or of one of those that call it."""
    seen = {folder: _read_tests(folder) for folder in list_folders()}
    expect_none(
        one.where
        for one in list_blocks("variable")
        if one.blocks("validation") and not re.search(rf"\bvar\.{one.labels[0]}\b", seen[_folder(one)])
    )


@pytest.mark.parametrize("kind", ["variable", "output"])
def test_variables_and_outputs_stand_in_the_order_of_the_alphabet(kind: str) -> None:
    by_file = groupby(list_blocks(kind), key=lambda one: one.file)
    names = {file: [one.labels[0] for one in blocks] for file, blocks in by_file}
    expect_none(file for file, ordered in names.items() if ordered != sorted(ordered))


def test_variables_and_outputs_have_files_of_their_own() -> None:
    places = {"variable": ("variables.tf", "sizes.tf"), "output": ("outputs.tf",)}
    expect_none(
        one.where
        for kind, names in places.items()
        for one in list_blocks(kind)
        if one.file.rpartition("/")[2] not in names
    )


def test_no_module_has_a_provider_or_a_backend() -> None:
    expect_none(one.where for one in list_blocks("provider", under="modules/"))
    expect_none(one.where for one in list_blocks("terraform", under="modules/") if one.blocks("backend"))


def test_every_folder_says_which_versions_it_needs() -> None:
    for folder in list_folders():
        settings = [one.body for one in read_blocks(f"{folder}/terraform.tf") if one.kind == "terraform"]
        assert [one.get("required_version") for one in settings] == [">= 1.11.0, < 2.0.0"], folder
        needed = settings[0]["required_providers"][0]
        assert needed["aws"]["source"] == "hashicorp/aws", folder
        assert re.fullmatch(r"~> 6\.\d+", needed["aws"]["version"]), folder


def test_no_file_is_longer_than_300_lines() -> None:
    counted = {
        path: path.read_text(encoding="utf-8").count("\n") for path in TERRAFORM.rglob("*") if _is_code(str(path))
    }
    expect_none(f"{path}: {lines} lines" for path, lines in counted.items() if lines > MAX_LINES)


def test_every_provider_refuses_a_wrong_account_and_tags_what_it_makes() -> None:
    providers = [one for one in list_blocks("provider", "aws") if not one.file.startswith("environments/local/")]
    assert {_folder(one) for one in providers} == {one for one in list_roots() if one != "environments/local"}
    expect_none(f"{one.where}: account" for one in providers if one.body["allowed_account_ids"] != ["var.account_id"])
    expect_none(f"{one.where}: default_tags" for one in providers if not one.blocks("default_tags"))


def _is_checked(variable: Block) -> bool:
    return bool(variable.blocks("validation"))


def _folder(block: Block) -> str:
    return block.file.rpartition("/")[0]


def _read_tests(folder: str) -> str:
    texts = [path.read_text(encoding="utf-8") for path in (TERRAFORM / folder / "tests").glob("*.tftest.hcl")]
    return "\n".join(re.findall(r"expect_failures\s*=\s*\[[^\]]*\]", "\n".join(texts)))


def _is_code(path: str) -> bool:
    return path.endswith((".tf", ".hcl", ".tfvars", ".sh")) and "/.terraform" not in path
