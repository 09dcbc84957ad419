"""What an API service loads before its first request, which is most of a cold start.

Stock Flask imports jinja2 itself (docs/decisions/0008-jinja2-comes-with-flask.md). So what is held here is that no
module of ours on that path uses it, and that no package is loaded beyond the bare stack.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache

import pytest

from services.local.catalog import read_catalog
from tests.architecture.tree import ROOT, expect_none, read

BARE = "import flask, psycopg2, marshmallow, awsgi, orjson"
"""What performance is measured against."""

REPORT = """
import json, sys, sysconfig
from pathlib import Path
homes = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
def is_third_party(module):
    return any(str(getattr(module, "__file__", None) or "").startswith(home) for home in homes)
print(json.dumps(sorted(name for name, module in list(sys.modules.items())
                        if name.startswith("services.") or is_third_party(module))))
"""

API_SERVICES = sorted(name for name, entry in read_catalog().items() if entry["kind"] == "api")


@cache
def loaded_by(statement: str) -> frozenset[str]:
    """The modules of ours and of third parties that a fresh Python has loaded after a statement."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\n{REPORT}"],
        cwd=ROOT,
        env={"SKEP_DATABASE_URL": "postgresql://nobody@localhost/nothing", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout.splitlines()[-1]))


def third_parties(modules: frozenset[str]) -> set[str]:
    """The top-level names of packages that aren't ours."""
    return {name.partition(".")[0] for name in modules} - {"services"}


@pytest.mark.parametrize("service", API_SERVICES)
def test_an_api_service_loads_no_package_beyond_the_bare_stack(service: str) -> None:
    loaded = loaded_by(f"import services.{service}.app, services.{service}.handler")
    assert f"services.{service}.handler" in loaded
    expect_none(third_parties(loaded) - third_parties(loaded_by(BARE)))


@pytest.mark.parametrize("service", API_SERVICES)
def test_no_module_of_ours_that_an_api_service_loads_uses_templates(service: str) -> None:
    loaded = loaded_by(f"import services.{service}.app, services.{service}.handler")
    ours = sorted(name for name in loaded if name.startswith("services."))
    assert ours
    expect_none(f"{name} uses {used}" for name in ours for used in _template_names(name))


def test_the_bare_stack_is_what_it_says() -> None:
    assert {"flask", "psycopg2", "marshmallow", "awsgi", "orjson"} <= third_parties(loaded_by(BARE))


def _template_names(module: str) -> list[str]:
    path = module.replace(".", "/")
    name = f"{path}.py" if (ROOT / f"{path}.py").is_file() else f"{path}/__init__.py"
    found = []
    for node in ast.walk(ast.parse(read(name))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        found += [n for n in names if n.partition(".")[0] == "jinja2" or "template" in n]
    return found
