"""Jenkins's configuration as code against the list of keys, and no secret written into it."""

from __future__ import annotations

import re
from typing import Any

from tests.pipeline.tree import Tree
from tests.pipeline.vocabulary import load

COMPLETED = re.compile(r"\$\{(?:[^{}]|\$\{[^{}]*\})+\}")
PLAIN: dict[str, type | tuple[type, ...]] = {"text": str, "number": int, "switch": bool}
SECRET_LOOKING = re.compile(r"-----BEGIN|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bsq[pua]_[0-9a-f]{20,}|\{AQAA")


def check_keys(tree: Tree) -> list[str]:
    """Each key is known and has a value of its kind; a secret is completed by ${…} alone. One file says each thing."""
    complaints = []
    said: dict[str, str] = {}
    for name, data in tree.casc():
        complaints += _check(data, load("casc"), name, "")
        if SECRET_LOOKING.search(tree.read(name)):
            complaints.append(f"{name}: a secret is written down")
        for path in _leaves(data):
            if path in said:
                complaints.append(f"{path} stands in {said[path]} and in {name}: Jenkins would not start")
            said[path] = name
    return complaints


def _leaves(value: Any, path: str = "") -> list[str]:
    """Files are merged by key, and two of them may not say the same one; a list is one value."""
    if not isinstance(value, dict):
        return [path]
    return [leaf for key, inner in value.items() for leaf in _leaves(inner, f"{path}.{key}" if path else str(key))]


def _check(value: Any, wanted: Any, name: str, path: str) -> list[str]:
    where = f"{name}: {path}"
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            return [f"{where} holds keys, not {value!r}"]
        return [complaint for key, inner in value.items() for complaint in _check_key(key, inner, wanted, name, path)]
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return [f"{where} is a list, not {value!r}"]
        return [complaint for inner in value for complaint in _check(inner, wanted[0], name, f"{path}[]")]
    if wanted == "secret":
        fits = isinstance(value, str) and COMPLETED.fullmatch(value) is not None
        return [] if fits else [f"{where} is a secret and is completed by ${{…}}, not written down"]
    completed = isinstance(value, str) and COMPLETED.fullmatch(value) is not None
    if completed or (isinstance(value, PLAIN[wanted]) and not (wanted == "number" and isinstance(value, bool))):
        return []
    return [f"{where} is a {wanted}, not {value!r}"]


def _check_key(key: str, value: Any, wanted: dict[str, Any], name: str, path: str) -> list[str]:
    """Jenkins takes a key for its own whatever the case of its letters."""
    here = f"{path}.{key}" if path else str(key)
    inner = {known.lower(): below for known, below in wanted.items()}.get(str(key).lower())
    return [f"{name}: {here} is no key that is known"] if inner is None else _check(value, inner, name, here)


def check_variables(tree: Tree) -> list[str]:
    """Each ${VARIABLE} of the configuration, and each that a script of jobs asks for, is told of in the README."""
    told = tree.read("jenkins/README.md")
    named = dict(tree.casc_variables())
    for name in tree.find("jenkins/jobs/*.groovy"):
        for variable in re.findall(r"System\.getenv\('(\w+)'\)", tree.read(name)):
            named.setdefault(variable, []).append(name)
    return [
        f"{variable} of {', '.join(files)} is not told of in jenkins/README.md"
        for variable, files in sorted(named.items())
        if f"`{variable}`" not in told and variable not in re.findall(r"[A-Z][A-Z0-9_]+", told)
    ]


def check_interpolation(tree: Tree) -> list[str]:
    """Groovy in a casc file keeps its own ${…} by a ^: `^${name}`; else casc would put in a variable of that name."""
    found = []
    for name, data in tree.casc():
        for job in data.get("jobs", []):
            found += [f"{name}: {text} is Groovy's, and lacks its ^" for text in _bare(job.get("script", ""))]
    return found


def _bare(script: str) -> list[str]:
    return re.findall(r"(?<!\^)\$\{[^}]+\}", script)
