"""Which docker client is chosen, with shell scripts in place of clients."""

from pathlib import Path

import pytest

from services.local.docker import DockerError, Engine, NoEngine, find_engine

NOWHERE = Path("/nowhere/docker")


def client(folder: Path, version: str, *, buildx: bool = False, engine: bool = True) -> Path:
    """A client of that version: answers `version`, `buildx version`, `image inspect here` and `env`."""
    serves = (
        f"echo a warning >&2; printf '{version}\\n20.10.24\\n'"
        if engine
        else f"echo {version}; echo 'Cannot connect' >&2; exit 1"
    )
    builds = "echo github.com/docker/buildx v0.14.0 171fcbe" if buildx else "echo 'no such command' >&2; exit 1"
    folder.mkdir(parents=True)
    path = folder / "docker"
    path.write_text(f"""#!/bin/sh
case "$1 $2" in
"version --format") {serves} ;;
"buildx version") {builds} ;;
"image inspect")
    case $5 in
    here:1) ;;
    lost:1) echo "Cannot connect" >&2; exit 1 ;;
    *) echo "No such image: $5" >&2; exit 1 ;;
    esac ;;
"hang ") exec sleep 30 ;;
"show env") printf '%s %s ' "$DOCKER_BUILDKIT" "$OWN"; cat ;;
*) echo "what is $1?" >&2; exit 3 ;;
esac
""")
    path.chmod(0o755)
    return path


def found(*clients: Path, last: Path = NOWHERE, building: bool = True) -> Engine:
    engine = find_engine(building=building, path=":".join(str(one.parent) for one in clients), last=last)
    assert isinstance(engine, Engine)
    return engine


def refused(*clients: Path, last: Path = NOWHERE) -> str:
    answer = find_engine(path=":".join(str(one.parent) for one in clients), last=last)
    assert isinstance(answer, NoEngine)
    return answer.reason


def test_an_old_client_builds_with_its_own_buildkit(tmp_path: Path) -> None:
    old = client(tmp_path / "old", "20.10.24+dfsg1")
    assert str(found(old)) == f"Docker 20.10.24 by {old} (20.10.24+dfsg1, BuildKit in the client)"


def test_a_new_client_builds_with_the_plugin(tmp_path: Path) -> None:
    new = client(tmp_path / "new", "28.2.2", buildx=True)
    assert found(new).builder == "buildx v0.14.0"


def test_a_new_client_without_the_plugin_is_passed_over_for_debians_own(tmp_path: Path) -> None:
    new, debians = client(tmp_path / "new", "28.2.2"), client(tmp_path / "debian", "20.10.24+dfsg1")
    assert found(new, last=debians).client == debians


def test_a_new_client_without_the_plugin_will_do_where_nothing_is_built(tmp_path: Path) -> None:
    new, debians = client(tmp_path / "new", "28.2.2"), client(tmp_path / "debian", "20.10.24+dfsg1")
    engine = found(new, last=debians, building=False)
    assert engine.client == new
    assert str(engine).endswith("(28.2.2, cannot build)")


def test_the_first_on_the_path_that_can_build_is_taken(tmp_path: Path) -> None:
    clients = [client(tmp_path / name, "28.2.2", buildx=name != "a") for name in "abc"]
    assert found(*clients).client == clients[1]


def test_it_says_of_every_client_why_it_will_not_do(tmp_path: Path) -> None:
    new = client(tmp_path / "new", "28.2.2")
    idle = client(tmp_path / "idle", "20.10.24", engine=False)
    assert refused(new, last=idle) == (
        f"{new} (28.2.2) has no BuildKit of its own and no buildx plugin, so it can't build; "
        f"{idle}: no engine answers it (Cannot connect)"
    )


def test_a_client_older_than_buildkit_is_refused(tmp_path: Path) -> None:
    assert "can't build" in refused(client(tmp_path / "ancient", "18.06.1-ce"))


def test_without_any_client_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()  # a folder is no program
    assert find_engine(path=f"{tmp_path}::/nowhere", last=NOWHERE) == NoEngine("no docker client is installed")


def test_one_program_under_two_names_is_asked_once(tmp_path: Path) -> None:
    new = client(tmp_path / "new", "28.2.2")
    link = tmp_path / "docker"
    link.symlink_to(new)
    assert refused(new, last=link).count("can't build") == 1


def test_a_file_that_is_no_program_is_refused(tmp_path: Path) -> None:
    broken = client(tmp_path / "broken", "28.2.2")
    broken.write_bytes(b"\x7fELF")
    assert "no engine answers it (Exec format error)" in refused(broken)


def test_a_command_runs_with_buildkit_and_what_it_was_given(tmp_path: Path) -> None:
    engine = found(client(tmp_path / "old", "20.10.24"))
    assert engine.run("show", "env", given="given", environment={"OWN": "own"}) == "1 own given"


def test_a_command_that_fails_tells_what_was_said(tmp_path: Path) -> None:
    engine = found(client(tmp_path / "old", "20.10.24"))
    with pytest.raises(DockerError, match="`docker explode` ended with 3: what is explode?"):
        engine.run("explode")


def test_an_image_is_there_or_not(tmp_path: Path) -> None:
    engine = found(client(tmp_path / "old", "20.10.24"))
    assert engine.has_image("here:1")
    assert not engine.has_image("there:1")
    with pytest.raises(DockerError, match="ended with 1: Cannot connect"):  # nobody knows
        engine.has_image("lost:1")


def test_a_command_that_takes_too_long_is_one_that_failed(tmp_path: Path) -> None:
    engine = found(client(tmp_path / "old", "20.10.24"))
    with pytest.raises(DockerError, match=r"`docker hang` did not end within 0\.2 s"):
        engine.run("hang", timeout_seconds=0.2)
