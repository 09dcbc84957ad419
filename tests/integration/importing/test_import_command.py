"""`python -m services.local import`, from arguments to exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.local.__main__ import main
from tests.support.world import World


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text("opportunity_id,deal_stage,product\nA1,Won,GTXPro\nA2,Lost,\n", encoding="utf-8")
    return path


def command(data: Path, file: Path, *more: str) -> int:
    return main(["import", "opportunities", str(file), "--data", str(data), "--map", "deal_stage:stage", *more])


def test_a_file_goes_in_after_a_look_and_a_replacement(
    data: Path, file: Path, clean_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    clean_world.owner("INSERT INTO products (name, currency) VALUES ('GTX Pro', 'USD')")
    assert command(data, file, "--key", "opportunity_id") == 1
    assert "    --replace 'product:GTXPro=GTX Pro'" in capsys.readouterr().out
    assert command(data, file, "--replace", "product:GTXPro=GTX Pro") == 0
    assert "Nothing was changed. Add --apply to do it." in capsys.readouterr().out
    assert clean_world.owner("SELECT count(*) FROM opportunities") == [(0,)]
    assert command(data, file, "--replace", "product:GTXPro=GTX Pro", "--apply") == 0
    said = capsys.readouterr()
    assert "  2 created" in said.out
    assert "http://127.0.0.1:1/changes" in said.out
    assert said.err == ""
    assert clean_world.owner("SELECT DISTINCT owner_id, name FROM opportunities WHERE stage = 'Won'") == [
        (clean_world.ids["ada"], "GTX Pro")
    ]


def test_a_refused_file_changes_nothing_even_when_told_to(data: Path, file: Path, clean_world: World) -> None:
    assert command(data, file, "--apply") == 1
    assert clean_world.owner("SELECT count(*) FROM opportunities") == [(0,)]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--map", "nope:stage"], "There is no column 'nope'."),
        (["--map", "nope"], "COLUMN:FIELD"),
        (["--replace", "product"], "FIELD:OLD=NEW"),
        (["--key", "nope"], "key: there is no field 'nope'."),
    ],
)
def test_what_is_asked_for_wrongly_says_so_and_ends_with_2(
    data: Path, file: Path, more: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(data, file, *more) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["export"], ["import"], ["import", "nope", "x"], ["import", "teams"]])
def test_a_command_that_is_none_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: python -m services.local" in capsys.readouterr().err


def test_a_file_that_is_not_there_or_cannot_be_read_is_named(
    data: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(data, data / "missing.csv") == 2
    assert command(data, data) == 2
    file.write_bytes(b"\xff\xfe\x00")
    assert command(data, file) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{data / 'missing.csv'} can't be read: No such file or directory.",
        f"{data} can't be read: Is a directory.",
        f"{file}: Line 1 is not UTF-16 (byte 0x00). Save the file as CSV in UTF-8.",
    ]


def _run_json(**changed: object) -> str:
    said = {"url": "u", "database_url": "postgresql://127.0.0.1:1/x", "clients": [{"role": "admin", "key": "k"}]}
    return json.dumps({**said, **changed})


@pytest.mark.parametrize(
    ("run_json", "sentence"),
    [
        (None, "start `make run` first"),
        ("{", "can't be read. Start `make run` anew"),
        (_run_json(clients=[]), "can't be read. Start `make run` anew"),
        (_run_json(), "Is `make run` still running?"),
    ],
)
def test_without_a_platform_the_command_says_how_to_start_one(
    tmp_path: Path, run_json: str | None, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if run_json is not None:
        (tmp_path / "run.json").write_text(run_json, encoding="utf-8")
    file = tmp_path / "teams.csv"
    file.write_text("name\nBlue\n", encoding="utf-8")
    assert main(["import", "teams", str(file), "--data", str(tmp_path)]) == 1
    assert sentence in capsys.readouterr().err


def test_a_key_that_the_database_does_not_know_is_explained(
    data: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = json.loads((data / "run.json").read_text(encoding="utf-8"))
    run["clients"] = [{"name": "x", "role": "admin", "key": "skp_x_unknown"}]
    (data / "run.json").write_text(json.dumps(run), encoding="utf-8")
    assert command(data, file) == 1
    assert "does not know the admin's key" in capsys.readouterr().err
