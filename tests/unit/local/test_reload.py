"""What counts as a change that starts the platform again."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.local.reload import take_snapshot, wait_for_change


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms/app.py").write_text("a = 1")
    (tmp_path / "forms/style.css").write_text("a {}")
    return tmp_path


def one_a_pause(*steps: Callable[[], object]) -> Callable[[], None]:
    """A pause in which the next step is done; at the end of them a few in which nothing is."""
    left: Iterator[Callable[[], object]] = iter([*steps, lambda: None, lambda: None])
    return lambda: (next(left)(), None)[1]


def test_a_file_that_is_written_made_or_removed_is_a_change(folder: Path) -> None:
    seen = take_snapshot(folder)
    steps = one_a_pause(
        lambda: None,
        lambda: (folder / "forms/app.py").write_text("a = 22"),
        lambda: (folder / "forms/new.html").write_text("<p>"),
        (folder / "forms/style.css").unlink,
    )
    assert wait_for_change(folder, seen, steps) == ["forms/app.py", "forms/new.html", "forms/style.css"]


def test_what_python_and_editors_leave_is_none(folder: Path) -> None:
    seen = take_snapshot(folder)
    (folder / "forms/app.cpython-313.pyc").write_text("")
    (folder / "forms/.app.py.swp").write_text("")
    assert take_snapshot(folder) == seen


def test_folders_may_come_and_go_while_it_looks(folder: Path) -> None:
    is_over = threading.Event()

    def switch_branches() -> None:
        while not is_over.wait(0):
            for number in range(30):
                (folder / f"{number}/deep/deeper").mkdir(parents=True)
            for number in range(30):
                shutil.rmtree(folder / str(number))

    switching = threading.Thread(target=switch_branches)
    switching.start()
    try:
        assert {len(take_snapshot(folder)) for _ in range(100)} == {2}
    finally:
        is_over.set()
        switching.join()
