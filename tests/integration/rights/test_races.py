"""Two at once: what one is about to commit is not missed by the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from services.shared.database import Database
from tests.support.samples import Samples
from tests.support.world import World


@contextmanager
def meanwhile(world: World, work: Callable[[Database], object]) -> Iterator[threading.Thread]:
    """Runs work by hand in another session, which the block may keep waiting; it has ended when the block has."""
    database = Database(world.url("skep_owner"))
    thread = threading.Thread(target=work, args=(database,))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive(), "it did not wait"
    yield thread
    thread.join(10)
    assert not thread.is_alive()


def test_a_contact_made_during_a_hand_over_belongs_to_the_new_owner(world: World, samples: Samples) -> None:
    ids = world.ids
    customer = samples.run(
        "INSERT INTO customers (company, currency, owner_id) VALUES ('Raced', 'USD', %s) RETURNING id", (ids["sam"],)
    )[0][0]
    with ExitStack() as after, world.caller("sam").atomically() as sam:
        made = "INSERT INTO contacts (customer_id, name) VALUES (%s, 'Quick') RETURNING id"
        contact = sam.run(made, (customer,), write=True)[0][0]
        give = "UPDATE customers SET owner_id = %s WHERE id = %s"
        after.enter_context(meanwhile(world, lambda database: database.run(give, (ids["sid"], customer), write=True)))
    rows = samples.run("SELECT owner_id, team_id FROM contacts WHERE id = %s", (contact,))
    assert rows == [(ids["sid"], ids["South"])]


def test_a_customer_is_not_deleted_under_an_opportunity_that_is_being_made(world: World, samples: Samples) -> None:
    customer = samples.run(
        "INSERT INTO customers (company, currency, owner_id) VALUES ('Held', 'USD', %s) RETURNING id",
        (world.ids["sam"],),
    )[0][0]
    refused: list[str] = []

    def delete(database: Database) -> None:
        try:
            database.run("UPDATE customers SET deleted_at = now() WHERE id = %s", (customer,), write=True)
        except Exception as error:  # noqa: BLE001 - told to the test, which is in another thread
            refused.append(str(error))

    with ExitStack() as after, world.caller("sam").atomically() as sam:
        made = "INSERT INTO opportunities (customer_id, stage, currency) VALUES (%s, 'Won', 'USD')"
        sam.run(made, (customer,), write=True)
        after.enter_context(meanwhile(world, delete))
    assert "records still refer to it" in refused[0]


def test_a_record_made_while_its_owner_changes_teams_goes_along(world: World, samples: Samples) -> None:
    ids = world.ids
    with ExitStack() as after, world.caller("sue").atomically() as sue:
        made = "INSERT INTO customers (company, currency) VALUES ('Moving', 'USD') RETURNING id"
        customer = sue.run(made, (), write=True)[0][0]
        move = "UPDATE people SET team_id = %s WHERE id = %s"
        after.enter_context(
            meanwhile(world, lambda database: database.run(move, (ids["South"], ids["sue"]), write=True))
        )
    assert samples.run("SELECT team_id FROM customers WHERE id = %s", (customer,)) == [(ids["South"],)]
    samples.run("UPDATE people SET team_id = %s WHERE id = %s", (ids["North"], ids["sue"]))
