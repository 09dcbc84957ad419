"""Terraform's files as blocks, for the rules that no plan shows. What isn't written out stays an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import hcl2

from tests.terraform.places import TERRAFORM

OPTIONS = hcl2.SerializationOptions(with_comments=False)
PLAIN = re.compile(r'"((?:[^"\\$%]|\\.|\$(?!\{)|%(?!\{))*)"')
"""A string without anything to be filled in."""


class Expression(str):
    """What has to be computed: `var.name`, or a string with `${…}` in it."""

    __slots__ = ()


class Block(NamedTuple):
    """A block of a file. labels: (type, name) of a resource, (name,) of a variable; file: from terraform/."""

    file: str
    kind: str
    labels: tuple[str, ...]
    body: dict[str, Any]

    @property
    def address(self) -> str:
        """As Terraform names it: aws_kms_key.this, var.name."""
        before = {"resource": [], "variable": ["var"]}.get(self.kind, [self.kind])
        return ".".join([*before, *self.labels])

    @property
    def where(self) -> str:
        """For a person: the file and the address."""
        return f"{self.file}: {self.address}"

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the blocks of that kind within this one, those made by `dynamic` too."""
        return _inner(self.body, kind)


@cache
def read_blocks(file: str) -> tuple[Block, ...]:
    """The blocks of a file, given from terraform/."""
    parsed = hcl2.loads((TERRAFORM / file).read_text(encoding="utf-8"), serialization_options=OPTIONS)
    return tuple(
        Block(file, kind, labels, _simplify(body))
        for kind, many in parsed.items()
        for one in many
        for labels, body in _unlabel(one, ())
    )


def list_files(under: str = "") -> list[str]:
    """The .tf files below a folder of terraform/. Fails when there are none."""
    paths = [path.relative_to(TERRAFORM).as_posix() for path in TERRAFORM.rglob("*.tf")]
    found = sorted(path for path in paths if path.startswith(under) and "/.terraform/" not in path)
    assert found, f"there is no .tf below terraform/{under}"
    return found


def list_blocks(kind: str, *labels: str, under: str = "") -> list[Block]:
    """The blocks of a kind with these first labels: ("resource", "aws_lambda_alias")."""
    every = (block for file in list_files(under) for block in read_blocks(file))
    return [block for block in every if block.kind == kind and block.labels[: len(labels)] == labels]


def walk(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Everything within a body with the way to it: `statement.0.effect`."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from walk(one, f"{path}.{key}".lstrip("."))


def _unlabel(one: dict[str, Any], labels: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if "__is_block__" in one:
        yield labels, one
        return
    for label, inner in one.items():
        yield from _unlabel(inner, (*labels, label.strip('"')))


def _inner(body: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    made = [one[kind] for one in body.get("dynamic", ()) if kind in one]
    found = body.get(kind, [])
    return [*(found if isinstance(found, list) else []), *(content for one in made for content in one["content"])]


def _simplify(value: Any) -> Any:
    """Strings lose their quotes; what is no plain string becomes an Expression."""
    if isinstance(value, dict):
        return {_key(key): _simplify(one) for key, one in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_simplify(one) for one in value]
    if not isinstance(value, str):
        return value
    plain = PLAIN.fullmatch(value)
    if plain:
        return plain[1].replace('\\"', '"')
    whole = re.fullmatch(r"\$\{(.*)\}", value, re.DOTALL)
    return Expression(whole[1] if whole else value)


def _key(key: str) -> str:
    return key.strip('"')
