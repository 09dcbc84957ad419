"""What is read from layers: what one brings, the next may take away."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.local.images.distributions import Distribution, find_distributions
from services.local.images.request import Revision
from services.local.images.sbom import write_sbom

REVISION = Revision("c0ffee", "1.0", datetime(2026, 11, 23, tzinfo=UTC))

STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41-12

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1
"""


def write_layer(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as layer:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            layer.addfile(info, io.BytesIO(text.encode()))
    return path


def python(name: str, version: str, *lines: str) -> str:
    return "\n".join(["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines, "", "About it"])


@pytest.fixture
def layers(tmp_path: Path) -> list[Path]:
    base = {
        "./var/lib/dpkg/status": STATUS,
        "./usr/lib/site/pip-25.dist-info/METADATA": python("pip", "25"),
        "./usr/lib/other/old-1.dist-info/METADATA": python("old", "1"),
    }
    above = {
        "usr/lib/site/.wh.pip-25.dist-info": "",
        "usr/lib/other/.wh..wh..opq": "",
        "opt/python/Some_Thing-2.dist-info/METADATA": python("Some.Thing", "2", "License-Expression: MIT"),
        "opt/python/long-3.dist-info/METADATA": python(
            "long", "3", f"License: {'word ' * 40}", "Classifier: License :: OSI Approved :: BSD License"
        ),
        "opt/python/wheels.json": json.dumps({"some-thing": "ab" * 32}),
    }
    return [write_layer(tmp_path / "base", base), write_layer(tmp_path / "above", above)]


def test_only_what_is_still_there_with_all_layers_above_is_found(layers: list[Path]) -> None:
    assert find_distributions(layers) == [
        Distribution("deb", "libc6", "2.41-12", "amd64"),
        Distribution("pypi", "long", "3", license="BSD License"),
        Distribution("pypi", "some-thing", "2", sha256="ab" * 32, license="MIT"),
    ]


def test_the_bill_of_materials_names_each_with_what_is_known_of_it(layers: list[Path]) -> None:
    bill = json.loads(write_sbom("sales", f"sha256:{'0' * 64}", REVISION, find_distributions(layers)))
    components = {component["name"]: component for component in bill["components"]}
    assert bill["metadata"]["timestamp"] == "2026-11-23T00:00:00+00:00"
    assert components["libc6"]["purl"] == "pkg:deb/debian/libc6@2.41-12?arch=amd64"
    assert components["some-thing"]["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert components["some-thing"]["licenses"] == [{"license": {"id": "MIT"}}]
    assert components["long"]["licenses"] == [{"license": {"name": "BSD License"}}]
