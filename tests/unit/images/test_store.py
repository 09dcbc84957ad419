"""The store of layers after a run that was killed."""

from __future__ import annotations

from pathlib import Path

from services.local.images.store import Store, write_whole


def test_what_a_killed_run_left_is_gone_with_the_next(tmp_path: Path) -> None:
    (tmp_path / "scratch-x1").mkdir()
    (tmp_path / "scratch-x1/image.tar").write_bytes(b"half")
    (tmp_path / "5ca1ab1e").write_bytes(b"a layer")
    store = Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["5ca1ab1e"]
    with store.scratch() as folder:
        (folder / "image.tar").write_bytes(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["5ca1ab1e"]


def test_a_file_is_replaced_whole_also_over_what_a_killed_run_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "images.json"
    write_whole(file, b"{}")
    with open(file, "rb") as read_meanwhile:
        (tmp_path / "images.json.new").write_bytes(b'{"half')
        write_whole(file, b'{"b": 2}')
        assert read_meanwhile.read() == b"{}"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b'{"b": 2}']
