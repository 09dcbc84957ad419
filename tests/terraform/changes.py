"""Changes that must not get through: each is made in a copy of the tree, and the tests that it names have to fail."""

from __future__ import annotations

from typing import NamedTuple

from tests.terraform.hcl import list_blocks
from tests.terraform.test_literals import LITERALS, REPLACED_ALIVE, Literal

RULES = "tests/terraform/test_literals.py"


class Change(NamedTuple):
    """file: where; pattern: a regular expression of what is there; to: what it becomes (`\\g<0>` is what was there).

    tests: what pytest is given; says: words that the failure has to have.
    """

    name: str
    file: str
    pattern: str
    to: str
    tests: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        return self.name


def flip(literal: Literal) -> Change:
    """The literal as another value, in the first file that has it."""
    block = list_blocks("resource", literal.kind)[0]
    name = literal.path.rpartition(".")[2]
    old, new = {True: ("true", "false"), False: ("false", "true")}.get(literal.value, (f'"{literal.value}"', '"OTHER"'))  # type: ignore[call-overload]
    pattern = rf'(resource "{literal.kind}" "{block.labels[1]}" \{{(?:.|\n)*?\b{name} +)= {old}'
    return Change(
        f"{literal} as {new}", f"terraform/{block.file}", pattern, rf"\1= {new}", (RULES,), f"{literal.path} is"
    )


def replace_dead(kind: str) -> Change:
    """A resource of that type whose replacement comes too late."""
    block = list_blocks("resource", kind)[0]
    pattern = rf'(resource "{kind}" "{block.labels[1]}" \{{(?:.|\n)*?)    create_before_destroy = true\n'
    return Change(
        f"{kind} without create_before_destroy", f"terraform/{block.file}", pattern, r"\1", (RULES,), block.address
    )


def list_literal_changes() -> list[Change]:
    """Each literal as another value, and each replacement too late."""
    late = [replace_dead(kind) for kind in REPLACED_ALIVE if list_blocks("resource", kind)]
    return [*(flip(literal) for literal in LITERALS), *late]
