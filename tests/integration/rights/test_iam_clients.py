"""A client has a key or an IAM role, and a role is found whatever path its ARN has."""

from __future__ import annotations

from services.shared.caller import Caller, Credential
from tests.support.world import Api, World

ROLE = "arn:aws:iam::123456789012:role/service-role/nightly"
SESSION = "arn:aws:sts::123456789012:assumed-role/nightly/some-session"


def test_a_client_that_gets_a_role_loses_its_key(accounts_api: Api, world: World) -> None:
    path = "/v1/clients/" + world.ids["sue's client"]
    assert accounts_api.call("sue", "GET", path).status_code == 200
    assert accounts_api.call("ada", "PATCH", path, {"iam_arn": f"{ROLE}-of-sue"}).status_code == 200
    assert accounts_api.call("sue", "GET", path).status_code == 401
    refused = accounts_api.call("ada", "POST", f"{path}/key")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "iam_arn")


def test_a_role_with_a_path_is_known_by_its_sessions_which_have_none(world: World) -> None:
    made = "INSERT INTO clients (name, person_id, role, iam_arn) VALUES ('Nightly', %s, 'viewer', %s) RETURNING id"
    world.owner("UPDATE clients SET iam_arn = NULL WHERE iam_arn IS NOT NULL")
    client = world.owner(made, (world.ids["vic"], ROLE))[0][0]
    caller = Caller(world.database, Credential.from_arn(SESSION), "rest")
    assert (caller.identity.principal_id, caller.identity.role) == (client, "viewer")
