"""Workbooks, streams, and imports that are a part of something longer."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from services.local.__main__ import main
from services.records.importing.engine import import_file
from services.records.importing.options import Options
from services.registry import TABLES
from services.shared.errors import BadRequest
from tests.integration.importing.conftest import Import
from tests.support.world import World

ROWS: list[list[Any]] = [
    ["company", "Employees", "revenue", "phone", "Parent company"],
    ["Acme", 12, 1054.1, "+1 415 555 0123", None],
    ["Bolt", None, 0.5, None, "Acme"],
]


def workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def companies(world: World) -> list[tuple[Any, ...]]:
    return world.owner("SELECT company, size, revenue::float8, phone FROM customers ORDER BY 1")


def test_a_workbook_goes_in_as_its_csv_would(put: Import, clean_world: World) -> None:
    assert put("customers", workbook(ROWS)).created == 2
    assert companies(clean_world) == [("Acme", 12, 1054.1, "+1 415 555 0123"), ("Bolt", None, 0.5, None)]
    text = "company,size,revenue,phone,parent\nAcme,12,1054.1,+1 415 555 0123,\nBolt,,0.5,,Acme\n"
    assert put("customers", text).unchanged == 2


def test_a_cell_without_a_value_is_refused_under_excels_names_unless_nobody_wants_its_column(put: Import) -> None:
    rows = [[*ROWS[0], "x"], *([*row, "=1+1"] for row in ROWS[1:])]
    assert put("customers", workbook(rows), apply=False).refused == ()
    rows[2][1] = "=2+2"
    report = put("customers", workbook(rows))
    assert [(refusal.line, refusal.field) for refusal in report.refused] == [(3, "size")]
    assert report.refused[0].reason.startswith("Cell B3 is a formula without a value.")


def test_a_sheet_is_chosen_by_name_and_one_that_is_not_there_is_the_askers_mistake(put: Import) -> None:
    with pytest.raises(BadRequest, match="There is no sheet 'Two' in the workbook. It has 'Sheet'."):
        put("customers", workbook(ROWS), sheet="Two")
    assert put("customers", workbook(ROWS), sheet="sheet").created == 2


def test_a_text_that_a_spreadsheet_was_kept_from_running_is_itself_again(put: Import, clean_world: World) -> None:
    put("customers", "company,notes,phone\n'=Acme,'-5 percent,'+49 30 1\n'tis,'' ,\n")
    assert clean_world.owner("SELECT company, notes, phone FROM customers ORDER BY 1") == [
        ("'tis", "''", None),
        ("=Acme", "-5 percent", "+49 30 1"),
    ]


def test_a_file_is_read_as_a_stream_and_stays_open(clean_world: World) -> None:
    with tempfile.TemporaryFile() as file:
        file.write("company,notes\n".encode("utf-16"))
        file.write("".join(f"C{n},{'ü' * 50}\n" for n in range(3_000)).encode("utf-16-le"))
        report = import_file(
            clean_world.caller("ada", door="import"),
            TABLES,
            TABLES["customers"],
            file,
            options=Options(),
            settings=clean_world.settings,
            apply=True,
        )
        assert file.seek(0) == 0
    assert report.created == 3_000


@pytest.mark.parametrize(("text", "apply"), [("company\nAcme\n", False), ("company,size\nAcme,1\nBolt,x\n", True)])
def test_what_is_not_kept_leaves_nothing_in_the_transaction_that_it_was_part_of(
    clean_world: World, text: str, apply: bool
) -> None:
    with clean_world.caller("ada", door="import").atomically() as transaction:
        transaction.run("INSERT INTO sectors (name) VALUES ('Kept')", write=True)
        import_file(
            transaction,
            TABLES,
            TABLES["customers"],
            text.encode(),
            options=Options(),
            settings=clean_world.settings,
            apply=apply,
        )
    assert clean_world.owner("SELECT count(*) FROM customers") == [(0,)]
    assert clean_world.owner("DELETE FROM sectors WHERE name = 'Kept' RETURNING 1") == [(1,)]


def test_refused_lines_are_found_by_halves_and_all_others_stay_in(put: Import) -> None:
    lines = [f"P{n},p{n % 250}@example.com,sales" for n in range(300)]
    report = put("people", "name,email,role\n" + "\n".join(lines))
    assert [refusal.line for refusal in report.refused] == list(range(252, 302))
    assert {(refusal.field, refusal.reason) for refusal in report.refused} == {
        ("email", "Another record has this email.")
    }
    assert report.created == 250


def test_the_command_takes_a_workbook_and_a_sheets_name(
    data: Path, clean_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "customers.xlsx"
    file.write_bytes(workbook(ROWS))
    command = ["import", "customers", str(file), "--data", str(data), "--apply"]
    assert main([*command, "--sheet", "Nope"]) == 2
    assert "It has 'Sheet'." in capsys.readouterr().err
    assert main(command) == 0
    assert "  2 created" in capsys.readouterr().out
    assert len(companies(clean_world)) == 2
