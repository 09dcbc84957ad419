"""A new table needs a definition and a migration, and nothing else: boats, made here, go through every door.

A door is added by a function in DOORS that does with boats what its users would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

import pytest

from services.accounts.sessions import set_password
from services.forms.app import build_app as build_forms
from services.records.fields import Choice, Currency, Date, Integer, Link, Money, Text
from services.records.importing.engine import import_file
from services.records.importing.options import Options
from services.records.importing.report import Report
from services.records.rest.service import build_records_app
from services.records.table import Owned, RecordSchema, Table, rule
from services.registry import TABLES
from services.shared.database import Database
from tests.integration.forms.browser import PASSWORD, Browser
from tests.support.samples import Samples
from tests.support.world import Api, World

MIGRATION = """
CREATE TABLE boats (
  id uuid NOT NULL DEFAULT skep.uuid7() CONSTRAINT boats_pkey PRIMARY KEY,
  name text NOT NULL,
  kind text,
  berths int CONSTRAINT boats_berths_check CHECK (berths >= 0),
  price numeric(14, 3),
  currency text NOT NULL,
  launched_on date,
  customer_id uuid CONSTRAINT boats_customer_id_fkey REFERENCES customers,
  owner_id uuid DEFAULT skep.my_person() CONSTRAINT boats_owner_id_fkey REFERENCES people,
  team_id uuid,
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  custom jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX boats_name_unique ON boats (name) WHERE deleted_at IS NULL;
SELECT skep.searchable('boats', 'name');
SELECT skep.protect('boats', 'owned'), skep.link('boats', 'customer_id', 'customers', 'refuse');
SELECT skep.sort_index('boats', 'name'), skep.sort_index('boats', 'launched_on'),
       skep.sort_index('boats', 'created_at');
"""


@rule("price", "kind")
def canoes_are_cheap(record: object) -> str | None:
    """A rule of the table's own."""
    assert isinstance(record, dict)
    dear = record.get("kind") == "canoe" and Decimal(record.get("price") or 0) > 1_000
    return "No canoe costs that much." if dear else None


class BoatSchema(RecordSchema):
    """What floats."""

    name = Text(label="Name", required=True, max_length=40)
    kind = Choice(label="Kind", options=("canoe", "yacht"))
    berths = Integer(label="Berths", minimum=0, maximum=500)
    price = Money(label="Price")
    currency = Currency(label="Currency")
    launched_on = Date(label="Launched on")
    customer_id = Link(label="Customer", to="customers")


BOATS = Table(
    "boats",
    BoatSchema,
    label="Boats",
    singular="boat",
    rights=Owned(),
    natural_key="name",
    search=("name",),
    sort=("name", "launched_on", "-created_at"),
    rules=(canoes_are_cheap,),
)


class Harbour(NamedTuple):
    """The world with the new table."""

    world: World
    samples: Samples

    @property
    def rest(self) -> Api:
        """The REST door of the new table."""
        return Api(build_records_app("boats", (BOATS,), self.world.settings, self.world.database))

    def browser(self, who: str) -> Browser:
        """The browser of a person who is signed in."""
        owner = Database(self.world.url("skep_owner"))
        set_password(owner, self.world.ids[who], PASSWORD)
        owner.close()
        browser = Browser(build_forms(self.world.settings, self.world.database))
        assert browser.sign_in(who).status == 200
        return browser


@pytest.fixture(scope="module")
def harbour(world: World, samples: Samples) -> Iterator[Harbour]:
    """Boats, after their migration, and with their line in the registry."""
    world.owner(MIGRATION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TABLES, "boats", BOATS)
        yield Harbour(world, samples)


def drive_rest(harbour: Harbour) -> None:
    """Make, read, change, delete, restore, search, filter, page: over REST."""
    api = harbour.rest
    made = api.call("sam", "POST", "/v1/boats", {"name": "Vasa", "kind": "yacht", "price": "1628", "berths": 145})
    assert made.status_code == 201, made.text
    path, boat = made.headers["Location"], made.get_json()
    assert (boat["price"], boat["currency"], boat["owner_id"]) == ("1628.00", "USD", harbour.world.ids["sam"])
    assert api.call("sam", "GET", path).get_json() == boat
    changed = api.call("sam", "PATCH", path, {"launched_on": "1628-08-10"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.get_json()["launched_on"]) == (200, "1628-08-10")
    assert api.call("sam", "DELETE", path).status_code == 204
    assert api.call("sam", "GET", path).status_code == 404
    assert api.call("sam", "POST", f"{path}/restore").status_code == 200
    history = api.call("sam", "GET", f"{path}/history").get_json()["items"]
    assert [entry["operation"] for entry in history] == ["restored", "deleted", "updated", "created"]
    for number in range(5):
        api.made("sam", "/v1/boats", {"name": f"Dinghy {number}", "launched_on": None if number else "2026-01-01"})
    query = "/v1/boats?sort=launched_on&limit=2&count=true&q=dinghy"
    first = api.call("sam", "GET", query).get_json()
    assert ([b["name"] for b in first["items"]], first["count"]) == (["Dinghy 0", "Dinghy 1"], 5)
    rest = api.call("sam", "GET", f"{query}&cursor={first['next']}").get_json()
    assert [b["name"] for b in rest["items"]] == ["Dinghy 2", "Dinghy 3"]
    found = api.call("sam", "GET", "/v1/boats?filter=berths[ge]=100&fields=name").get_json()
    assert found["items"] == [{"name": "Vasa"}]


def drive_forms(harbour: Harbour) -> None:
    """Enter, find, change, delete: in the pages, which know of boats from the registry alone."""
    sam = harbour.browser("sam")
    assert "Boats" in sam.get("/").text
    saved = sam.make("boats", name="Fram", kind="yacht", price="1892", launched_on="1892-10-26")
    assert (saved.status, "Receipt" in saved.text) == (200, True)
    record = saved.path.partition("?")[0]
    assert "1,892.00" in sam.get("/tables/boats?q=fram").text
    assert "No canoe costs that much." in sam.make("boats", name="Kayak", kind="canoe", price="1001").text
    form = sam.get(record).form(record.rsplit("/", 1)[1])
    assert sam.submit(form, berths="16").status == 200
    assert "16" in sam.get(f"{record}/history").text
    assert harbour.browser("sid").get(record).status == 404


def drive_session_api(harbour: Harbour) -> None:
    """The REST routes that the pages' own scripts use."""
    sam = harbour.browser("sam")
    sam.make("boats", name="Gjoa")
    found = sam.get("/app/api/boats?filter=name[eq]=Gjoa&fields=name").answer.get_json()
    assert found["items"] == [{"name": "Gjoa"}]


def drive_import(harbour: Harbour) -> None:
    """A file: rehearsed, applied, and nothing new the second time."""
    file = b"Name,Kind,Launched on\nMaud,yacht,1916-06-07\nTahiti,canoe,\n"
    caller = harbour.world.caller("sam", door="import")

    def report(*, apply: bool) -> Report:
        settings = harbour.world.settings
        return import_file(caller, TABLES, BOATS, file, options=Options(), settings=settings, apply=apply)

    assert (report(apply=False).created, report(apply=True).created, report(apply=True).unchanged) == (2, 2, 2)
    assert harbour.rest.call("sam", "GET", "/v1/boats?q=maud").get_json()["items"][0]["launched_on"] == "1916-06-07"


DOORS: dict[str, Callable[[Harbour], None]] = {
    "rest": drive_rest,
    "forms": drive_forms,
    "app_api": drive_session_api,
    "import": drive_import,
}
"""Door -> what its users do with boats. Each makes boats of its own."""


@pytest.mark.parametrize("door", DOORS)
def test_a_new_table_goes_through_every_door(door: str, harbour: Harbour) -> None:
    DOORS[door](harbour)


def test_a_new_table_has_rights(harbour: Harbour) -> None:
    api, ids = harbour.rest, harbour.world.ids
    boat = api.made("sam", "/v1/boats", {"name": "Hidden"})
    path = f"/v1/boats/{boat['id']}"
    seen = {who: api.call(who, "GET", path).status_code for who in ("ada", "vic", "mia", "sam", "sue", "sid")}
    assert seen == {"ada": 200, "vic": 200, "mia": 200, "sam": 200, "sue": 404, "sid": 404}
    assert api.call("vic", "PATCH", path, {"berths": 1}).status_code == 403
    assert api.call("sam", "PATCH", path, {"owner_id": ids["sid"]}).status_code == 204
    assert api.call("sam", "GET", path).status_code == 404
    taken = api.call("sam", "POST", "/v1/boats", {"name": "Hidden"})
    message = "This name is in use by a record that you cannot see."
    assert (taken.status_code, taken.get_json()["errors"]) == (409, [{"field": "name", "message": message}])


def test_a_new_table_has_its_rules_and_its_links(harbour: Harbour) -> None:
    api, world = harbour.rest, harbour.world
    hidden = harbour.samples.run(
        "INSERT INTO customers (company, currency, owner_id) VALUES ('Sid''s', 'USD', %s) RETURNING id",
        (world.ids["sid"],),
    )[0][0]
    for body, field in (
        ({"kind": "canoe", "price": "1001"}, "price"),
        ({"kind": "raft"}, "kind"),
        ({"berths": -1}, "berths"),
        ({"price": "1.5", "currency": "JPY"}, "price"),
        ({"customer_id": hidden}, "customer_id"),
        ({"colour": "red"}, "colour"),
        ({"name": ""}, "name"),
    ):
        answer = api.call("sam", "POST", "/v1/boats", {"name": "Ruled"} | body)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_new_table_is_in_the_log_and_can_be_undone(harbour: Harbour) -> None:
    made = harbour.rest.call("sam", "POST", "/v1/boats", {"name": "Logged"})
    rows = harbour.samples.run(
        "SELECT table_name, operation FROM skep.change_log WHERE change_set = %s", (made.headers["Change-Set"],)
    )
    assert rows == [("boats", "I")]
    with pytest.raises(Exception, match="no trace in the change log"):
        harbour.world.owner("TRUNCATE boats")
