"""A SonarQube of one's own: started from the unpacked server, as a user without rights, and stopped by its pid."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jenkins.sonar.api import Refused, Sonar, Unreachable
from jenkins.sonar.fetch import NotFetched
from jenkins.sonar.settings import bare_environment
from services.local.ports import find_free_port

MAPS_FILE = Path("/proc/sys/vm/max_map_count")
MAPS = 262144
USER = "nobody"
"""Who the server runs as when root starts it: its search engine refuses root."""

SECONDS_TO_START = 600.0
SECONDS_TO_STOP = 60.0
_BRIEF = "-XX:TieredStopAtLevel=1"
"""A server that lives for minutes is up sooner when its code is compiled once and quickly."""

OPTIONS = {
    "web": f"-Xms128m -Xmx512m {_BRIEF}",
    "ce": f"-Xms128m -Xmx768m {_BRIEF}",
    "search": f"-Xms512m -Xmx512m {_BRIEF}",
}
_OPEN = (
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    *(
        f"--add-opens={place}=ALL-UNNAMED"
        for place in (
            "java.base/java.lang",
            "java.base/java.nio",
            "java.base/sun.nio.ch",
            "java.management/sun.management",
            "jdk.management/com.sun.management.internal",
        )
    ),
)
"""What the server's own start script opens of the JDK."""


class NotStarted(Exception):
    """The server did not come up. The message ends with what it logged."""


def allow_maps() -> None:
    """Has the kernel allow as many memory maps as Elasticsearch asks for. Raises NotFetched when it may not."""
    if int(MAPS_FILE.read_text(encoding="ascii")) >= MAPS:
        return
    try:
        MAPS_FILE.write_text(str(MAPS), encoding="ascii")
    except OSError as error:
        raise NotFetched(f"SonarQube needs more memory maps: sudo sysctl -w vm.max_map_count={MAPS}.") from error
    print(f"vm.max_map_count is {MAPS} now, until the machine starts anew.")


@contextmanager
def run_server(home: Path, java: str, **properties: str) -> Iterator[str]:
    """The URL of a server with an empty database, which goes when it ends. properties: further ones, a_b for a.b.

    Raises NotStarted.
    """
    folder = Path(tempfile.mkdtemp(prefix="skep-sonar-"))
    user = USER if USER and os.geteuid() == 0 else None
    for name in ("data", "logs", "temp"):
        (folder / name).mkdir()
    for place in (folder, *folder.iterdir(), home / "extensions", *(home / "extensions").rglob("*")):
        if user:
            shutil.chown(place, user)
    url = f"http://127.0.0.1:{find_free_port()}"
    with open(folder / "console.log", "wb") as console:
        process = subprocess.Popen(
            _command(home, java, folder, url, properties),
            cwd=folder,
            env=bare_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            extra_groups=[] if user else None,
        )
    try:
        _wait(url, process, folder)
        yield url
    finally:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _command(home: Path, java: str, folder: Path, url: str, properties: dict[str, str]) -> list[str]:
    jar = next((home / "lib").glob("sonar-application-*.jar"))
    wanted = {
        "sonar.web.host": "127.0.0.1",
        "sonar.web.port": url.rpartition(":")[2],
        "sonar.search.port": str(find_free_port()),
        "sonar.es.port": str(find_free_port()),
        "sonar.embeddedDatabase.port": str(find_free_port()),
        "sonar.path.data": str(folder / "data"),
        "sonar.path.logs": str(folder / "logs"),
        "sonar.path.temp": str(folder / "temp"),
        "sonar.telemetry.enable": "false",
        "sonar.updatecenter.activate": "false",
        **{f"sonar.{part}.javaOpts": options for part, options in OPTIONS.items()},
        **{name.replace("_", "."): value for name, value in properties.items()},
    }
    return [java, "-Xms8m", "-Xmx64m", *_OPEN, "-jar", str(jar), *(f"-D{k}={v}" for k, v in wanted.items())]


def _wait(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise NotStarted(f"SonarQube ended with {process.returncode}.\n{_tail(folder)}")
        with contextlib.suppress(Unreachable, Refused):
            if Sonar(url).get("api/system/status")["status"] == "UP":
                return
        time.sleep(1)
    raise NotStarted(f"SonarQube was not up after {SECONDS_TO_START:.0f} s.\n{_tail(folder)}")


def _tail(folder: Path) -> str:
    logs = [folder / "console.log", *sorted((folder / "logs").glob("*.log"))]
    lines = (line for log in logs for line in log.read_text(errors="replace").splitlines()[-15:])
    return "\n".join(lines)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the first process, which ends the others; after a minute the whole group is ended."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
