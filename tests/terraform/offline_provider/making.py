"""Makes the AWS provider's schema out of the wheel of its bindings: a file a type, for schema.py to read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.terraform.offline_provider.bindings import Source, Unreadable
from tests.terraform.offline_provider.cache import CACHE, only_one
from tests.terraform.offline_provider.schema import BINDINGS, PROVIDER_VERSION, find_folder
from tests.terraform.offline_provider.values import Block
from tests.terraform.offline_provider.wire import encode_schema

__all__ = ["MissingBindings", "ensure_schema"]

MEMBER = re.compile(r"package/lib/([a-z0-9-]+)/(?:index|(index-structs/structs\d+))\.js")
PARTS = 'require("./index-structs/index")'
VERSION = re.compile(r"providerVersion: '([\d.]+)'")
SOURCE_MAP = "//# sourceMappingURL="
NO_SCHEMA = frozenset({"provider-functions"})

SPELLED_OUT = ("aws_wafv2_web_acl_rule", ("statement",))
LEFT_OPEN = {"aws_wafv2_web_acl": ("rule", "statement"), "aws_wafv2_rule_group": ("rule", "statement")}
"""Blocks that the bindings leave open, as they stand in themselves, and the resource where they spell them out."""


class MissingBindings(Exception):
    """The bindings could not be downloaded, or are of another version."""


def ensure_schema() -> Path:
    """The folder of the schema, which is made where it isn't there yet. Raises MissingBindings, Unreadable."""
    folder = find_folder()
    if folder.is_dir():
        return folder
    with only_one():
        if not folder.is_dir():
            sys.stderr.write("Reading the schema of the AWS provider from its bindings (once; 71 MB to download)\n")
            made = _make(_download(), folder.with_name(f"{folder.name}.new"))
            made.rename(folder)
            for old in sorted(CACHE.glob("schema-*"), key=lambda path: path.stat().st_mtime)[:-2]:
                shutil.rmtree(old)  # but one: a Terraform may be running with it
    return folder


def _download() -> Path:
    """The wheel of the bindings, whose hash pip checks."""
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        pip = ["python3", "-m", "pip"]  # a .venv may be made without pip, by that of the system
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:"]
    command = [*pip, "download", *options, "--require-hashes", "--dest", str(CACHE), "--requirement", str(BINDINGS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(CACHE.glob(f"cdktn_provider_aws-{_pinned()}-*.whl"))
    if done.returncode or not wheels:
        raise MissingBindings(f"the bindings of the AWS provider could not be downloaded:\n{done.stdout}{done.stderr}")
    return wheels[0]


def _pinned() -> str:
    found = re.search(r"^cdktn-provider-aws==([\d.]+)", BINDINGS.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{BINDINGS} pins no bindings"
    return found[1]


def _make(wheel: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    found = {(source.kind, source.type): source.block() for source in map(Source, _texts(wheel))}
    _spell_out(found)
    for (kind, name), block in found.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (folder / kind / f"{name}.json").write_text(json.dumps(block), encoding="utf-8")
        (folder / kind / f"{name}.pb").write_bytes(encode_schema(block))
    return folder


def _texts(wheel: Path) -> Iterator[str]:
    """The JavaScript of each type, out of an archive in the wheel: a long one stands in several files, far apart."""
    parts: dict[str, list[str]] = {}
    with zipfile.ZipFile(wheel) as files:
        [inner] = [name for name in files.namelist() if name.endswith(".jsii.tgz")]
        with files.open(inner) as stream, tarfile.open(fileobj=stream, mode="r|gz") as package:
            for member in package:
                found = MEMBER.fullmatch(member.name)
                content = package.extractfile(member) if found else None
                if not found or not content or found[1] in NO_SCHEMA:
                    continue
                text = _checked(content.read().decode().partition(SOURCE_MAP)[0])
                if found[2] or PARTS in text:
                    parts.setdefault(found[1], []).append(text)
                else:
                    yield text
    yield from ("\n".join(texts) for texts in parts.values())


def _checked(text: str) -> str:
    if (version := VERSION.search(text)) and version[1] != PROVIDER_VERSION:
        raise MissingBindings(f"the bindings are those of version {version[1]}, not {PROVIDER_VERSION}")
    return text


def _spell_out(found: dict[tuple[str, str], Block]) -> None:
    name, steps = SPELLED_OUT
    entry = _walk(found["resources", name], steps)["block_types"][steps[-1]]
    for other, (*way, last) in LEFT_OPEN.items():
        block = _walk(found["resources", other], (*way, last))
        if block["attributes"].pop(last, {}).get("type") != "dynamic":
            raise Unreadable(f"{other}: {last} is no longer left open")
        block["block_types"][last] = entry | {"min": 1, "max": 1}


def _walk(block: Block, steps: Iterable[str]) -> Any:
    """The block that holds the last step."""
    *way, _ = steps
    for step in way:
        block = block["block_types"][step]["block"]
    return block
