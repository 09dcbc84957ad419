"""The forms in a real browser, at / and under a stage: by keyboard, at a phone's width, under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.accounts.sessions import set_password
from services.forms.app import build_app
from services.forms.assets import write_assets
from services.local.api_gateway.gateway import Gateway
from services.local.catalog import read_routes
from services.shared.database import Database
from services.shared.lambda_adapter import make_handler
from tests.browser.chromium import PROGRAM, Tab, open_chromium
from tests.support.world import World

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed: `apt-get install chromium`")

PASSWORD = "correct horse battery"
PAGES = ("/", "/tables/customers", "/tables/customers/new", "/reports/pipeline", "/changes", "/tables/people")


@pytest.fixture(params=[None, "dev"], ids=["root", "stage"])
def url(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[str]:
    """The address of the forms behind a gateway."""
    owner = Database(world.url("skep_owner"))
    set_password(owner, world.ids["sam"], PASSWORD)
    owner.close()
    write_assets(tmp_path / "assets")
    routes = [route for route in read_routes() if route["service"] == "forms"]
    handlers = {"forms": make_handler(build_app(world.settings, world.database))}
    with Gateway(routes, handlers, stage=request.param, assets=tmp_path / "assets", workers=1) as gateway:
        yield gateway.url


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    """A browser's page."""
    with open_chromium(tmp_path / "profile") as opened:
        yield opened


def fill(tab: Tab, name: str, text: str) -> None:
    """Types into a field by its name."""
    tab.ask(f"document.getElementsByName('{name}')[0].focus()")
    tab.type(text)


def sign_in(tab: Tab, url: str) -> None:
    """Signs sam in by keyboard."""
    tab.open(f"{url}/sign-in")
    tab.wait_for("document.activeElement.id === 'email'")
    tab.type("sam@example.com")
    tab.press("Tab", 9)
    tab.type(PASSWORD)
    tab.press("Enter", 13, "\r")
    tab.wait_for("document.querySelector('h1')?.textContent.includes('Good to see you')")


def test_a_person_enters_a_customer_by_keyboard_and_finds_it(tab: Tab, url: str) -> None:
    sign_in(tab, url)
    tab.press("Tab", 9)
    assert tab.ask("document.activeElement.className") == "skip-link"
    name = f"Keyboard {url[-3:]}"
    tab.open(f"{url}/tables/customers/new")
    fill(tab, "email", "not an address")
    tab.press("Enter", 13, "\r")
    tab.wait_for("document.activeElement.className === 'faults'")
    fill(tab, "company", name)
    tab.ask("document.getElementsByName('email')[0].value = ''")
    fill(tab, "email", "bees@example.com")
    tab.press("Enter", 13, "\r")
    tab.wait_for("document.querySelector('.notice')?.textContent.includes('Saved.')")
    tab.open(f"{url}/tables/customers")
    fill(tab, "q", name.lower())
    tab.press("Enter", 13, "\r")
    tab.wait_for("location.search.includes('q=')")
    assert tab.ask("document.querySelector('tbody th').textContent.trim()") == name
    # 422 is how the form says that it was not saved.
    assert [c for c in tab.complaints if "422" not in c] == []


def test_every_page_fits_a_phone_and_keeps_to_the_policy(tab: Tab, url: str) -> None:
    tab.send("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    sign_in(tab, url)
    for page in PAGES:
        tab.open(url + page)
        assert tab.ask("document.documentElement.scrollWidth") == 360, page
        assert tab.ask("getComputedStyle(document.querySelector('.top-menu')).display") != "none", page
        assert tab.ask("document.querySelectorAll('label[for=\"\"]').length") == 0
    assert tab.complaints == []
