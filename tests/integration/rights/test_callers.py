"""act_as: who is nobody, who has another role by now."""

from __future__ import annotations

import pytest

from services.records.listing import Query, list_records
from services.records.store import get_record
from services.registry import TABLES
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.shared.errors import Unauthorized
from tests.support.postgres import Postgres
from tests.support.samples import Samples
from tests.support.server_log import logged_statements
from tests.support.world import World

CUSTOMERS = TABLES["customers"]


def new_client(world: World, name: str, role: str = "sales") -> tuple[Credential, str, str]:
    """Credential, client id and person id of a client of a new person in team North."""
    person = world.owner(
        "INSERT INTO people (name, role, team_id) VALUES (%s, %s, %s) RETURNING id", (name, role, world.ids["North"])
    )[0][0]
    client = world.owner(
        "INSERT INTO clients (name, person_id, role) VALUES (%s, %s, %s) RETURNING id", (name, person, role)
    )[0][0]
    credential = Credential.from_secret("client", name)
    world.owner(
        "INSERT INTO skep.credentials (kind, hash, client_id) VALUES ('client', %s, %s)", (credential.value, client)
    )
    return credential, client, person


def test_a_credential_that_nobody_has_is_unauthorized(world: World) -> None:
    for kind in ("client", "session", "iam", "nonsense"):
        caller = Caller(world.database, Credential(kind, b"nobody's"), "rest")
        with pytest.raises(Unauthorized):
            caller.run("SELECT 1")
        with pytest.raises(Unauthorized):
            list_records(caller, CUSTOMERS, Query.parse(CUSTOMERS))


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE skep.credentials SET revoked_at = now() WHERE client_id = %s",
        "UPDATE clients SET deleted_at = now() WHERE id = %s",
        "UPDATE people SET deleted_at = now() WHERE id = (SELECT person_id FROM clients WHERE id = %s)",
    ],
    ids=["key revoked", "client deleted", "person deleted"],
)
def test_a_caller_who_was_known_is_nobody_at_once_when_its_right_ends(world: World, end: str) -> None:
    credential, client, _ = new_client(world, f"Eve {len(end)}")
    caller = Caller(world.database, credential, "rest")
    list_records(caller, CUSTOMERS, Query.parse(CUSTOMERS))
    # A person's delete is refused while there is a client: it is forced here, to see what act_as makes of it.
    world.owner("ALTER TABLE people DISABLE TRIGGER USER")
    world.owner(end, (client,))
    world.owner("ALTER TABLE people ENABLE TRIGGER USER")
    with pytest.raises(Unauthorized):
        list_records(caller, CUSTOMERS, Query.parse(CUSTOMERS))
    with pytest.raises(Unauthorized):
        caller.run("SELECT 1")


def test_a_session_ends_with_its_time_or_when_it_is_revoked(world: World) -> None:
    credential = Credential.from_secret("session", "a session")
    world.owner(
        "INSERT INTO skep.credentials (kind, hash, person_id, expires_at) VALUES ('session', %s, %s, now() + '1 h')",
        (credential.value, world.ids["sam"]),
    )
    caller = Caller(world.database, credential, "forms")
    assert caller.run("SELECT (skep.me()).role, (skep.me()).door") == [("sales", "forms")]
    world.owner("UPDATE skep.credentials SET expires_at = now() WHERE hash = %s", (credential.value,))
    with pytest.raises(Unauthorized):
        caller.run("SELECT 1")


def test_an_iam_role_is_known_by_its_arn_whatever_its_session_is_called(world: World) -> None:
    arn = "arn:aws:iam::123456789012:role/reader"
    world.owner(
        "INSERT INTO clients (name, person_id, role, iam_arn) VALUES ('reader', %s, 'viewer', %s)",
        (world.ids["vic"], arn),
    )
    for session in ("one", "two"):
        given = Credential.from_arn(f"arn:aws:sts::123456789012:assumed-role/reader/{session}")
        assert Caller(world.database, given, "rest").run("SELECT (skep.me()).role") == [("viewer",)]


def test_a_list_is_made_anew_once_when_the_role_has_changed(world: World, samples: Samples, postgres: Postgres) -> None:
    credential, client, _ = new_client(world, "Pia")
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    with logged_statements(postgres, "skep_app") as log:
        caller = Caller(Database(world.url("skep_app")), credential, "rest")
        query = Query.parse(CUSTOMERS, filters=[f"id[eq]={hidden}"])
        assert list_records(caller, CUSTOMERS, query).items == []
        log.statements()
        world.owner("UPDATE clients SET role = 'admin' WHERE id = %s", (client,))
        found = list_records(caller, CUSTOMERS, query).items
        assert [record["id"] for record in found] == [hidden]
        refused, identified, listed = log.statements()
        assert "customers_own" in refused
        assert "skep.identify" in identified
        assert "customers_all" in listed
        list_records(caller, CUSTOMERS, query)
        assert len(log.statements()) == 1
        caller.database.close()


def test_a_list_inside_a_transaction_goes_by_the_role_that_the_transaction_has(world: World, samples: Samples) -> None:
    credential, client, _ = new_client(world, "Ben")
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    caller = Caller(world.database, credential, "rest")
    assert caller.identity.role == "sales"
    world.owner("UPDATE clients SET role = 'viewer' WHERE id = %s", (client,))
    with caller.atomically() as transaction:
        page = list_records(transaction, CUSTOMERS, Query.parse(CUSTOMERS, filters=[f"id[eq]={hidden}"]))
    assert [record["id"] for record in page.items] == [hidden]


def test_a_record_is_read_by_the_role_of_the_moment(world: World, samples: Samples) -> None:
    credential, client, _ = new_client(world, "Kim")
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    caller = Caller(world.database, credential, "rest")
    world.owner("UPDATE clients SET role = 'viewer' WHERE id = %s", (client,))
    assert get_record(caller, CUSTOMERS, hidden)["id"] == hidden
