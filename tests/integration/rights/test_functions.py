"""What the application's role may do in the database: this list, and nothing else."""

from __future__ import annotations

import psycopg2
import pytest

from services.registry import TABLES
from tests.support.world import World

MAY_EXECUTE = {
    # who is calling
    "act_as",
    "identify",
    "me",
    "my_person",
    "is_admin",
    "is_any",
    "is_somebody",
    "may_leave",
    "may_read",
    "may_touch",
    "person_as",
    "team_as",
    # accounts
    "issue_key",
    "revoke_keys",
    "set_password",
    "sign_in",
    "sign_in_salt",
    "sign_out",
    # records
    "claim_key",
    "hand_over",
    "keep_answer",
    "uuid7",
    # changes
    "change_set_rows",
    "changes_after",
    "feed_epoch",
    "history",
    "recent_change_sets",
    "sees_now",
    "undone_by",
    # undo
    "hidden_in_change_set",
    "mark_undo",
    "undo_one",
    "undo_plan",
    "undo_rows",
    "undo_run",
    "undo_runs",
    "undo_sets",
    "undo_size",
    # jobs
    "cancel_job",
    "create_job",
    "find_job",
}
"""Of schema skep. A function that is added here is one more that SQL slipped in can call: think what it shows."""

FUNCTIONS = """
  SELECT p.proname, p.oid::regprocedure::text, has_function_privilege('skep_app', p.oid, 'EXECUTE'), p.prosecdef,
         format('SELECT %s(%s)', p.oid::regproc,
                (SELECT string_agg(CASE WHEN p.provariadic <> 0 AND n = p.pronargs THEN 'VARIADIC ' ELSE '' END
                   || 'NULL::' || format_type(t, NULL), ', ' ORDER BY n)
                   FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n)))
    FROM pg_proc p
   WHERE p.pronamespace::regnamespace::text IN ('skep', 'public', 'migrations')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
   ORDER BY 2
"""


def test_the_application_may_execute_this_list_and_nothing_else(world: World) -> None:
    allowed = {name for name, _, may, *_ in world.owner(FUNCTIONS) if may}
    assert allowed == MAY_EXECUTE


def test_every_other_function_refuses_the_application(world: World) -> None:
    forbidden = [(name, call) for _, name, may, _, call in world.owner(FUNCTIONS) if not may]
    assert len(forbidden) > 20
    for name, call in forbidden:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            world.caller("ada").run(call, write=True)
            pytest.fail(f"{name} let the application in")


def test_every_definer_function_finds_names_only_where_nobody_can_put_any(world: World) -> None:
    # Without a search_path of its own, a function takes its caller's: harmless only while nobody creates anything.
    schemas = world.owner(
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege('skep_app', oid, 'CREATE')"
        " OR has_schema_privilege('skep_job', oid, 'CREATE')"
    )
    databases = world.owner(
        "SELECT privilege FROM unnest(ARRAY['CREATE', 'TEMPORARY']) privilege, unnest(ARRAY['skep_app', 'skep_job']) r"
        " WHERE has_database_privilege(r, current_database(), privilege)"
    )
    assert (schemas, databases) == ([], [])


def test_the_application_reads_and_writes_the_tables_and_reads_their_views(world: World) -> None:
    rows = world.owner(
        "SELECT c.oid::regclass::text, c.relkind::text, p.privilege FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT',"
        " 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)"
        " WHERE c.relnamespace::regnamespace::text IN ('skep', 'public', 'migrations') AND c.relkind IN ('r', 'p', 'v')"
        " AND has_table_privilege('skep_app', c.oid, p.privilege)"
    )
    tables = {(name, "r", p) for name in TABLES for p in ("SELECT", "INSERT", "UPDATE")}
    views = {(f"{n}_{b}", "v", "SELECT") for n, t in TABLES.items() for b in (*t.rights.branches, "visible")}
    assert set(rows) == tables | views


def test_every_table_has_row_security_and_an_owner_who_is_not_the_application(world: World) -> None:
    rows = world.owner(
        "SELECT relname, relrowsecurity, pg_get_userbyid(relowner),"
        " (SELECT array_agg(polcmd::text ORDER BY polcmd::text) FROM pg_policy WHERE polrelid = c.oid)"
        " FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    assert sorted(rows) == [(name, True, "skep_owner", ["a", "r", "w"]) for name in sorted(TABLES)]


def test_the_roles_of_the_services_have_no_attribute_that_would_let_them_out(world: World) -> None:
    rows = world.owner(
        "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication,"
        " EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)"
        " FROM pg_roles r WHERE rolname IN ('skep_app', 'skep_job') ORDER BY 1"
    )
    assert rows == [("skep_app", False, False), ("skep_job", False, False)]
