"""hashicorp/random, as far as Skep uses it: the ephemeral random_password, which needs no network."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping

from tests.terraform.offline_provider.protocol import Schemas, common_methods
from tests.terraform.offline_provider.server import Method
from tests.terraform.offline_provider.values import Block, ProviderError, State, normalize
from tests.terraform.offline_provider.wire import encode_schema

__all__ = ["PASSWORD", "make_password", "random_methods"]

KINDS = {
    "lower": string.ascii_lowercase,
    "numeric": string.digits,
    "special": "!@#$%&*()-_=+[]{}<>:?",
    "upper": string.ascii_uppercase,
}
PASSWORD: Block = {
    "attributes": {
        "length": {"type": "number", "required": True},
        "override_special": {"type": "string", "optional": True},
        "result": {"type": "string", "computed": True, "sensitive": True},
        "bcrypt_hash": {"type": "string", "computed": True, "sensitive": True},
        **{kind: {"type": "bool", "optional": True, "computed": True} for kind in KINDS},
        **{f"min_{kind}": {"type": "number", "optional": True, "computed": True} for kind in KINDS},
    },
    "block_types": {},
}
"""The schema of ephemeral "random_password", version 3.7.2."""


def random_methods() -> dict[str, Method]:
    """The provider's calls."""
    empty = encode_schema({"attributes": {}, "block_types": {}})
    schemas = Schemas(empty, {}, {}, {"random_password": encode_schema(PASSWORD)})
    return common_methods(lambda: schemas, lambda _name, config: make_password(config))


def make_password(config: State) -> State:
    """A password of each kind's minimum and of all allowed kinds beyond. Raises ProviderError."""
    length = int(config["length"])
    asked = {kind: int(config.get(f"min_{kind}") or 0) for kind in KINDS}
    allowed = {kind: letters for kind, letters in _letters(config).items() if config.get(kind) is not False}
    if length < 1 or length < sum(asked.values()):
        raise ProviderError(f"length is {length}; it may be {max(1, sum(asked.values()))} or more")
    if not any(allowed.values()):
        raise ProviderError("at least one of lower, numeric, special and upper must be true")
    picked = [secrets.choice(_letters(config)[kind]) for kind, count in asked.items() for _ in range(count)]
    picked += [secrets.choice("".join(allowed.values())) for _ in range(length - len(picked))]
    secrets.SystemRandom().shuffle(picked)
    filled = {kind: kind in allowed for kind in KINDS} | {f"min_{kind}": count for kind, count in asked.items()}
    made: State = normalize(PASSWORD, config | filled | {"result": "".join(picked), "bcrypt_hash": ""})
    return made


def _letters(config: State) -> Mapping[str, str]:
    return KINDS | {"special": config.get("override_special") or KINDS["special"]}
