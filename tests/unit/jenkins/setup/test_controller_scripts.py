"""What the controller's image checks while it is built, and before it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

CONTROLLER = Path(__file__).parents[4] / "jenkins" / "controller"
CASC = CONTROLLER.parent / "casc"
LIST = "# first\ngit:5.10.1\nworkflow-cps:4370.v49a_6937566b_6   # with a reason\n"


@pytest.fixture(autouse=True)
def unzip() -> None:
    """What the controller's image has, and a developer's machine may lack."""
    if shutil.which("unzip") is None:
        pytest.skip("unzip is not here")


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A folder with what LIST names, as plugins are: a long line of a manifest goes on after a line break."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    add_plugin(folder, "git", "5.10.1")
    add_plugin(folder, "workflow-cps", "4370.v49a_6937566b_6")
    return folder


def add_plugin(folder: Path, name: str, version: str) -> None:
    told = f"Plugin-Version: {version}"
    manifest = f"Manifest-Version: 1.0\r\nShort-Name: {name}\r\n{told[:18]}\r\n {told[18:]}\r\nGroup-Id: g\r\n\r\n"
    with zipfile.ZipFile(folder / f"{name}.jpi", "w") as plugin:
        plugin.writestr("META-INF/MANIFEST.MF", manifest)


def verify(folder: Path, wanted: str) -> subprocess.CompletedProcess[str]:
    listed = folder.parent / "plugins.txt"
    listed.write_text(wanted)
    return run("verify.sh", listed, folder, environment={})


def run(script: str, *arguments: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", CONTROLLER / script, *arguments],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_image_with_exactly_the_plugins_of_the_list_is_built(plugins: Path) -> None:
    done = verify(plugins, LIST)
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "2 plugins"), done.stderr


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (f"{LIST}junit:1422.v580465cc5d44\n", "-junit:1422.v580465cc5d44"),
        (LIST.replace("5.10.1", "5.10.2"), "+git:5.10.1"),
        ("git:5.10.1\n", "+workflow-cps:4370.v49a_6937566b_6"),
        (f"{LIST}junit\n", "name no single version"),
        (f"{LIST}junit:latest\n", "junit:latest"),
        (f"{LIST}git:5.10.2\n", "stand there twice"),
    ],
    ids=["missing", "another version", "brought along", "without a version", "the latest", "twice"],
)
def test_an_image_with_other_plugins_is_not_built(plugins: Path, wanted: str, said: str) -> None:
    done = verify(plugins, wanted)
    assert done.returncode == 1
    assert said in done.stderr


def test_the_list_names_one_version_of_each_plugin(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    names = [line for line in (CONTROLLER / "plugins.txt").read_text().splitlines() if line and line[0] != "#"]
    assert len(names) > 50
    for line in names:
        add_plugin(folder, *line.split(":", 1))
    done = verify(folder, (CONTROLLER / "plugins.txt").read_text())
    assert done.returncode == 0, done.stderr


def test_jenkins_is_not_started_without_its_variables_and_each_is_named(tmp_path: Path) -> None:
    done = run("start.sh", environment={"CASC_JENKINS_CONFIG": str(CASC), "SECRETS": str(tmp_path)})
    told = set(done.stderr.split("no value for")[1].split(".")[0].split())
    assert done.returncode == 1
    assert told == {*needed_variables(), "SKEP_REPOSITORY_URL"}


def test_a_secret_may_be_a_file_and_one_that_is_empty_is_none(tmp_path: Path) -> None:
    names = needed_variables()
    given = dict.fromkeys(names - {"SONAR_TOKEN", "GIT_PRIVATE_KEY"}, "x") | {"SKEP_REPOSITORY_URL": "git@h:r"}
    (tmp_path / "GIT_PRIVATE_KEY").write_text("a key")
    (tmp_path / "SONAR_TOKEN").touch()
    done = run("start.sh", environment={"CASC_JENKINS_CONFIG": str(CASC), "SECRETS": str(tmp_path), **given})
    assert "no value for SONAR_TOKEN." in done.stderr


def needed_variables() -> set[str]:
    found = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)\}", "".join(file.read_text() for file in CASC.glob("*.yaml"))))
    assert found
    return found
