"""The picture of what stands in AWS is drawn from the code, and shows all of it."""

from __future__ import annotations

import re

from services.local.catalog import read_catalog
from services.local.picture import PAGE, draw, read_modules, replace_picture
from tests.architecture.tree import expect_none


def test_the_picture_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"```mermaid\n{draw()}```" in page
    assert replace_picture(page) == page, "python -m services.local.picture"


def test_every_service_and_every_module_is_in_the_picture() -> None:
    picture = draw()
    assert read_modules()
    expect_none(name for name in read_catalog() if f'{name}["{name}<br/>' not in picture)
    # lambda_service is every function.
    expect_none(one for one in read_modules().values() if one != "lambda_service" and f"<b>{one}</b>" not in picture)


def test_no_service_stands_alone() -> None:
    arrows = " ".join(line for line in draw().splitlines() if "-->" in line or ".->" in line)
    expect_none(set(read_catalog()) - set(re.findall(r"\w+", arrows)))
