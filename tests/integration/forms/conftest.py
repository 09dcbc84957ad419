"""The forms door in process, and people who can sign in to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from services.accounts.sessions import set_password
from services.forms.app import build_app
from services.shared.database import Database
from tests.integration.forms.browser import PASSWORD, Browser
from tests.support.world import PEOPLE, World

Visit = Callable[[str], Browser]


@pytest.fixture(scope="module")
def forms_app(world: World) -> Flask:
    """The application, in a world where everybody has a password."""
    owner = Database(world.url("skep_owner"))
    for name in PEOPLE:
        set_password(owner, world.ids[name], PASSWORD)
    owner.close()
    return build_app(world.settings, world.database)


@pytest.fixture(scope="module")
def signed_in(forms_app: Flask) -> Visit:
    """Gives the browser of a person who is signed in, always the same for the same person."""
    browsers: dict[str, Browser] = {}

    def visit(name: str) -> Browser:
        if name not in browsers:
            browsers[name] = Browser(forms_app)
            assert browsers[name].sign_in(name).status == 200
        return browsers[name]

    return visit


@pytest.fixture
def stranger(forms_app: Flask) -> Browser:
    """The browser of nobody in particular."""
    return Browser(forms_app)
