"""Tags after creation: each service has its own pair of operations."""

from __future__ import annotations

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.shapes import input_shape, to_aws
from tests.terraform.offline_provider.spec import Spec, Tagging
from tests.terraform.offline_provider.values import State

__all__ = ["lay_tags", "retag"]

DEFAULT = Tagging()
BY_SERVICE = {
    "kms": Tagging(value="key_id"),
    "rds": Tagging("add_tags_to_resource", "remove_tags_from_resource"),
    "sqs": Tagging("tag_queue", "untag_queue", value="id"),
}


def retag(context: Context, spec: Spec, prior: State, now: State) -> None:
    """Brings a resource's tags from what they were to what the state says."""
    if spec.retag:
        spec.retag(context, now)
        return
    tags: dict[str, str] = now.get("tags_all") or {}
    gone = sorted(set(prior.get("tags_all") or {}) - set(tags))
    client = context.client(spec.service)
    if spec.service == "ec2":  # lists of ids, and the tags to remove are given as tags
        if gone:
            client.delete_tags(Resources=[prior["id"]], Tags=[{"Key": name} for name in gone])
        if tags:
            pairs = [{"Key": name, "Value": value} for name, value in tags.items()]
            client.create_tags(Resources=[prior["id"]], Tags=pairs)
        return
    how = spec.tagging or BY_SERVICE.get(spec.service, DEFAULT)
    members = input_shape(client, how.tag).members
    resource = {how.key or next(name for name in members if not _names_tags(name)): prior[how.value]}
    if gone:
        keys = next(name for name in input_shape(client, how.untag).members if _names_tags(name))
        getattr(client, how.untag)(**resource, **{keys: gone})
    if tags:
        name = next(name for name in members if _names_tags(name))
        getattr(client, how.tag)(**resource, **{name: to_aws(members[name], tags, {})})


def _names_tags(member: str) -> bool:
    return member.lower() in {"tags", "tagkeys", "tagkeylist"}


def lay_tags(context: Context, state: State, prior: State, tags: dict[str, str]) -> None:
    """Sets tags_all to what AWS has, and tags to what of it the provider block doesn't already say."""
    own = prior.get("tags") or {}
    state["tags_all"] = tags if tags or prior.get("tags_all") is not None else None
    mine = {name: value for name, value in tags.items() if name in own or context.default_tags.get(name) != value}
    state["tags"] = mine or ({} if prior.get("tags") == {} else None)
