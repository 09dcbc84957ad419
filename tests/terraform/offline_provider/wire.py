"""Values and schemas as Terraform sends them: DynamicValue in msgpack, schemas in protobuf. Knows nothing of AWS."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Sequence
from typing import Any

import msgpack
from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider.values import UNKNOWN, Block, ProviderError

__all__ = ["decode", "diagnostic", "encode", "encode_schema", "field", "map_entry", "path"]

WRITE_ONLY = b"\x58\x01"
"""Field 11, true: an attribute's write_only, which is younger than the messages of the library."""

NOT_YET_KNOWN = msgpack.ExtType(0, b"\0")
NESTINGS = {
    "single": pb.Schema.NestedBlock.SINGLE,
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "map": pb.Schema.NestedBlock.MAP,
}


def decode(value: pb.DynamicValue) -> Any:
    """What Terraform sent. Numbers that no float holds stay strings of decimals."""
    if value.msgpack:
        # Extension 0 is an unknown value, 12 one of which something is known, as "not null": both are unknown here.
        return msgpack.unpackb(value.msgpack, ext_hook=lambda _code, _data: UNKNOWN, strict_map_key=False)
    return json.loads(value.json, parse_float=str) if value.json else None


def encode(value: Any) -> pb.DynamicValue:
    """What Terraform is sent: a value that values.normalize has shaped to its schema."""
    return pb.DynamicValue(msgpack=msgpack.packb(value, default=_pack_unknown))


def encode_schema(block: Block, version: int = 0) -> bytes:
    """The message Schema of a resource, a data source or the provider itself."""
    schema: bytes = pb.Schema(version=version, block=_block(block)).SerializeToString()
    return schema


def field(number: int, content: bytes) -> bytes:
    """A field of a message, as protobuf has it on the wire, for what the library's messages don't know."""
    length, size = len(content), bytearray()
    while length > 127:
        size.append(length & 127 | 128)
        length >>= 7
    return bytes([number << 3 | 2, *size, length]) + content


def map_entry(number: int, key: str, content: bytes) -> bytes:
    """One entry of a field that is a map of messages."""
    return field(number, field(1, key.encode()) + field(2, content))


def diagnostic(error: Exception | str, steps: Sequence[str] = ()) -> pb.Diagnostic:
    """An error as Terraform shows it: a sentence where a person can act on it, else with all of its traceback."""
    told = isinstance(error, str | ProviderError) or hasattr(error, "response")  # a response: AWS's own refusal
    return pb.Diagnostic(
        severity=pb.Diagnostic.ERROR,
        summary=str(error) if isinstance(error, str | ProviderError) else f"{type(error).__name__}: {error}",
        detail="" if told or isinstance(error, str) else "".join(traceback.format_exception(error)),
        attribute=path(steps) if steps else None,
    )


def path(steps: Iterable[str]) -> pb.AttributePath:
    """The way to an attribute, from the resource down."""
    return pb.AttributePath(steps=[pb.AttributePath.Step(attribute_name=step) for step in steps])


def _pack_unknown(value: object) -> msgpack.ExtType:
    if value is UNKNOWN:
        return NOT_YET_KNOWN
    raise TypeError(f"{type(value).__name__} is no value of Terraform's")


def _block(block: Block) -> pb.Schema.Block:
    message = pb.Schema.Block(version=0)
    for name, entry in sorted(block["attributes"].items()):
        flags = {flag: True for flag in ("required", "optional", "computed", "sensitive") if entry.get(flag)}
        attribute = pb.Schema.Attribute(name=name, type=json.dumps(entry["type"]).encode(), **flags)
        if entry.get("write_only"):
            attribute.MergeFromString(WRITE_ONLY)
        message.attributes.append(attribute)
    for name, entry in sorted(block["block_types"].items()):
        counted = {"min_items": entry.get("min", 0), "max_items": entry.get("max", 0)}
        nesting = NESTINGS[entry["nesting"]]
        message.block_types.append(
            pb.Schema.NestedBlock(
                type_name=name,
                block=_block(entry["block"]),
                nesting=nesting,
                **({} if entry["nesting"] == "single" else counted),
            )
        )
    return message
