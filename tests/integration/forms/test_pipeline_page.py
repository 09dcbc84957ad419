"""The pipeline as a table and a chart."""

from __future__ import annotations

from services.forms.pipeline import WIDTH, make_charts
from tests.integration.forms.conftest import Visit


def test_the_pipeline_shows_what_one_may_see_as_table_and_chart(signed_in: Visit) -> None:
    sid = signed_in("sid")
    assert "There are no opportunities" in sid.get("/reports/pipeline").text
    sid.make("opportunities", stage="Proposal", amount="100", currency="EUR")
    sid.make("opportunities", stage="Won", amount="2000", currency="JPY")
    signed_in("sam").make("opportunities", stage="Won", amount="7")
    page = sid.get("/reports/pipeline")
    assert page.tag("svg", role="img")
    assert "Proposal 1 100.00 EUR 60.00 EUR" in page.text
    assert "Won 1 2,000 JPY 2,000 JPY" in page.text
    assert "Open 1 100.00 EUR 60.00 EUR" in page.text
    link = next(link for link in page.links if "Proposal" in link)
    assert "Opportunities 1" in sid.get(link).text


def test_the_longest_bar_has_the_full_width_and_an_empty_chart_none() -> None:
    stages = [
        {"stage": "A", "count": 4, "amounts": [{"currency": "USD", "amount": "10.00", "weighted": "1.00"}]},
        {"stage": "B", "count": 0, "amounts": []},
    ]
    counts, dollars = make_charts(stages)
    assert [bar.length for bar in counts.bars] == [WIDTH, 0]
    assert [(bar.length, bar.part) for bar in dollars.bars] == [(WIDTH, WIDTH // 10), (0, None)]
    assert dollars.text == "A: 10.00; B: 0"
