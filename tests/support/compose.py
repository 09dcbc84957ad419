"""docker/compose.yaml, and what runs it: the plugin of a newer client, or Debian's docker-compose."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FILE = Path(__file__).parent.parent.parent / "docker/compose.yaml"


def list_composes() -> list[list[str]]:
    """The beginning of the command line of each Compose that is installed here."""
    found = []
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if plugin.returncode == 0:
            found.append(["docker", "compose"])
    if shutil.which("docker-compose"):
        found.append(["docker-compose"])
    return found
