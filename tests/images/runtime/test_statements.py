"""What counts as pinning, on logs made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.images.runtime.statements import Session, read_sessions


@pytest.mark.parametrize(
    ("statements", "pins"),
    [
        (["SELECT 1", "BEGIN; SET LOCAL ROLE x; SELECT 1; COMMIT"], []),
        (["BEGIN", "DECLARE c CURSOR FOR SELECT 1", "COMMIT"], []),
        (["SELECT 'a; SET b = 1; it''s; DISCARD ALL'"], []),
        (["SET TIME ZONE 'UTC'"], ["SET TIME ZONE ''"]),
        (["set\nstatement_timeout = 1"], ["set\nstatement_timeout = 1"]),
        (["BEGIN; SET search_path = x; COMMIT"], ["SET search_path = x"]),
        (["SET LOCAL ROLE x"], ["SET LOCAL ROLE x"]),
        (["BEGIN", "COMMIT", "DECLARE c CURSOR WITH HOLD FOR SELECT 1"], ["DECLARE c CURSOR WITH HOLD FOR SELECT 1"]),
        (["BEGIN; ROLLBACK; DISCARD ALL"], ["DISCARD ALL"]),
        (["PREPARE p AS SELECT 1; EXECUTE p"], ["PREPARE p AS SELECT 1", "EXECUTE p"]),
    ],
)
def test_a_pin_is_a_change_of_the_session_that_no_transaction_ends(statements: list[str], pins: list[str]) -> None:
    assert Session("skep_app", statements).list_pins() == pins


def test_a_log_is_read_by_sessions_also_where_a_process_has_the_number_of_another(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = [
        "[7] LOG:  connection authorized: user=skep_app database=skep",
        "[8] LOG:  connection authorized: user=skep_job database=skep",
        "[7] LOG:  statement: SELECT 1,\n\t2",
        "[8] LOG:  statement: SELECT 3",
        "[8] ERROR:  no such thing\n\tat all",
        "[7] LOG:  connection authorized: user=skep_app database=skep",
        "[7] LOG:  statement: SELECT 4",
    ]
    log.write_text("".join(f"2026-11-23 09:00:00.123 UTC {line}\n" for line in lines))
    assert read_sessions(log) == [
        Session("skep_app", ["SELECT 1,\n2"]),
        Session("skep_job", ["SELECT 3"]),
        Session("skep_app", ["SELECT 4"]),
    ]
