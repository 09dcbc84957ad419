"""Which values AWS knows for an argument, out of botocore's models: what the real provider checks in a configuration.

Read once and kept, since the models take a second to load, and every `terraform validate` would wait for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.terraform.offline_provider.cache import CACHE, only_one, replace_file
from tests.terraform.offline_provider.schema import read_block
from tests.terraform.offline_provider.values import Block, State
from tests.terraform.places import ROOT

if TYPE_CHECKING:
    from tests.terraform.offline_provider.spec import Spec

__all__ = ["Legal", "ensure_legal_values", "find_illegal", "list_legal", "read_legal_values"]

Legal = Mapping[str, Any]
"""Argument -> its values; block -> Legal of what stands in it."""
HERE = Path(__file__).parent


def find_illegal(legal: Legal, state: State, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """(way to the argument, sentence) of each value that AWS doesn't know."""
    for name, known in legal.items():
        value = state.get(name)
        inner = value if isinstance(value, list) else [value]
        if isinstance(known, Mapping):
            for each in inner:
                if isinstance(each, dict):
                    yield from find_illegal(
                        known, each, at or (name,)
                    )  # as far as Terraform points: into a list it can't
            continue
        for each in inner:
            if isinstance(each, str) and each not in known:
                yield at or (name,), f"{name} is {each!r}; it must be one of {', '.join(known)}"


def read_legal_values() -> Mapping[str, Legal]:
    """Type -> Legal, of every type that the emulator can make."""
    found: Mapping[str, Legal] = json.loads(ensure_legal_values().read_text(encoding="utf-8"))
    return found


@cache
def ensure_legal_values() -> Path:
    """The file of all legal values, which is made where it isn't there yet."""
    sources = sorted([*HERE.glob("resources/*.py"), HERE / "spec.py", HERE / "legal_values.py"])
    sources.append(ROOT / "services" / "requirements" / "all.lock")  # pins botocore
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    path = CACHE / f"legal-values-{digest[:16]}.json"
    if not path.is_file():
        with only_one():
            replace_file(path, json.dumps(_collect()))
    return path


def _collect() -> dict[str, Legal]:
    from tests.terraform.offline_provider.resources import SPECS

    found = {name: list_legal(spec, read_block("resources", name)) for name, spec in SPECS.items()}
    return {name: legal for name, legal in found.items() if legal}


def list_legal(spec: Spec, block: Block) -> Legal:
    """What the creating operation says; nothing when that is a function."""
    import botocore.session
    from botocore import xform_name

    if callable(spec.create):
        return {}
    model = botocore.session.get_session().get_service_model(spec.service)
    operation = next(name for name in model.operation_names if xform_name(name) == spec.create)
    return _walk(model.operation_model(operation).input_shape, block, spec.renamed(spec.create))


def _walk(shape: Any, block: Block, names: Mapping[str, str]) -> dict[str, Any]:
    from botocore import xform_name

    mine = {theirs: ours for ours, theirs in names.items()}
    found: dict[str, Any] = {}
    for member, inner in shape.members.items():
        name = mine.get(member) or xform_name(member)
        element = inner.member if inner.type_name == "list" else inner
        if name in block["attributes"] and getattr(element, "enum", None):
            found[name] = list(element.enum)
        elif name in block["block_types"] and element.type_name == "structure":
            nested = _walk(element, block["block_types"][name]["block"], names)
            found |= {name: nested} if nested else {}
    return found
