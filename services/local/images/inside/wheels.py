"""Runs inside the build: of pip's report, which wheel (by its hash) each distribution came from."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(report: str) -> None:
    """Prints {name: sha256}, sorted."""
    installed = json.loads(Path(report).read_text(encoding="utf-8"))["install"]
    hashes = {i["metadata"]["name"]: i["download_info"]["archive_info"]["hashes"]["sha256"] for i in installed}
    json.dump(hashes, sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1])
