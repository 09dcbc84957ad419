"""A command ends with 0, or with a sentence and 1; only drift knows a third way."""

from __future__ import annotations

from pathlib import Path

import pytest

from jenkins.release.__main__ import COMMANDS, main
from jenkins.release.drift import DRIFT
from jenkins.release.signing import FileKey
from tests.unit.jenkins.release.samples import make_key

NAMES = ("SKEP_REPOSITORY_PREFIX", "SKEP_SIGNING_KEY", "SKEP_RELEASES_BUCKET", "BRANCH_NAME", "TAG_NAME", "CHANGE_ID")


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileKey:
    """A developer's key, which the environment names."""
    monkeypatch.setenv("SKEP_SIGNING_KEY", f"file:{tmp_path / 'key.pem'}")
    return make_key(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["push"], "push: SKEP_REPOSITORY_PREFIX isn't set: where images are pushed"),
        (["sign"], "sign: SKEP_SIGNING_KEY isn't set: the key that signs"),
        (["build-record"], "build-record: SKEP_SIGNING_KEY isn't set"),
        (["smoke", "--url", "http://skep.example"], "smoke: http://skep.example/v1/version is neither https"),
        (["smoke", "--environment", "dev"], "smoke: deployed-dev.json can't be read"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(["--build", str(tmp_path), *arguments]) == 1
    assert capsys.readouterr().err.startswith(sentence)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("command", ["plan", "deploy", "drift"])
def test_an_environment_is_of_a_release_in_the_bucket(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(["--build", str(tmp_path), command, "--environment", "dev"]) == 1
    assert "SKEP_RELEASES_BUCKET isn't set: the bucket of release records" in capsys.readouterr().err


def test_on_main_a_record_without_a_bucket_is_none(
    key: FileKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRANCH_NAME", "main")

    assert key.name.startswith("file:")
    assert main(["--build", str(tmp_path), "build-record"]) == 1
    assert "SKEP_RELEASES_BUCKET isn't set" in capsys.readouterr().err


def test_drift_s_exit_code_reaches_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "drift", lambda *_: DRIFT)

    assert main(["--build", str(tmp_path), "drift", "--environment", "dev"]) == 2


@pytest.mark.parametrize(
    "arguments", [[], ["promote"], ["plan"], ["smoke"], ["smoke", "--url", "a", "--environment", "b"]]
)
def test_a_command_that_is_none_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
