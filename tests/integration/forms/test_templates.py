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


PAIRS = (
    ("text", "ground"),
    ("text", "surface"),
    ("text", "surface-soft"),
    ("text", "honey-soft"),
    ("text", "danger-soft"),
    ("text", "good-soft"),
    ("text", "action-soft"),
    ("text-quiet", "ground"),
    ("text-quiet", "surface"),
    ("text-quiet", "surface-soft"),
    ("action", "ground"),
    ("action", "surface"),
    ("action", "surface-soft"),
    ("action", "good-soft"),
    ("action", "action-soft"),
    ("on-action", "action"),
    ("on-action", "action-strong"),
    ("danger", "surface"),
    ("danger", "danger-soft"),
)
"""Text and the grounds that it stands on."""


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_as_wcag_aa_asks(scheme: str) -> None:
    light, dark = read_tokens()
    colours = light if scheme == "light" else light | dark
    for text, ground in PAIRS:
        one, other = sorted((luminance(colours[text]), luminance(colours[ground])))
        assert (other + 0.05) / (one + 0.05) >= 4.5, (text, ground)
    for edge in ("line-strong", "focus"):
        one, other = sorted((luminance(colours[edge]), luminance(colours["surface"])))
        assert (other + 0.05) / (one + 0.05) >= 3, edge


def read_tokens() -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light scheme, and those that the dark one has instead."""
    text = (FOLDER.parent / "static" / "tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition("@media")
    found = (re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part) for part in (light, dark))
    one, other = (dict(pairs) for pairs in found)
    return one, other
