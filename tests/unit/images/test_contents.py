"""Which files of the repository an image gets, on a repository made up for it."""

from pathlib import Path

import pytest

from services.local.images.inside.contents import copy, find_contents

FILES = {
    "services/__init__.py": "",
    "services/catalog.json": "{}",
    "services/one/__init__.py": "",
    "services/one/handler.py": "from services.shared.start import start\nhandler = start('one')\n",
    "services/one/app.py": "from services.two import tables\ndef act():\n    import services.shared.late\n",
    "services/one/static/style.css": "",
    "services/one/__pycache__/app.cpython-313.pyc": "",
    "services/two/__init__.py": "",
    "services/two/handler.py": "",
    "services/two/tables.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import services.two.secret\nelse:\n    import json\n"
    ),
    "services/two/words.json": "[]",
    "services/two/secret.py": "",
    "services/shared/__init__.py": "",
    "services/shared/start.py": "from importlib import import_module\nimport_module('services.shared.chosen')\n",
    "services/shared/chosen.py": "",
    "services/shared/late.py": "",
    "services/shared/unused.py": "",
    "services/local/__init__.py": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    return tmp_path / "repository"


def test_its_own_package_goes_whole_and_of_the_others_what_is_imported_and_the_data_beside_it(root: Path) -> None:
    assert {str(path) for path in find_contents(root, "one")} == {
        "services/__init__.py",
        "services/one/__init__.py",
        "services/one/handler.py",
        "services/one/app.py",
        "services/one/static/style.css",
        "services/two/__init__.py",
        "services/two/tables.py",
        "services/two/words.json",
        "services/shared/__init__.py",
        "services/shared/start.py",
        "services/shared/chosen.py",
        "services/shared/late.py",
    }


def test_everyone_may_read_what_is_copied_and_the_handler_stands_at_the_top(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "task"
    copy(root, "one", target)
    assert "from services.one.handler import handler" in (target / "handler.py").read_text()
    assert (target / "services/one/app.py").read_text() == FILES["services/one/app.py"]
    assert (target / "services/one/app.py").stat().st_mode & 0o044 == 0o044


def test_a_service_that_is_not_there_and_a_relative_import_are_refused(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no service three"):
        find_contents(root, "three")
    (root / "services/one/app.py").write_text("from . import handler\n")
    with pytest.raises(ValueError, match=r"services/one/app\.py: a relative import"):
        find_contents(root, "one")
