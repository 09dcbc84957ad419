"""Names of other records, of list entries, and of lines in the same file."""

from __future__ import annotations

from itertools import permutations

import pytest

from services.records.importing.report import Report
from tests.integration.importing.conftest import Import
from tests.support.world import World

FAMILY = ("Acme,", "Bolt,Acme", "Cord,Bolt", "Dart,acme")


def parents(world: World) -> dict[str, str | None]:
    return dict(
        world.owner(
            "SELECT c.company, p.company FROM customers c LEFT JOIN customers p ON p.id = c.parent_id ORDER BY 1"
        )
    )


def reasons(report: Report) -> list[tuple[int, str | None, str]]:
    return [(refusal.line, refusal.field, refusal.reason) for refusal in report.refused]


def test_lines_may_name_lines_of_the_same_file_in_any_order(put: Import, clean_world: World) -> None:
    for order in list(permutations(FAMILY))[::5]:
        report = put("customers", "company,parent\n" + "\n".join(order))
        assert report.refused == ()
    assert parents(clean_world) == {"Acme": None, "Bolt": "Acme", "Cord": "Bolt", "Dart": "Acme"}


@pytest.mark.parametrize("order", [FAMILY, FAMILY[::-1]])
def test_new_lines_that_name_later_ones_go_in_at_once(put: Import, clean_world: World, order: tuple[str, ...]) -> None:
    assert put("customers", "company,parent\n" + "\n".join(order)).created == 4
    assert parents(clean_world) == {"Acme": None, "Bolt": "Acme", "Cord": "Bolt", "Dart": "Acme"}


def test_a_record_that_is_there_already_may_get_a_parent_that_is_new(put: Import, clean_world: World) -> None:
    put("customers", "company\nBolt\nOld\n")
    report = put("customers", "company,parent\nBolt,Acme\nAcme,OLD\n")
    assert [dict(update.changes) for update in report.updated] == [{"parent_id": (None, "Acme")}]
    assert parents(clean_world) == {"Acme": "Old", "Bolt": "Acme", "Old": None}
    report = put("customers", "company,parent\nBolt,Old\n")
    assert [dict(update.changes) for update in report.updated] == [{"parent_id": ("Acme", "Old")}]


def test_a_chain_longer_than_pythons_stack_goes_in(put: Import) -> None:
    chain = [f"C{number},C{number + 1}" for number in range(1_500)]
    assert put("customers", "company,parent\n" + "\n".join(chain) + "\nC1500,\n").created == 1_501


def test_circles_are_refused_naming_their_lines(put: Import) -> None:
    report = put("customers", "company,parent\nA,B\nB,C\nC,A\nD,D\nE,A\nF,\n")
    circle = "Lines 2, 3 and 4 refer to each other in a circle."
    assert reasons(report) == [
        (2, None, circle),
        (3, None, circle),
        (4, None, circle),
        (5, None, "This line refers to itself."),
        (6, None, "It refers to line 2, which is refused."),
    ]
    assert report.created == 1


def test_a_line_that_names_a_refused_one_says_so(put: Import) -> None:
    report = put("customers", "company,parent,size\nB,A,1\nA,,x\n")
    assert reasons(report) == [
        (2, None, "It refers to line 3, which is refused."),
        (3, "size", "This must be a whole number. The file has 'x'."),
    ]


def test_names_are_found_exactly_and_else_in_any_case_if_one_is_alike(put: Import, clean_world: World) -> None:
    put("products", "name\nGTX Pro\ngtx basic\nGTX Basic\n")
    text = "external_id,stage,product\nA1,Won,gtx pro\nA2,Won,GTX Basic\nA3,Won,\n"
    assert put("opportunities", text).refused == ()
    found = clean_world.owner(
        "SELECT o.external_id, p.name FROM opportunities o LEFT JOIN products p ON p.id = o.product_id ORDER BY 1"
    )
    assert found == [("A1", "GTX Pro"), ("A2", "GTX Basic"), ("A3", None)]
    report = put("opportunities", "external_id,stage,product\nA4,Won,GTX BASIC\n")
    assert reasons(report) == [(2, "product_id", "There is no product 'GTX BASIC'.")]
    assert set(report.unknown[0].proposals) >= {"GTX Basic"}


def test_what_is_not_found_is_counted_and_near_matches_are_proposed(put: Import) -> None:
    put("products", "name\nGTX Pro\nMG Special\n")
    report = put("opportunities", "external_id,stage,product\nA1,Won,GTXPro\nA2,Won,GTXPro\nA3,Won,Zebra\n")
    assert [(unknown.field, unknown.value, unknown.lines, unknown.proposals) for unknown in report.unknown] == [
        ("product_id", "GTXPro", (2, 3), ("GTX Pro",)),
        ("product_id", "Zebra", (4,), ()),
    ]
    fixed = put(
        "opportunities",
        "external_id,stage,product\nA1,Won,GTXPro\nA2,Won,GTXPro\nA3,Won,Zebra\n",
        replace=["product:GTXPro=GTX Pro", "Product:Zebra="],
    )
    assert fixed.created == 3


def test_entries_of_lists_get_the_lists_spelling_and_near_ones_are_proposed(put: Import, clean_world: World) -> None:
    report = put("customers", "company,sector,country\nA,technolgy,united states\nB,medical,Philipines\n")
    assert [(unknown.field, unknown.value, unknown.proposals[0]) for unknown in report.unknown] == [
        ("sector", "technolgy", "Technology"),
        ("country", "Philipines", "Philippines"),
    ]
    assert reasons(report) == [
        (2, "sector", "There is no sector 'technolgy'."),
        (3, "country", "There is no country 'Philipines'."),
    ]
    put(
        "customers",
        "company,sector,country\nA,technolgy,united states\nB,medical,Philipines\n",
        replace=["sector:technolgy=Technology", "country:Philipines=Philippines"],
    )
    assert clean_world.owner("SELECT company, sector, country FROM customers ORDER BY 1") == [
        ("A", "Technology", "United States"),
        ("B", "Medical", "Philippines"),
    ]


def test_a_later_line_of_the_file_is_proposed_for_a_misspelt_parent(put: Import) -> None:
    report = put("customers", "company,parent\nBolt,Acme Corporaton\nAcme Corporation,\n")
    assert report.unknown[0].proposals == ("Acme Corporation",)


def test_a_name_of_a_megabyte_is_just_not_found(put: Import) -> None:
    report = put("opportunities", f"external_id,stage,product\nA1,Won,{'x' * 1_000_000}\n")
    assert report.refused[0].reason == f"There is no product '{'x' * 60}…'."
    assert report.unknown[0].proposals == ()


def test_names_with_accents_are_found_however_they_are_composed(put: Import) -> None:
    put("products", "name\nCafé\n")
    assert put("opportunities", "external_id,stage,product\nA1,Won,Cafe\u0301\n").created == 1
