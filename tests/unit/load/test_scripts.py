"""The JavaScript that k6 runs, read as text: it loads nothing from elsewhere and asks only for what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.load.k6 import FOLDER, JOURNEYS, WORKLOADS

ROOT = Path(__file__).parents[3]
IMPORT = re.compile(r"^(?:import|export)\b[^;]*?\bfrom\s+\"([^\"]+)\";|^import\s+\"([^\"]+)\";", re.MULTILINE)
ENDPOINT = re.compile(r"^  \"?([\w -]+?)\"?: \"(GET|POST|PATCH|DELETE) (/\S*)\",$", re.MULTILINE)


def scripts() -> dict[str, str]:
    """Every script's path in tests/load, and its text."""
    found = {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.js")}
    assert len(found) > 15
    return found


def test_scripts_import_k6_and_their_neighbours_alone() -> None:
    imported = [(name, first or second) for name, text in scripts().items() for first, second in IMPORT.findall(text)]
    assert len(imported) > 30
    for name, module in imported:
        if module.startswith("."):
            assert (FOLDER / name).parent.joinpath(module).resolve().is_file(), (name, module)
        else:
            assert module in {"k6", "k6/http", "k6/execution", "k6/metrics"}, (name, module)


def test_no_script_names_an_address() -> None:
    assert not [name for name, text in scripts().items() if re.search(r"https?://|\brequire\(|\bimport\(", text)]


def test_every_endpoint_is_a_route_of_the_platform() -> None:
    routes = {route["path"] for route in json.loads((ROOT / "services" / "routes.json").read_text(encoding="utf-8"))}
    endpoints = ENDPOINT.findall(scripts()["lib/endpoints.js"])
    assert len(endpoints) > 15
    assert not [name for name, _, path in endpoints if path not in routes]


def test_every_endpoint_is_used_and_every_used_one_is_described() -> None:
    described = {name for name, _, _ in ENDPOINT.findall(scripts()["lib/endpoints.js"])} - {"version"}
    used = set()
    for name, text in scripts().items():
        if name.startswith("journeys/"):
            declared = re.search(r"export const uses = \[(.*?)\];", text, re.DOTALL)
            assert declared, name
            names = set(re.findall(r"\"([^\"]+)\"", declared[1]))
            assert names <= set(re.findall(r"\"([\w -]+)\",", text)), name
            used |= names
    assert used == described


def test_every_journey_and_every_workload_is_known_to_main() -> None:
    main = scripts()["main.js"]
    assert len(JOURNEYS) > 4
    assert not [name for name in JOURNEYS if name != "all" and f'"./journeys/{name}.js"' not in main]
    assert not [name for name in WORKLOADS if f'"./workloads/{name}.js"' not in main]
    assert set(WORKLOADS) == {"average", "smoke", "soak", "spike", "stress"}
