"""Reads the provider's schema out of its generated JavaScript bindings: every class there says what it holds.

A comment above each member tells computed, optional and required; a table of each struct tells lists from sets.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, NamedTuple

from tests.terraform.offline_provider.values import Block

__all__ = ["Kind", "Source", "Unreadable"]

Kind = str
"""resources, data, ephemeral or provider: what a schema is of."""

KINDS = {
    "TerraformResource": "resources",
    "TerraformDataSource": "data",
    "TerraformEphemeralResource": "ephemeral",
    "TerraformProvider": "provider",
}
CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
TYPE_NAME = re.compile(r'^    static tfResourceType = "(\w+)";$', re.MULTILINE)
MEMBER = re.compile(
    r"^    // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n"
    r'(?:    _\w+(?: = new (?:\w+\.)?(\w+)\(this, "\w+"(?:, (\w+))?\))?;\n)?'
    r"(?:    /\*\*\n(?:    \* .*\n)*    \*/\n)?"
    r"    get \w+\(\) \{\n        return (.*);$",
    re.MULTILINE,
)
STRUCT = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
ARGUMENT = re.compile(
    r'^ +(\w+): \{\n +value: (.*)\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)",$',
    re.MULTILINE,
)

DEEPEST = 3
"""How often a block may stand in itself: a web ACL's statements know no end, the provider's are three deep."""

PRIMITIVE = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
COMPUTED_MAPS = {"StringMap": "string", "NumberMap": "number", "BooleanMap": "bool"}
MADE_OF = re.compile(r"(List|Map|OutputReference)$")
GETTER = re.compile(r"this\.(?:get(String|Number|Boolean|)(List|Map|)Attribute|interpolationForAttribute)\(")
SENSITIVE = {
    "aws_api_gateway_api_key": {"value"},
    "aws_db_instance": {"password"},
    "aws_iam_access_key": {"secret", "ses_smtp_password_v4"},
    "aws_rds_cluster": {"master_password"},
    "aws_secretsmanager_secret_version": {"secret_binary", "secret_string"},
}
"""What the provider hides, of the types that Skep might use: the bindings don't tell."""


class Unreadable(Exception):
    """The bindings are not written as they were when this was."""


class Member(NamedTuple):
    """What a class says of one attribute or block. made: the class of its objects; is_set: whether they are a set."""

    name: str
    computed: bool = False
    optional: bool = False
    required: bool = False
    made: str = ""
    is_set: bool = False
    returned: str = ""


class Argument(NamedTuple):
    """What a struct's table says of what can be set. shape: simple, list, set, map or struct."""

    value: str
    is_block: bool
    shape: str
    storage: str


class Struct(NamedTuple):
    """What a block or an object holds: all of its members, and the table of those that can be set."""

    name: str
    members: list[Member]
    arguments: dict[str, Argument]


class Source:
    """The bindings of one resource, data source, ephemeral resource, or of the provider itself. Raises Unreadable."""

    def __init__(self, text: str) -> None:
        self._structs = {_lower_first(name): _arguments(body) for name, body in STRUCT.findall(text)}
        self._classes = {name: (base, body) for name, base, body in CLASS.findall(text)}

    @cached_property
    def _main(self) -> tuple[str, str]:
        found = [(KINDS[base], body) for base, body in self._classes.values() if base in KINDS]
        if len(found) != 1:
            raise Unreadable(f"{len(found)} classes where one was looked for, in {sorted(self._classes)[:3]}")
        return found[0]

    @property
    def kind(self) -> Kind:
        """resources, data, ephemeral or provider."""
        return self._main[0]

    @property
    def type(self) -> str:
        """aws_lambda_function; `aws` for the provider."""
        found = TYPE_NAME.search(self._main[1])
        if not found:
            raise Unreadable("a class without the name of its type")
        return found[1]

    def block(self) -> Block:
        """The whole schema, in the shape of values.Block."""
        _, body = self._main
        block = self._block(Struct("", _members(body), _arguments(body)), ())
        for name in SENSITIVE.get(self.type, set()) if self.kind == "resources" else ():
            block["attributes"][name]["sensitive"] = True
        if self.kind == "provider":
            del block["attributes"]["alias"]  # Terraform's own
        return block

    def _block(self, struct: Struct, within: tuple[str, ...]) -> Block:
        block: Block = {"attributes": {}, "block_types": {}}
        if missing := struct.arguments.keys() - {member.name for member in struct.members}:
            raise Unreadable(f"{self.type}: nothing says whether {', '.join(sorted(missing))} is required")
        for member in struct.members:
            argument = struct.arguments.get(member.name)
            # A block can't be computed: what looks like one, and is, is an attribute that holds objects.
            if not (argument and argument.is_block) or member.computed:
                block["attributes"][member.name] = self._attribute(member, argument)
                continue
            inner = self._struct(member, argument)
            if within.count(inner.name) < DEEPEST:
                nested = self._block(inner, (*within, inner.name))
                block["block_types"][member.name] = _block_type(member, argument, nested)
        return block

    def _attribute(self, member: Member, argument: Argument | None) -> dict[str, Any]:
        entry: dict[str, Any] = {"type": self._type(member, argument)}
        entry |= {name: True for name in ("required", "optional", "computed") if getattr(member, name)}
        if argument and "markWriteOnlyAttribute" in argument.value:
            entry |= {"write_only": True, "sensitive": True}
        return entry

    def _type(self, member: Member, argument: Argument | None) -> Any:
        if argument and not argument.is_block:
            return _argument_type(argument)
        if member.made in COMPUTED_MAPS:
            return ["map", COMPUTED_MAPS[member.made]]
        if not member.made:
            return _computed_type(member.returned)
        struct = self._struct(member, argument)
        inner = ["object", {each.name: self._type(each, struct.arguments.get(each.name)) for each in struct.members}]
        if argument:
            return inner if argument.shape == "struct" else [argument.shape, inner]
        if member.made.endswith("OutputReference"):
            return inner
        return ["set" if member.is_set else "list", inner]

    def _struct(self, member: Member, argument: Argument | None) -> Struct:
        name = MADE_OF.sub("", member.made or (argument.storage if argument else ""))
        arguments = self._structs.get(_lower_first(name))
        made = self._classes.get(f"{name}OutputReference")
        if arguments is None or not (made or self.kind == "provider"):
            raise Unreadable(f"{self.type}: {member.name} is made of {name}, which isn't there")
        if made:
            return Struct(name, _members(made[1]), arguments)
        return Struct(name, [Member(each, optional=True) for each in arguments], arguments)


def _block_type(member: Member, argument: Argument, nested: Block) -> Block:
    entry: Block = {"nesting": "single" if argument.shape == "struct" else argument.shape, "block": nested}
    if argument.shape != "struct":
        entry |= {"max": 1} if member.made.endswith("OutputReference") else {}
        entry |= {"min": 1} if member.required else {}
    return entry


def _members(body: str) -> list[Member]:
    return [
        Member(name, computed == "true", optional == "true", required == "true", made, is_set == "true", returned)
        for name, computed, optional, required, made, is_set, returned in MEMBER.findall(body)
    ]


def _arguments(body: str) -> dict[str, Argument]:
    return {
        name: Argument(value, is_block == "true", shape, storage)
        for name, value, is_block, shape, storage in ARGUMENT.findall(body)
    }


def _argument_type(argument: Argument) -> Any:
    """simple/string -> string; set/stringList -> [set, string]; map/stringListMap -> [map, [list, string]]."""
    if argument.shape == "simple":
        return PRIMITIVE[argument.storage]
    primitive, *layers = re.findall(r"^[a-z]+|[A-Z][a-z]+", argument.storage)
    kind: Any = PRIMITIVE[primitive]
    for layer in layers[:-1]:
        kind = [layer.lower(), kind]
    return [argument.shape, kind]


def _computed_type(returned: str) -> Any:
    """What a getter returns: this.getStringAttribute('arn'); cdktn.Fn.tolist(this.getListAttribute('names')): a set."""
    found = GETTER.search(returned)
    if not found:
        raise Unreadable(f"a getter that returns {returned}")
    primitive = PRIMITIVE[(found[1] or "string").lower()]
    if not found[2]:
        return "dynamic" if found[1] is None else primitive
    if found[2] == "Map":
        return ["map", primitive]
    return ["set" if "Fn.tolist(" in returned else "list", primitive]


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
