"""An import's report as JSON."""

from __future__ import annotations

import json

from services.records.importing.report import Refusal, Report, Unknown, Update
from services.records.importing.wire import report_as_json
from services.registry import TABLES

REPORT = Report(
    lines=9,
    created=1,
    updated=tuple(Update(line, f"id-{line}", {"stage": ("Won", None)}) for line in (2, 3)),
    unchanged=2,
    repeated=1,
    refused=(Refusal(4, "stage", "No."), Refusal(4, None, "Nor this."), Refusal(5, None, "Neither.")),
    unknown=(Unknown("product_id", "GTXPro", (6, 7), ("GTX Pro",)), Unknown("product_id", "X", (8,), ())),
    columns=(("account", "customer_id"),),
    ignored=("region",),
    notes=("Something.",),
)


def test_a_report_has_counts_and_every_entry() -> None:
    told = report_as_json(TABLES["opportunities"], REPORT)
    assert json.loads(json.dumps(told)) == told
    assert told == {
        "lines": 9,
        "created": 1,
        "updated": 2,
        "unchanged": 2,
        "repeated": 1,
        "refused": 2,
        "columns": [{"heading": "account", "field": "customer_id", "label": "Customer"}],
        "ignored": ["region"],
        "notes": ["Something."],
        "updates": [
            {"line": line, "id": f"id-{line}", "changes": {"stage": {"before": "Won", "after": None}}}
            for line in (2, 3)
        ],
        "refusals": [
            {"line": 4, "field": "stage", "reason": "No."},
            {"line": 4, "field": None, "reason": "Nor this."},
            {"line": 5, "field": None, "reason": "Neither."},
        ],
        "refusal_count": 3,
        "unknown": [
            {
                "field": "product_id",
                "value": "GTXPro",
                "lines": [6, 7],
                "line_count": 2,
                "proposals": ["GTX Pro"],
            },
            {"field": "product_id", "value": "X", "lines": [8], "line_count": 1, "proposals": []},
        ],
        "unknown_count": 2,
        "change_set": None,
    }


def test_a_long_report_is_cut_and_says_how_much_there_is() -> None:
    told = report_as_json(TABLES["opportunities"], REPORT, most=1)
    assert [len(told[name]) for name in ("updates", "refusals", "unknown")] == [1, 1, 1]
    assert told["unknown"][0]["lines"] == [6]
    assert (told["updated"], told["refusal_count"], told["unknown_count"]) == (2, 3, 2)
