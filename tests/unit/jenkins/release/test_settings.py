"""What comes from outside is read in one place, and what lacks is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jenkins.release.errors import ReleaseError
from jenkins.release.settings import ROOT, Settings, git


def test_a_build_names_its_release_by_date_number_and_commit() -> None:
    head = git("rev-parse", "HEAD")
    settings = Settings({"BRANCH_NAME": "main", "BUILD_NUMBER": "42", "GIT_COMMIT": head})

    assert re.fullmatch(rf"\d{{4}}\.\d\d\.\d\d-42-{head[:12]}", settings.release)
    assert settings.is_for_release


def test_a_tag_names_its_release() -> None:
    settings = Settings({"TAG_NAME": "v1.2.0", "BRANCH_NAME": "v1.2.0", "BUILD_NUMBER": "1"})

    assert (settings.release, settings.branch, settings.is_for_release) == ("v1.2.0", "v1.2.0", True)


@pytest.mark.parametrize("tag", ["../v1", "-v1", "v 1", "v1/2", "v" * 65])
def test_a_tag_that_is_no_name_is_refused(tag: str) -> None:
    with pytest.raises(ReleaseError, match="can't name a release"):
        _ = Settings({"TAG_NAME": tag}).release


@pytest.mark.parametrize(
    "variables",
    [{}, {"BRANCH_NAME": "feature"}, {"BRANCH_NAME": "main", "CHANGE_ID": "7"}, {"TAG_NAME": "v1", "CHANGE_ID": "7"}],
)
def test_nothing_but_main_and_tags_makes_a_release(variables: dict[str, str]) -> None:
    assert not Settings(variables).is_for_release


def test_what_is_not_set_is_named_with_what_it_is_for() -> None:
    with pytest.raises(ReleaseError, match="SKEP_SIGNING_KEY isn't set: the key that signs"):
        Settings({"SKEP_SIGNING_KEY": ""}).need("SKEP_SIGNING_KEY")


def test_an_environment_has_variables_of_its_own() -> None:
    settings = Settings({"SKEP_STATE_BUCKET_DEV": "skep-state"})

    assert settings.of("dev", "STATE_BUCKET") == "skep-state"
    assert settings.of("staging", "STATE_BUCKET") == ""


@pytest.mark.parametrize("name", ["", "..", "dev/../..", "Dev"])
def test_an_environment_s_name_leads_out_of_no_folder(name: str) -> None:
    with pytest.raises(ReleaseError, match="no name of an environment"):
        Settings({}).plans(name)


def test_the_code_is_this_checkout_s_where_nothing_else_is_said() -> None:
    assert Settings({}).code == ROOT / "terraform"
    assert Settings({"SKEP_TERRAFORM_CODE": "/code"}).code == Path("/code")


def test_a_commit_is_forty_digits() -> None:
    assert Settings({}).revision == git("rev-parse", "HEAD")
    with pytest.raises(ReleaseError, match="'main' is no commit"):
        _ = Settings({"GIT_COMMIT": "main"}).revision


def test_what_git_refuses_is_told() -> None:
    with pytest.raises(ReleaseError, match="git show"):
        git("show", "0" * 40)
