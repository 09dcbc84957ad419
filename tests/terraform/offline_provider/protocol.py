"""Terraform's provider protocol, version 6: the calls that every provider answers the same, and ephemeral resources.

The library's messages are older than ephemeral resources and know none of them: those few fields are written by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider.server import Method
from tests.terraform.offline_provider.values import State
from tests.terraform.offline_provider.wire import decode, diagnostic, encode, field, map_entry

__all__ = ["Open", "Schemas", "common_methods"]

Open = Callable[[str, State], State]
"""(type, configuration) -> all that an ephemeral resource then holds, in the types of its schema."""


EPHEMERAL_RESOURCES = 6
EPHEMERAL_RESOURCE_SCHEMAS = 8
"""Fields of the answers to GetMetadata and GetProviderSchema."""


class Schemas(NamedTuple):
    """The schemas of a provider as messages, by type."""

    provider: bytes
    resources: Mapping[str, bytes]
    data: Mapping[str, bytes]
    ephemeral: Mapping[str, bytes]


def common_methods(schemas: Callable[[], Schemas], open_ephemeral: Open) -> dict[str, Method]:
    """The calls that describe a provider, those that need no work here, and those of ephemeral resources."""
    return {
        "GetMetadata": Method(pb.GetMetadata.Request, lambda _: _describe(schemas())),
        "GetProviderSchema": Method(pb.GetProviderSchema.Request, lambda _: _spell(schemas())),
        "GetFunctions": Method(pb.GetFunctions.Request, lambda _: pb.GetFunctions.Response()),
        "ValidateProviderConfig": Method(
            pb.ValidateProviderConfig.Request, lambda _: pb.ValidateProviderConfig.Response()
        ),
        "ConfigureProvider": Method(pb.ConfigureProvider.Request, lambda _: pb.ConfigureProvider.Response()),
        "StopProvider": Method(pb.StopProvider.Request, lambda _: pb.StopProvider.Response()),
        "ValidateEphemeralResourceConfig": Method(None, lambda _: b""),
        # What it asks with is laid out as in ValidateResourceConfig: 1 type_name, 2 config.
        "OpenEphemeralResource": Method(
            pb.ValidateResourceConfig.Request, lambda request: _open(request, open_ephemeral)
        ),
        "RenewEphemeralResource": Method(None, lambda _: b""),
        "CloseEphemeralResource": Method(None, lambda _: b""),
    }


def _describe(schemas: Schemas) -> bytes:
    message = pb.GetMetadata.Response(
        resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in schemas.resources],
        data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in schemas.data],
    )
    ephemeral = [field(EPHEMERAL_RESOURCES, field(1, name.encode())) for name in schemas.ephemeral]
    return b"".join([message.SerializeToString(), *ephemeral])


def _spell(schemas: Schemas) -> bytes:
    """Joined from messages that are kept as such: none is parsed or made."""
    response = pb.GetProviderSchema.Response
    by_field = {
        response.RESOURCE_SCHEMAS_FIELD_NUMBER: schemas.resources,
        response.DATA_SOURCE_SCHEMAS_FIELD_NUMBER: schemas.data,
        EPHEMERAL_RESOURCE_SCHEMAS: schemas.ephemeral,
    }
    entries = [map_entry(number, name, one) for number, kind in by_field.items() for name, one in kind.items()]
    # Terraform then asks once a command, not once a process that it starts.
    rest = response(server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True)).SerializeToString()
    return b"".join([field(response.PROVIDER_FIELD_NUMBER, schemas.provider), *entries, rest])


def _open(request: Any, open_ephemeral: Open) -> bytes:
    """diagnostics 1, result 3."""
    try:
        held = open_ephemeral(request.type_name, decode(request.config) or {})
        return field(3, encode(held).SerializeToString())
    except Exception as error:  # noqa: BLE001 - whatever it is, Terraform shows it; a dead provider shows nothing
        return field(1, diagnostic(error).SerializeToString())
