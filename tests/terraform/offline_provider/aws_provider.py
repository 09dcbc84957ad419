"""hashicorp/aws by its schema. With an emulator's endpoint it applies; without one it validates and plans at most."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tf.gen import tfplugin_pb2 as pb

from tests.terraform.offline_provider.legal_values import find_illegal, read_legal_values
from tests.terraform.offline_provider.protocol import Schemas, common_methods
from tests.terraform.offline_provider.schema import list_known, read_block, read_encoded
from tests.terraform.offline_provider.server import Method
from tests.terraform.offline_provider.tree import find_code, list_names, list_names_of_table
from tests.terraform.offline_provider.unconfigured import keep_named, names_endpoint, plan_new
from tests.terraform.offline_provider.values import Block, ProviderError, State, normalize
from tests.terraform.offline_provider.wire import decode, diagnostic, encode, encode_schema, path

if TYPE_CHECKING:
    from tests.terraform.offline_provider.context import Context
    from tests.terraform.offline_provider.engine import Engine

__all__ = ["AwsProvider"]

NOWHERE = (
    "{what}: this is Skep's offline provider, which knows AWS by its schema alone and calls nothing but an emulator on "
    "this machine. Name one with AWS_ENDPOINT_URL or an endpoints block, or use the registry's provider for AWS."
)
LONG = 50_000
"""Bytes of a schema that is cut down. A web ACL's is 360,000, and Terraform walks all of it for each rule it has."""
IMPORTED = b"imported"
IDENTITIES = {
    "aws_api_gateway_stage": ("rest_api_id", "stage_name"),
    "aws_cloudwatch_log_group": ("name",),
    "aws_ecr_repository": ("name",),
    "aws_iam_role": ("name",),
    "aws_lambda_alias": ("function_name", "name"),
    "aws_lambda_function": ("function_name",),
    "aws_s3_bucket": ("bucket",),
}
"""What the id of an import says, part by part, where reading needs more than the id."""


class AwsProvider:
    """One process of the provider. Terraform configures it once, or never when it only validates.

    shared: by many Terraforms, none of which may configure it for the others.
    """

    def __init__(self, *, shared: bool) -> None:
        self._context: Context | None = None
        self._shared = shared
        self._names: set[str] = set()

    def methods(self) -> dict[str, Method]:
        """The provider's calls."""
        return common_methods(self._schemas, self._open_ephemeral) | {
            "ConfigureProvider": Method(
                pb.ConfigureProvider.Request, _told(self._configure, pb.ConfigureProvider.Response)
            ),
            "ValidateResourceConfig": Method(
                pb.ValidateResourceConfig.Request, _told(_validate, pb.ValidateResourceConfig.Response)
            ),
            "ValidateDataResourceConfig": Method(
                pb.ValidateDataResourceConfig.Request, lambda _: pb.ValidateDataResourceConfig.Response()
            ),
            "UpgradeResourceState": Method(
                pb.UpgradeResourceState.Request, _told(self._upgrade, pb.UpgradeResourceState.Response)
            ),
            "PlanResourceChange": Method(
                pb.PlanResourceChange.Request, _told(self._plan, pb.PlanResourceChange.Response)
            ),
            "ApplyResourceChange": Method(
                pb.ApplyResourceChange.Request, _told(self._apply, pb.ApplyResourceChange.Response)
            ),
            "ReadResource": Method(pb.ReadResource.Request, _told(self._read, pb.ReadResource.Response)),
            "ImportResourceState": Method(
                pb.ImportResourceState.Request, _told(self._import, pb.ImportResourceState.Response)
            ),
            "ReadDataSource": Method(pb.ReadDataSource.Request, _told(self._read_data, pb.ReadDataSource.Response)),
        }

    def _schemas(self) -> Schemas:
        """Those of all types that the code names, or a state may: 2,400 would take Terraform seconds at every start."""
        self._names = _read_names()
        resources, data, ephemeral = (
            {name: self._encoded(kind, name) for name in list_known(kind, self._names)}
            for kind in ("resources", "data", "ephemeral")
        )
        return Schemas(read_encoded("provider", "aws"), resources, data, ephemeral)

    def _encoded(self, kind: str, name: str) -> bytes:
        encoded = read_encoded(kind, name)
        return encoded if len(encoded) < LONG else encode_schema(self._block(name))

    def _block(self, name: str) -> Block:
        """A resource's schema, as Terraform was told of it: a long one without the blocks that no code names."""
        block = read_block("resources", name)
        if len(read_encoded("resources", name)) < LONG:
            return block
        self._names = self._names or _read_names()
        return keep_named(block, self._names)

    def _configure(self, request: Any) -> Any:
        config = decode(request.config) or {}
        if names_endpoint(config, os.environ):
            if self._shared:
                raise ProviderError("this process is for validating and for mocks: it applies nothing")
            # boto3 takes longer to import than everything else together, and validating needs none of it.
            from tests.terraform.offline_provider.context import Context

            self._context = Context(config)
        return pb.ConfigureProvider.Response()

    @cached_property
    def _engine(self) -> Engine:
        from tests.terraform.offline_provider.engine import Engine
        from tests.terraform.offline_provider.resources import SPECS

        return Engine({"resources": {name: self._block(name) for name in SPECS}}, SPECS)

    def _reach(self, what: str) -> Context:
        if self._context is None:
            raise ProviderError(NOWHERE.format(what=what))
        return self._context

    def _plan(self, request: Any) -> Any:
        prior, proposed = decode(request.prior_state), decode(request.proposed_new_state)
        anew: list[str] = []
        if self._context is None:
            planned = plan_new(self._block(request.type_name), prior, proposed)
        else:
            config = decode(request.config)
            planned, anew = self._engine.plan(
                self._context, request.type_name, prior=prior, proposed=proposed, config=config
            )
        return pb.PlanResourceChange.Response(
            planned_state=encode(planned),
            requires_replace=[path([name]) for name in anew],
            planned_private=request.prior_private,
            legacy_type_system=True,  # a default may then differ from what the configuration leaves out
        )

    def _apply(self, request: Any) -> Any:
        context = self._reach(request.type_name)
        prior, planned, config = (
            decode(value) for value in (request.prior_state, request.planned_state, request.config)
        )
        state, error = self._engine.apply(context, request.type_name, prior=prior, planned=planned, config=config)
        return pb.ApplyResourceChange.Response(
            new_state=encode(state),
            private=request.planned_private,
            legacy_type_system=True,
            diagnostics=[diagnostic(error)] if error else [],
        )

    def _read(self, request: Any) -> Any:
        context = self._reach(request.type_name)
        whole = request.private == IMPORTED
        state = self._engine.read(context, request.type_name, decode(request.current_state), whole=whole)
        return pb.ReadResource.Response(new_state=encode(state))

    def _import(self, request: Any) -> Any:
        context, name = self._reach(request.type_name), request.type_name
        keys = IDENTITIES.get(name, ())
        parts = dict(zip(keys, request.id.split("/", max(len(keys) - 1, 0)), strict=False))
        state = normalize(self._block(name), {"id": request.id, "region": context.region} | parts)
        imported = pb.ImportResourceState.ImportedResource(type_name=name, state=encode(state), private=IMPORTED)
        return pb.ImportResourceState.Response(imported_resources=[imported])

    def _upgrade(self, request: Any) -> Any:
        """Our states are of one version: only what the schema has meanwhile gained or lost is set right."""
        state = json.loads(request.raw_state.json, parse_float=str)
        return pb.UpgradeResourceState.Response(upgraded_state=encode(normalize(self._block(request.type_name), state)))

    def _read_data(self, request: Any) -> Any:
        context = self._reach(f"data.{request.type_name}")
        from tests.terraform.offline_provider.data import read_data

        block = read_block("data", request.type_name)
        found = read_data(context, request.type_name, block, decode(request.config) or {})
        return pb.ReadDataSource.Response(state=encode(found))

    def _open_ephemeral(self, name: str, _config: State) -> State:
        raise ProviderError(f"ephemeral.{name}: this provider knows its schema, but not how to open it")


def _read_names() -> set[str]:
    return list_names(find_code(Path.cwd())) | list_names_of_table()


def _told(answer: Callable[[Any], Any], response: Any) -> Callable[[Any], Any]:
    """The same, with whatever goes wrong as a diagnostic."""

    def guarded(request: Any) -> Any:
        try:
            return answer(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, Terraform shows it; a dead provider shows nothing
            return response(diagnostics=[diagnostic(error)])

    return guarded


def _validate(request: Any) -> Any:
    legal = read_legal_values().get(request.type_name, {})
    found = find_illegal(legal, decode(request.config) or {})
    return pb.ValidateResourceConfig.Response(diagnostics=[diagnostic(text, steps) for steps, text in found])
