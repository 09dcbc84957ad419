"""Plan, create, read, update and delete of every type that has a Spec, by Terraform's schema and botocore's model."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

import jmespath
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.merging import merge
from tests.terraform.offline_provider.patches import patch_operations
from tests.terraform.offline_provider.planning import plan
from tests.terraform.offline_provider.shapes import find, input_shape, parameters, tag_map
from tests.terraform.offline_provider.spec import Call, Spec, words
from tests.terraform.offline_provider.tagging import lay_tags, retag
from tests.terraform.offline_provider.values import (
    Block,
    ProviderError,
    State,
    has_unknown,
    normalize,
    promise,
    without_unknown,
)

__all__ = ["Engine"]

GONE = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|^404$")
EMPTY: tuple[object, ...] = (None, "", [], {})


class Engine:
    """All resource types of a schema that have a Spec. It keeps nothing between two calls.

    schema: {"resources": {type: block}}, as it was read from the bindings..
    """

    def __init__(self, schema: Mapping[str, Mapping[str, Block]], specs: Mapping[str, Spec]) -> None:
        self._specs = specs
        blocks = schema["resources"]
        self.blocks = {name: blocks[name] for name in specs if name in blocks}

    def plan(
        self, context: Context, name: str, *, prior: State | None, proposed: State | None, config: State | None
    ) -> tuple[State | None, list[str]]:
        """The planned state (None: destroy) and the names whose change makes the resource anew."""
        spec, block = self._find(name)
        if proposed is None:
            return None, []
        return plan(context, spec, block, prior=prior, proposed=proposed, config=config or {})

    def read(self, context: Context, name: str, prior: State, *, whole: bool = False) -> State | None:
        """The state as AWS has it, None when it is gone. whole: everything AWS says, for an import."""
        spec, block = self._find(name)
        try:
            answer = self._call(context, spec, spec.read, prior, only_required=True)
        except ClientError as error:
            if _is_gone(error):
                return None
            raise
        answer = jmespath.search(spec.path, answer) if isinstance(answer, dict) else answer
        if not answer:
            return None
        state = merge(block, prior, answer, spec.names, whole=whole)
        state |= {name: prior[name] for name in words(spec.unkept) if prior.get(name) not in EMPTY}
        if whole:
            state |= {name: value for name, value in spec.defaults.items() if state.get(name) is None}
        if spec.complete:
            spec.complete(context, state, answer)
        if "tags_all" in block["attributes"]:
            tags = tag_map(spec.tags(context, state) if spec.tags else find(answer, "tags", {}))
            if tags is not None:
                lay_tags(context, state, prior, tags)
        found: State = normalize(block, state)
        return found

    def apply(
        self, context: Context, name: str, *, prior: State | None, planned: State | None, config: State | None
    ) -> tuple[State | None, Exception | None]:
        """The new state, and what went wrong. What was half made still has its state, so that Terraform taints it."""
        spec, block = self._find(name)
        if planned is None:
            return self._destroy(context, spec, prior or {})
        state = without_unknown(planned)
        full = state | {
            attribute: (config or {}).get(attribute)
            for attribute, entry in block["attributes"].items()
            if entry.get("write_only") and (config or {}).get(attribute) is not None
        }
        partial: State | None = prior
        try:
            if prior is None:
                changed = {attribute for attribute, value in full.items() if value not in EMPTY}
                _generate_names(block, full)
                self._create(context, spec, block, full)
                partial = without_write_only(block, full)
            else:
                changed = {each for each in state if state[each] != prior.get(each) and not has_unknown(planned[each])}
                self._update(context, spec, prior, full, changed=changed)
            if spec.after:
                spec.after(context, full, changed)
            found = self.read(context, name, full)
            if found is None:
                raise ProviderError(f"{name} {full.get('id')}: gone right after it was written")
        except (ClientError, BotoCoreError, ProviderError, LookupError, OSError, ValueError, TypeError) as error:
            return (None if partial is None else normalize(block, partial)), error
        return normalize(block, promise(planned, found)), None

    def _create(self, context: Context, spec: Spec, block: Block, full: State) -> None:
        answer = self._call(context, spec, spec.create, full)
        if isinstance(answer, dict) and len(answer) == 1 and isinstance(next(iter(answer.values())), dict):
            answer = next(iter(answer.values()))  # {"Role": {…}}
        made = merge(block, full, answer or {}, spec.names)
        made["id"] = made.get("id") or (answer or {}).get(spec.inputs.get("id", "")) or spec.id.format(**made)
        full |= {attribute: value for attribute, value in made.items() if value is not None}

    def _update(self, context: Context, spec: Spec, prior: State, full: State, *, changed: Collection[str]) -> None:
        sent = set(changed) - words(spec.quiet)
        whole = prior | {name: value for name, value in full.items() if value is not None or name in sent}
        for operation in spec.update:
            if callable(operation):
                if sent - {"tags", "tags_all"}:
                    operation(context, whole)
            elif sent & self._taken_by(context, spec, operation):
                self._call(context, spec, operation, whole, clear=sent)
        if spec.patch:
            client = context.client(spec.service)
            names = parameters(input_shape(client, spec.patch), prior, spec.renamed(spec.patch))
            found = patch_operations(prior, full, sent - words(spec.unpatched), spec.names)
            if found:
                getattr(client, spec.patch)(**names, patchOperations=found)
        if "tags_all" in sent:
            retag(context, spec, prior, full)

    def _destroy(self, context: Context, spec: Spec, prior: State) -> tuple[State | None, Exception | None]:
        try:
            if spec.delete:
                self._call(context, spec, spec.delete, prior, only_required=True)
        except (ClientError, BotoCoreError, ProviderError, LookupError, ValueError) as error:
            if not (isinstance(error, ClientError) and _is_gone(error)):
                return prior, error
        return None, None

    def _taken_by(self, context: Context, spec: Spec, operation: str) -> set[str]:
        """Terraform's names of what an operation takes, tags apart."""
        mine = {theirs: ours for ours, theirs in spec.renamed(operation).items()}
        members = input_shape(context.client(spec.service), operation).members
        return {mine.get(member) or xform_name(member) for member in members} - {"tags", "tags_all"}

    def _call(
        self,
        context: Context,
        spec: Spec,
        operation: Call,
        state: State,
        *,
        only_required: bool = False,
        clear: Collection[str] = (),
    ) -> Any:
        if callable(operation):
            return operation(context, state)
        client = context.client(spec.service)
        shape = input_shape(client, operation)
        sent = parameters(shape, state, spec.renamed(operation), clear) if shape else {}
        if only_required:
            sent = {member: value for member, value in sent.items() if member in shape.required_members}
        elif spec.kind and state.get("tags_all") and "TagSpecifications" in shape.members:
            pairs = [{"Key": name, "Value": value} for name, value in state["tags_all"].items()]
            sent["TagSpecifications"] = [{"ResourceType": spec.kind, "Tags": pairs}]
        if spec.before:
            spec.before(context, operation, sent, state)
        answer = getattr(client, operation)(**sent)
        answer.pop("ResponseMetadata", None)
        return answer

    def _find(self, name: str) -> tuple[Spec, Block]:
        if name not in self._specs:
            raise ProviderError(f"{name}: this provider knows its schema, but not how to make it in an emulator")
        return self._specs[name], self.blocks[name]


def _is_gone(error: ClientError) -> bool:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return GONE.search(code) is not None or status == 404


def _generate_names(block: Block, full: State) -> None:
    """Names from their prefixes: made here, since a plan is made twice and must come out the same."""
    for prefix in [name for name in block["attributes"] if name.endswith("_prefix")]:
        name = prefix.removesuffix("_prefix")
        if name in block["attributes"] and full.get(name) is None:
            full[name] = f"{full.get(prefix) or 'terraform-'}{time.strftime('%Y%m%d%H%M%S')}{secrets.token_hex(5)}"


def without_write_only(block: Block, state: State) -> State:
    """A state that may be kept: what is only written is null in it."""
    hidden = {name for name, entry in block["attributes"].items() if entry.get("write_only")}
    return {name: None if name in hidden else value for name, value in state.items()}
