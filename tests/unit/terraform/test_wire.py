"""Values and schemas on their way to Terraform and back."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest
from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider.values import UNKNOWN, ProviderError
from tests.terraform.offline_provider.wire import (
    decode,
    diagnostic,
    encode,
    encode_schema,
    field,
    map_entry,
    path,
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"name": "skep", "tags": {"Ä": "ö"}, "ports": [1, 2**70 // 2**10], "on": True, "none": None},
        {"nested": [{"inner": [{"deep": []}]}]},
        {"arn": UNKNOWN, "list": ["known", UNKNOWN]},
    ],
)
def test_a_value_comes_back_as_it_was_sent(value: Any) -> None:
    assert decode(encode(value)) == value


def test_an_unknown_value_of_which_something_is_known_is_unknown() -> None:
    refined = msgpack.packb({"id": msgpack.ExtType(12, b"\x81\x01\xc2")})
    assert decode(pb.DynamicValue(msgpack=refined)) == {"id": UNKNOWN}


def test_decimals_stay_the_digits_that_they_were() -> None:
    assert decode(pb.DynamicValue(json=b'{"weight": 0.1, "large": 123456789012345678901234567890}')) == {
        "weight": "0.1",
        "large": 123456789012345678901234567890,
    }
    assert decode(pb.DynamicValue(msgpack=msgpack.packb({"weight": "0.1"}))) == {"weight": "0.1"}


def test_an_empty_message_is_null() -> None:
    assert decode(pb.DynamicValue()) is None


def test_what_is_no_value_of_terraforms_is_not_sent() -> None:
    with pytest.raises(TypeError, match="set is no value"):
        encode({"names": {"a"}})


def test_a_schema_says_what_each_attribute_and_block_is() -> None:
    block = {
        "attributes": {
            "name": {"type": "string", "required": True},
            "password_wo": {"type": "string", "optional": True, "write_only": True, "sensitive": True},
            "tags": {"type": ["map", "string"], "optional": True, "computed": True},
        },
        "block_types": {
            "rule": {"nesting": "set", "min": 1, "max": 3, "block": {"attributes": {}, "block_types": {}}},
            "timeouts": {"nesting": "single", "block": {"attributes": {}, "block_types": {}}},
        },
    }
    schema = pb.Schema.FromString(encode_schema(block, version=2))
    name, password, tags = schema.block.attributes
    assert (schema.version, name.required, name.computed, name.type) == (2, True, False, b'"string"')
    assert (tags.optional, tags.computed, tags.type) == (True, True, b'["map", "string"]')
    assert password.sensitive
    assert password.SerializeToString().endswith(b"\x58\x01")
    assert b"\x58\x01" not in name.SerializeToString()
    rule, timeouts = schema.block.block_types
    assert (rule.nesting, rule.min_items, rule.max_items) == (pb.Schema.NestedBlock.SET, 1, 3)
    assert (timeouts.nesting, timeouts.min_items) == (pb.Schema.NestedBlock.SINGLE, 0)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 20_000, 3_000_000])
def test_a_field_written_by_hand_is_read_as_one(length: int) -> None:
    content = b"a" * length
    assert pb.DynamicValue.FromString(field(1, content)).msgpack == content


def test_a_map_written_by_hand_is_read_as_one() -> None:
    schema = encode_schema({"attributes": {"id": {"type": "string", "computed": True}}, "block_types": {}})
    number = pb.GetProviderSchema.Response.RESOURCE_SCHEMAS_FIELD_NUMBER
    read = pb.GetProviderSchema.Response.FromString(
        map_entry(number, "aws_a", schema) + map_entry(number, "aws_b", schema)
    )
    assert sorted(read.resource_schemas) == ["aws_a", "aws_b"]
    assert read.resource_schemas["aws_a"].block.attributes[0].name == "id"


def test_what_a_person_can_mend_is_told_in_a_sentence_and_a_bug_with_its_traceback() -> None:
    told = diagnostic(ProviderError("set AWS_ENDPOINT_URL"))
    assert (told.summary, told.detail) == ("set AWS_ENDPOINT_URL", "")
    try:
        raise KeyError("arn")
    except KeyError as error:
        bug = diagnostic(error)
    assert bug.summary == "KeyError: 'arn'"
    assert "Traceback" in bug.detail


def test_a_diagnostic_points_to_its_attribute() -> None:
    assert diagnostic("wrong", ["kms", "id"]).attribute == path(["kms", "id"])
    assert [step.attribute_name for step in path(["kms", "id"]).steps] == ["kms", "id"]
