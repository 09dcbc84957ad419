"""The pipeline report as a table and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Response, url_for

from services.forms.formats import show_money, show_number
from services.forms.pages import show_page
from services.forms.visitor import get_visitor
from services.records.rest.http import check_parameters
from services.reports.pipeline import get_pipeline

__all__ = ["Bar", "Chart", "make_charts", "show_pipeline"]

WIDTH = 190
"""Of the longest bar, in the chart's units; the chart scales with the page."""
ROW = 30
_KEY = "The stronger part is weighted by the chance of being won."


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the chart's units. part: the length of its weighted share, where it has one."""

    label: str
    text: str
    y: int
    length: int
    part: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart. name: for ids in the page; key: what its shades mean; text: all of it in words."""

    name: str
    title: str
    key: str | None
    bars: list[Bar]
    height: int
    text: str


def show_pipeline() -> Response:
    """200; 401."""
    check_parameters(())
    visitor = get_visitor()
    report = get_pipeline(visitor.caller)
    urls = {
        s["stage"]: url_for("records", table="opportunities", filter=f"stage[eq]={s['stage']}")
        for s in report["stages"]
    }
    total = sum(stage["count"] for stage in report["stages"])
    charts = make_charts(report["stages"]) if total else []
    return show_page("pipeline", visitor, report=report, total=total, charts=charts, urls=urls)


def make_charts(stages: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """A chart of counts, and one of amounts for each currency, since currencies are never added up."""
    counts = [(s["stage"], Decimal(s["count"]), None, show_number(s["count"])) for s in stages]
    charts = [_chart("count", "Opportunities by stage", counts)]
    for currency in sorted({a["currency"] for s in stages for a in s["amounts"]}):
        rows = [(s["stage"], *_amount(s, currency)) for s in stages]
        charts.append(_chart(f"amount-{currency.lower()}", f"Amount by stage, {currency}", rows))
    return charts


def _amount(stage: Mapping[str, Any], currency: str) -> tuple[Decimal, Decimal | None, str]:
    for found in stage["amounts"]:
        if found["currency"] == currency:
            return Decimal(found["amount"]), Decimal(found["weighted"]), show_money(found["amount"], None)
    return Decimal(0), None, "0"


def _chart(name: str, title: str, rows: Sequence[tuple[str, Decimal, Decimal | None, str]]) -> Chart:
    longest = max((value for _, value, _, _ in rows), default=Decimal(0)) or Decimal(1)

    def scaled(value: Decimal) -> int:
        return int(max(value, Decimal(0)) / longest * WIDTH)

    bars = [
        Bar(label, text, 8 + i * ROW, scaled(value), None if part is None else scaled(part))
        for i, (label, value, part, text) in enumerate(rows)
    ]
    spoken = "; ".join(f"{label}: {text}" for label, _, _, text in rows)
    has_parts = any(part is not None for _, _, part, _ in rows)
    return Chart(name, title, _KEY if has_parts else None, bars, 8 + ROW * len(bars), spoken)
