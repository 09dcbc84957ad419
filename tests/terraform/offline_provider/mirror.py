"""Where Terraform gets its providers from: the registry, or ours out of a folder that Terraform takes for a mirror."""

from __future__ import annotations

import http.client
import os
import platform
import shlex
import sys
import urllib.request
from pathlib import Path
from typing import Literal, NamedTuple

from tests.terraform.offline_provider.cache import CACHE, replace_file
from tests.terraform.offline_provider.legal_values import ensure_legal_values
from tests.terraform.offline_provider.making import ensure_schema
from tests.terraform.offline_provider.schema import PROVIDER_VERSION
from tests.terraform.offline_provider.tree import copy_tree
from tests.terraform.places import ROOT

__all__ = ["Providers", "WrongChoice", "can_reach_registry", "copy_tree", "find_providers", "prepare"]

HOST = "registry.terraform.io"
VERSIONS = {"aws": PROVIDER_VERSION, "random": "3.7.2"}
"""What each of our providers says it is: its schema is that of this version."""

CHOICE = "SKEP_TERRAFORM_PROVIDERS"
SECONDS = 5
QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


class WrongChoice(Exception):
    """SKEP_TERRAFORM_PROVIDERS is neither `offline` nor `registry`."""


class Providers(NamedTuple):
    """Which providers Terraform uses. environment: all variables to run it with; reason: a sentence to print."""

    kind: Literal["registry", "offline"]
    environment: dict[str, str]
    reason: str


def find_providers() -> Providers:
    """The registry's where it answers, ours elsewhere; SKEP_TERRAFORM_PROVIDERS=offline|registry decides it.

    A CLI configuration of one's own with a provider_installation counts as the registry. The first time offline, it
    downloads the bindings and reads them, which takes about a minute. Raises WrongChoice.
    """
    choice = os.environ.get(CHOICE, "")
    if choice not in {"", "offline", "registry"}:
        raise WrongChoice(f"{CHOICE} is {choice!r}; it may be offline or registry")
    if choice == "registry":
        return _use_registry(f"the registry's providers: {CHOICE} says so")
    if choice == "offline":
        return _use_ours(f"{CHOICE} says so")
    if _has_own_installation():
        return _use_registry("the providers that TF_CLI_CONFIG_FILE names")
    if can_reach_registry():
        return _use_registry("the registry's providers")
    return _use_ours(f"{HOST} doesn't answer")


def can_reach_registry() -> bool:
    """Whether the registry answers as a registry does, within a few seconds."""
    try:
        with urllib.request.urlopen(f"https://{HOST}/.well-known/terraform.json", timeout=SECONDS) as answer:
            return b"providers.v1" in answer.read(10_000)
    except (OSError, http.client.HTTPException, ValueError):
        return False


def prepare(folder: Path) -> dict[str, str]:
    """Writes the mirror and the CLI configuration that names it; gives the environment to run Terraform with."""
    ensure_schema()
    ensure_legal_values()
    for name, version in VERSIONS.items():
        _write_provider(folder / "mirror" / HOST / "hashicorp" / name / version / _platform(), name, version)
    config = folder / "terraform.rc"
    path = str(folder / "mirror").replace("\\", "\\\\").replace('"', '\\"')
    replace_file(config, f'provider_installation {{\n  filesystem_mirror {{\n    path = "{path}"\n  }}\n}}\n')
    return os.environ | QUIET | {"TF_CLI_CONFIG_FILE": str(config)}


def _use_ours(why: str) -> Providers:
    reason = f"the project's own offline provider with the schema of hashicorp/aws {PROVIDER_VERSION}: {why}"
    return Providers("offline", prepare(CACHE), reason)


def _use_registry(reason: str) -> Providers:
    """Each provider is downloaded once for all roots; the lock files stay what they are."""
    plugins = CACHE / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    shared = {"TF_PLUGIN_CACHE_DIR": str(plugins), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    return Providers("registry", QUIET | shared | os.environ, reason)


def _has_own_installation() -> bool:
    config = Path(os.environ.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    return config.is_file() and "provider_installation" in config.read_text(encoding="utf-8")


def _write_provider(folder: Path, name: str, version: str) -> None:
    """A script that starts ours. -P: Terraform starts it in the root's folder, whose files are no modules of Python."""
    command = [sys.executable, "-P", "-m", __package__ or "", name]
    script = f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.join(command)}\n"
    replace_file(folder / f"terraform-provider-{name}_v{version}_x5", script, mode=0o755)


def _platform() -> str:
    """As Terraform spells it: linux_amd64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(machine, machine) }"
