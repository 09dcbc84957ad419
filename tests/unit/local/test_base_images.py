"""docker/base/make.sh, with a shell script in place of docker: what is there stays, what can be pulled is pulled."""

import os
import subprocess
from pathlib import Path

MAKE = Path(__file__).parent.parent.parent.parent / "docker/base/make.sh"


def make(tmp_path: Path, *images: str, there: str = "", pulls: str = "", engine: str = "linux") -> tuple[int, str]:
    """The exit code and what was said, where no debootstrap is. there, pulls: names of images."""
    docker = tmp_path / "docker"
    docker.write_text(f"""#!/bin/sh
case "$1" in
version) echo {engine} ;;
image) case " {there} " in *" $3 "*) ;; *) exit 1 ;; esac ;;
pull) case " {pulls} " in *" $3 "*) ;; *) exit 1 ;; esac ;;
esac
""")
    docker.chmod(0o755)
    for program in ("sh", "dirname", "timeout", "id", "sudo"):
        (tmp_path / program).unlink(missing_ok=True)
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    if os.geteuid() != 0:
        (tmp_path / "sudo").unlink()
        (tmp_path / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
        (tmp_path / "sudo").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(MAKE), *images],
        env={"PATH": str(tmp_path), "DOCKER": str(docker)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_an_image_that_is_there_stays(tmp_path: Path) -> None:
    assert make(tmp_path, "postgres:17", there="postgres:17") == (0, "docker/base: postgres:17 is there already\n")


def test_an_image_that_can_be_pulled_is_pulled(tmp_path: Path) -> None:
    assert make(tmp_path, "postgres:17", pulls="postgres:17") == (0, "docker/base: postgres:17 pulled\n")


def test_without_debootstrap_a_stand_in_says_what_to_install(tmp_path: Path) -> None:
    code, said = make(tmp_path, "python:3.13-slim-trixie", "postgres:17", there="postgres:17")
    assert code == 1
    assert "python:3.13-slim-trixie can't be pulled, a stand-in is made" in said
    assert "apt-get install debootstrap" in said


def test_another_image_has_no_stand_in(tmp_path: Path) -> None:
    assert make(tmp_path, "redis:7") == (2, "docker/base: redis:7: there is no stand-in for it\n")


def test_without_an_image_it_says_how_it_is_used(tmp_path: Path) -> None:
    code, said = make(tmp_path)
    assert code == 2
    assert said.startswith("usage: ")


def test_without_an_engine_it_says_so(tmp_path: Path) -> None:
    code, said = make(tmp_path, "postgres:17", engine="")
    assert code == 1
    assert "no Docker engine answers" in said
