"""Rules of the house for templates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from services.forms import assets
from services.forms.app import build_app
from services.shared.database import Database
from services.shared.settings import Settings

FOLDER = Path(assets.__file__).parent / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
PAGES = [name for name in TEMPLATES if name.startswith("pages/")]


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application, of which no test here sends anything to its database."""
    settings = Settings(database_url="postgresql://nowhere.invalid/skep")
    return build_app(settings, Database(settings.database_url))


def read(name: str) -> str:
    """A template's text."""
    return (FOLDER / name).read_text(encoding="utf-8")


def test_there_are_templates() -> None:
    assert len(PAGES) >= 10


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_keeps_to_the_rules(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)
    text = read(name)
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape" not in text
    assert len(text.splitlines()) <= 60
    used = set(re.findall(r"{%-? (\w+)", text))
    allowed = {"if", "elif", "else", "endif", "for", "endfor", "macro", "endmacro", "call", "endcall", "from"}
    assert used <= allowed | {"extends", "block", "endblock"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_import_is_used(name: str) -> None:
    text = read(name)
    for macro in re.findall(r"{% from \S+ import (\w+)", text):
        assert len(re.findall(rf"\b{macro}\(", text)) >= 1, macro


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_form_that_writes_is_made_by_the_one_macro(name: str) -> None:
    assert 'method="post"' not in read(name) or name == "components/form.html"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_a_title_and_one_heading(name: str) -> None:
    text = read(name)
    assert "{% block title %}" in text
    assert text.count("<h1") == 1


def test_assets_have_names_that_hold_their_content(tmp_path: Path) -> None:
    assets.write_assets(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == dict(assets.get_assets().values())
    for name, content in written.items():
        assert re.fullmatch(r"[a-z]+-[0-9a-f]{16}\.(css|svg)", name)
        assert content


def test_every_colour_of_the_styles_is_a_token() -> None:
    styles = assets.get_assets()["skep.css"][1].decode()
    plain = re.sub(r"@media print.*", "", styles, flags=re.DOTALL)
    body = plain[plain.rindex("--shadow: none") :]
    assert re.findall(r"#[0-9a-f]{3,8}\b", body) == []
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", styles))
    assert used <= set(re.findall(r"(--[a-z0-9-]+):", styles))
