"""The ephemeral password."""

from __future__ import annotations

import string
from typing import Any

import pytest
from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider.protocol import EPHEMERAL_RESOURCE_SCHEMAS
from tests.terraform.offline_provider.random_provider import make_password, random_methods
from tests.terraform.offline_provider.values import ProviderError
from tests.terraform.offline_provider.wire import decode, encode, field


def test_a_password_is_as_long_as_asked_and_never_the_same() -> None:
    first, second = (make_password({"length": 32}) for _ in range(2))
    assert len(first["result"]) == 32
    assert first["result"] != second["result"]
    assert (first["special"], first["min_special"], first["length"]) == (True, 0, 32)


def test_a_password_holds_what_it_must_and_nothing_that_it_may_not() -> None:
    config = {"length": 9, "min_numeric": 3, "min_upper": 2, "special": False, "lower": False}
    for _ in range(50):
        result = make_password(config)["result"]
        assert set(result) <= set(string.ascii_uppercase + string.digits)
        assert sum(letter in string.digits for letter in result) >= 3
        assert sum(letter in string.ascii_uppercase for letter in result) >= 2


def test_special_letters_may_be_chosen() -> None:
    config = {"length": 20, "override_special": "!-", "lower": False, "upper": False, "numeric": False}
    assert set(make_password(config)["result"]) <= {"!", "-"}


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"length": 0}, "it may be 1 or more"),
        ({"length": 3, "min_lower": 2, "min_upper": 2}, "it may be 4 or more"),
        ({"length": 3, "lower": False, "upper": False, "numeric": False, "special": False}, "at least one of"),
    ],
)
def test_a_password_that_cannot_be_is_refused(config: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProviderError, match=sentence):
        make_password(config)


def test_terraform_reads_the_password_from_the_third_field_and_errors_from_the_first() -> None:
    request, answer = random_methods()["OpenEphemeralResource"]
    opened = answer(request(type_name="random_password", config=encode({"length": 12})))
    assert opened[:1] == field(3, b"")[:1]
    value = pb.DynamicValue.FromString(opened[opened.index(b"\x0a") :])
    assert len(decode(value)["result"]) == 12
    assert answer(request(type_name="random_password", config=encode({"length": 0})))[:1] == field(1, b"")[:1]


def test_the_schema_is_offered_as_that_of_an_ephemeral_resource() -> None:
    described = random_methods()["GetProviderSchema"].answer(None)
    assert field(EPHEMERAL_RESOURCE_SCHEMAS, b"")[:1] in described
    read = pb.GetProviderSchema.Response.FromString(described)
    assert not read.resource_schemas
    assert read.server_capabilities.get_provider_schema_optional
    assert b"random_password" in random_methods()["GetMetadata"].answer(None)
