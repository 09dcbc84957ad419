"""Programs come from Maven by their checksums, once; what can't be had is said in a sentence."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from jenkins.sonar.fetch import SERVER, Artifact, NotFetched, fetch, find_java
from jenkins.sonar.settings import read_settings


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH besides the system's shell."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def packed(tmp_path: Path) -> tuple[Artifact, Path]:
    """An artifact and its zip."""
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("thing-1/lib/a.jar", "jar")
        program = zipfile.ZipInfo("thing-1/bin/run")
        program.external_attr = 0o750 << 16
        opened.writestr(program, "#!/bin/sh\n")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    return Artifact("org.example", "thing", "1", digest, "thing-1"), archive


def make_program(folder: Path, name: str, *lines: str) -> None:
    """A shell script on the PATH."""
    (folder / name).write_text("\n".join(["#!/bin/sh", *lines, ""]))
    (folder / name).chmod(0o755)


def test_a_zip_that_maven_has_is_unpacked_once_and_for_everybody_to_read(
    tmp_path: Path, packed: tuple[Artifact, Path]
) -> None:
    artifact, archive = packed
    place = tmp_path / "maven" / artifact.file
    place.parent.mkdir(parents=True)
    archive.rename(place)
    folder = fetch(artifact, tmp_path / "cache", tmp_path / "maven")
    assert (folder / "bin/run").stat().st_mode & 0o777 == 0o755
    assert (folder / "lib/a.jar").stat().st_mode & 0o777 == 0o644
    place.unlink()
    assert fetch(artifact, tmp_path / "cache", tmp_path / "maven") == folder
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["thing-1"]


def test_another_checksum_is_refused(tmp_path: Path, packed: tuple[Artifact, Path]) -> None:
    artifact, archive = packed
    place = tmp_path / "maven" / artifact.file
    place.parent.mkdir(parents=True)
    archive.rename(place)
    with pytest.raises(NotFetched, match="isn't the one that is known here"):
        fetch(replace(artifact, sha256="0" * 64), tmp_path / "cache", tmp_path / "maven")
    assert not (tmp_path / "cache").exists()


def test_maven_is_asked_for_what_it_does_not_have_yet(
    tmp_path: Path, packed: tuple[Artifact, Path], programs: Path
) -> None:
    artifact, archive = packed
    place = tmp_path / "maven" / artifact.file
    make_program(
        programs,
        "mvn",
        f'echo "$@" > {tmp_path}/asked',
        f"/bin/mkdir -p {place.parent}",
        f"/bin/cp {archive} {place}",
    )
    assert (fetch(artifact, tmp_path / "cache", tmp_path / "maven") / "bin/run").is_file()
    asked = (tmp_path / "asked").read_text()
    assert "dependency:get -Dtransitive=false -Dartifact=org.example:thing:1:zip" in asked


def test_why_maven_could_not_is_told(tmp_path: Path, packed: tuple[Artifact, Path], programs: Path) -> None:
    with pytest.raises(NotFetched, match="apt install maven"):
        fetch(packed[0], tmp_path / "cache", tmp_path / "maven")
    make_program(programs, "mvn", "echo '[ERROR] no route to host'", "exit 1")
    with pytest.raises(NotFetched, match="no route to host"):
        fetch(packed[0], tmp_path / "cache", tmp_path / "maven")


def test_java_has_to_be_there_and_new_enough(programs: Path) -> None:
    with pytest.raises(NotFetched, match="There is no Java"):
        find_java()
    make_program(programs, "java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2")
    with pytest.raises(NotFetched, match="Java 17 or newer is needed, and .* is 11"):
        find_java()
    make_program(programs, "java", "echo 'openjdk version \"21\" 2023-09-19' >&2")
    assert find_java() == str(programs / "java")


def test_the_cache_is_outside_the_checkout(tmp_path: Path) -> None:
    assert read_settings({"XDG_CACHE_HOME": str(tmp_path)}).cache == tmp_path / "skep"
    assert not read_settings({}).cache.is_relative_to(Path.cwd())


def test_the_server_is_where_maven_keeps_it() -> None:
    assert SERVER.file.name == "sonar-application-25.12.0.117093.zip"
    assert str(SERVER.file.parent) == "org/sonarsource/sonarqube/sonar-application/25.12.0.117093"
