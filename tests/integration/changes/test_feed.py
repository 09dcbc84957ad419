"""The feed: every change once, in order, never past a running transaction, and only for eyes that may see it."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest

from services.records.changes import Feed, list_changes
from services.registry import TABLES
from services.shared.errors import BadRequest, CursorExpired
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS = TABLES["customers"]


def _read_on(world: World, who: str, cursor: str | None) -> Feed:
    """All that comes after a cursor."""
    items: list[dict[str, Any]] = []
    while True:
        feed = list_changes(world.caller(who), TABLES, cursor, 50)
        items += feed.items
        cursor = feed.next
        if not feed.more:
            return Feed(items, feed.next, False)


def _now(world: World, who: str) -> str:
    return _read_on(world, who, None).next


def _ids(feed: Feed) -> list[tuple[str, str]]:
    return [(item["operation"], item["id"]) for item in feed.items]


def test_the_feed_has_every_change_once_and_in_order(world: World, customers_api: Api) -> None:
    cursor = _now(world, "ada")
    made = [customers_api.made("sam", "/v1/customers", {"company": f"Feed {i}"})["id"] for i in range(120)]
    customers_api.call("sam", "PATCH", f"/v1/customers/{made[0]}", {"notes": "n"})
    expected = [("created", record) for record in made] + [("updated", made[0])]
    assert _ids(_read_on(world, "ada", cursor)) == expected


@pytest.mark.parametrize("limit", [1, 7, 1_000])
def test_pages_of_any_size_give_the_same_changes(limit: int, world: World, samples: Samples) -> None:
    samples.insert(CUSTOMERS)
    whole = _ids(_read_on(world, "ada", None))[:200]
    cursor: str | None = None
    pieces: list[tuple[str, str]] = []
    while len(pieces) < len(whole):
        feed = list_changes(world.caller("ada"), TABLES, cursor, limit)
        pieces += _ids(feed)
        cursor = feed.next
        if not feed.more:
            break
    assert pieces[:200] == whole


def test_a_slow_transaction_is_waited_for_and_not_passed_by(world: World, customers_api: Api) -> None:
    cursor = _now(world, "ada")
    slow = psycopg2.connect(world.url("skep_owner"))
    with slow.cursor() as hand:
        hand.execute("INSERT INTO sectors (name) VALUES ('Slow') RETURNING id")
        (slow_id,) = hand.fetchone() or ("",)
        fast = customers_api.made("sam", "/v1/customers", {"company": "Fast Ltd"})["id"]
        waiting = _read_on(world, "ada", cursor)
        assert waiting.items == []
        slow.commit()
    slow.close()
    assert _ids(_read_on(world, "ada", waiting.next)) == [("created", slow_id), ("created", fast)]


def test_a_transaction_that_began_first_and_wrote_last_is_in_the_feed(world: World, customers_api: Api) -> None:
    cursor = _now(world, "ada")
    slow = psycopg2.connect(world.url("skep_owner"))
    with slow.cursor() as hand:
        hand.execute("SELECT pg_current_xact_id()")
        fast = customers_api.made("sam", "/v1/customers", {"company": "Faster Ltd"})["id"]
        hand.execute("INSERT INTO sectors (name) VALUES ('Slower') RETURNING id")
        (slow_id,) = hand.fetchone() or ("",)
        first = _read_on(world, "ada", cursor)
        slow.commit()
    slow.close()
    second = _read_on(world, "ada", first.next)
    assert sorted(_ids(first) + _ids(second)) == sorted([("created", slow_id), ("created", fast)])


def test_a_cursor_from_before_a_restore_is_expired(fresh_world: World) -> None:
    cursor = _now(fresh_world, "ada")
    fresh_world.owner("UPDATE skep.feed SET epoch = skep.uuid7()")
    with pytest.raises(CursorExpired):
        list_changes(fresh_world.caller("ada"), TABLES, cursor, 10)
    assert list_changes(fresh_world.caller("ada"), TABLES, None, 10).items


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "WyIxIiwiMiJd", "WyJhIiwiLTEiLCIyIl0", "é", "W10" * 500, "bnVsbA"])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str, world: World) -> None:
    with pytest.raises((BadRequest, CursorExpired)):
        list_changes(world.caller("ada"), TABLES, cursor, 10)


def test_each_sees_the_changes_of_the_records_that_they_see(world: World, samples: Samples) -> None:
    cursors = {who: _now(world, who) for who in ("ada", "vic", "mia", "sam", "sue", "sid")}
    owners = {"sam": world.ids["sam"], "sue": world.ids["sue"], "sid": world.ids["sid"], "none": None}
    made = {name: samples.insert(CUSTOMERS, owner_id=owner) for name, owner in owners.items()}
    made["shared"] = samples.insert(CUSTOMERS, owner_id=world.ids["sue"], shared=True)
    everything = set(made)
    expected = {
        "ada": everything,
        "vic": everything,
        "mia": {"sam", "sue", "shared", "none"},
        "sam": {"sam", "shared", "none"},
        "sue": {"sue", "shared", "none"},
        "sid": {"sid", "none"},
    }
    for who, names in expected.items():
        seen = {item["id"] for item in _read_on(world, who, cursors[who]).items}
        assert seen == {made[name] for name in names}, who


def test_a_record_that_leaves_a_view_gives_one_entry_without_values(
    world: World, customers_api: Api, samples: Samples
) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    cursors = {who: _now(world, who) for who in ("sam", "sid", "ada")}
    path = f"/v1/customers/{record}"
    customers_api.call("sam", "PATCH", path, {"notes": "secret 1"})
    customers_api.call("ada", "PATCH", path, {"owner_id": world.ids["sid"]})
    customers_api.call("sid", "PATCH", path, {"notes": "secret 2"})
    gone = _read_on(world, "sam", cursors["sam"]).items
    assert [(item["operation"], item["id"]) for item in gone] == [("gone", record)]
    assert "changes" not in gone[0]
    assert (gone[0]["person_id"], gone[0]["principal_id"]) == (None, None)
    assert "secret" not in str(gone)
    for who in ("sid", "ada"):
        assert [o for o, _ in _ids(_read_on(world, who, cursors[who]))] == ["updated"] * 3


def test_a_record_that_comes_back_into_a_view_has_its_changes_again(
    world: World, customers_api: Api, samples: Samples
) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    cursor = _now(world, "sam")
    for owner in ("sid", "sam"):
        customers_api.call("ada", "PATCH", f"/v1/customers/{record}", {"owner_id": world.ids[owner]})
    assert _ids(_read_on(world, "sam", cursor)) == [("updated", record)] * 2


def test_a_record_erased_by_hand_is_gone_for_all_but_an_admin(world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    cursors = {who: _now(world, who) for who in ("sam", "ada")}
    samples.run("DELETE FROM customers WHERE id IN (%s, %s)", (record, hidden))
    assert _ids(_read_on(world, "sam", cursors["sam"])) == [("gone", record)]
    erased = _read_on(world, "ada", cursors["ada"]).items
    assert {(item["operation"], item["id"]) for item in erased} == {("erased", record), ("erased", hidden)}


def test_a_page_full_of_hidden_changes_still_moves_the_cursor(world: World, samples: Samples) -> None:
    cursor = _now(world, "sam")
    for _ in range(5):
        samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    mine = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    feed = list_changes(world.caller("sam"), TABLES, cursor, 5)
    assert (feed.items, feed.more) == ([], True)
    assert feed.next != cursor
    assert _ids(list_changes(world.caller("sam"), TABLES, feed.next, 5)) == [("created", mine)]
