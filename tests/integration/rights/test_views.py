"""The views that serve lists show just what the policies let through, for every role and table."""

from __future__ import annotations

import pytest

from services.records.table import BRANCHES_OF_ROLE, Reference, Table
from services.registry import TABLES
from tests.integration.rights.test_matrix import CALLERS, READS, SITUATIONS
from tests.support.samples import Samples
from tests.support.world import World


@pytest.fixture(scope="module")
def records(samples: Samples, world: World) -> dict[str, dict[str, dict[str, str]]]:
    """table -> caller -> situation -> a record that is in that situation for the caller; and deleted ones."""
    made: dict[str, dict[str, dict[str, str]]] = {}
    for table in TABLES.values():
        made[table.name] = {who: {} for who in CALLERS.values()}
        for who in CALLERS.values():
            for situation, (owner, shared) in SITUATIONS.items():
                owner_id = None if owner is None else world.ids[owner or who]
                made[table.name][who][situation] = samples.insert(table, owner_id=owner_id, shared=shared)
                gone = samples.insert(table, owner_id=owner_id, shared=shared)
                samples.run(f"UPDATE {table.name} SET deleted_at = now() WHERE id = %s", (gone,))
    return made


def _ids(world: World, who: str, source: str) -> list[str]:
    rows = world.caller(who).run(f"SELECT id FROM {source} ORDER BY id")
    return [row[0] for row in rows]


@pytest.mark.parametrize("role", CALLERS)
@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_policy_view_and_branches_show_the_same_records(
    table: Table, role: str, world: World, records: dict[str, dict[str, dict[str, str]]]
) -> None:
    who = CALLERS[role]
    by_policy = _ids(world, who, f"{table.name} WHERE deleted_at IS NULL")
    assert len(by_policy) > 0
    assert _ids(world, who, f"{table.name}_visible") == by_policy
    branches = [_ids(world, who, f"{table.name}_{branch}") for branch in table.branches(role)]
    assert sorted(record for branch in branches for record in branch) == by_policy
    for situation, record in records[table.name][who].items():
        wanted = isinstance(table.rights, Reference) or situation in READS[role]
        assert (record in by_policy) == wanted, situation


@pytest.mark.parametrize("role", CALLERS)
@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_a_wrong_pick_of_branches_shows_less_never_more(
    table: Table, role: str, world: World, records: dict[str, dict[str, dict[str, str]]]
) -> None:
    who = CALLERS[role]
    visible = set(_ids(world, who, f"{table.name}_visible"))
    for branch in table.rights.branches:
        assert set(_ids(world, who, f"{table.name}_{branch}")) <= visible


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_without_a_caller_there_is_nothing_to_see(table: Table, world: World) -> None:
    for source in (table.name, f"{table.name}_visible", *(f"{table.name}_{b}" for b in table.rights.branches)):
        assert world.database.run(f"SELECT count(*) FROM {source}") == [(0,)]


def test_every_role_has_its_branches() -> None:
    assert set(BRANCHES_OF_ROLE) == set(CALLERS)
