"""What a person reads about an import."""

from __future__ import annotations

from services.local.import_summary import summarize
from services.records.importing.report import Refusal, Report, Unknown, Update
from services.registry import TABLES


def report(**changed: object) -> Report:
    values: dict[str, object] = {
        "lines": 3,
        "created": 1,
        "updated": (),
        "unchanged": 2,
        "repeated": 0,
        "refused": (),
        "unknown": (),
        "columns": (("account", "customer_id"),),
        "ignored": (),
        "notes": (),
    }
    return Report(**{**values, **changed})  # type: ignore[arg-type]


def lines(given: Report, *, apply: bool = False) -> list[str]:
    return list(summarize(TABLES["opportunities"], "file.csv", given, "http://localhost:8080/", apply=apply))


def test_a_rehearsal_says_what_would_happen_and_how_to_do_it() -> None:
    assert lines(report()) == [
        "file.csv: 3 lines for Opportunities",
        "  Columns: account → customer",
        "",
        "  1 would be created",
        "  0 would be updated",
        "  2 unchanged",
        "  0 refused",
        "",
        "Nothing was changed. Add --apply to do it.",
    ]


def test_what_was_done_names_its_change_set_and_where_to_undo_it() -> None:
    said = lines(report(change_set="0190"), apply=True)
    assert "  1 created" in said
    assert said[-2:] == [
        "Done, as change set 0190.",
        "To undo it, sign in as an admin and open http://localhost:8080/changes",
    ]


def test_an_import_of_what_is_there_already_says_so() -> None:
    assert lines(report(created=0), apply=True)[-1] == "Nothing was changed: all is there already."


def test_refusals_are_grouped_by_reason_and_near_matches_can_be_copied_into_a_shell() -> None:
    said = lines(
        report(
            refused=tuple(Refusal(line, "product_id", "There is no product 'GTXPro'.") for line in range(2, 9)),
            unknown=(Unknown("product_id", "GTXPro", tuple(range(2, 9)), ("GTX Pro",)),),
            ignored=("region",),
            notes=("Something.",),
            repeated=2,
        ),
        apply=True,
    )
    assert said[1:] == [
        "  Columns: account → customer",
        "  Ignored: region (no such field; --map COLUMN:FIELD would use one)",
        "  Note: Something.",
        "",
        "  1 would be created",
        "  0 would be updated",
        "  2 unchanged",
        "  7 refused",
        "  (2 lines repeated an earlier one and counted once)",
        "",
        "Refused:",
        "  lines 2, 3, 4, 5, 6 and 2 more: product: There is no product 'GTXPro'.",
        "",
        "Near matches, to choose from:",
        "  product 'GTXPro' (7 lines):",
        "    --replace 'product:GTXPro=GTX Pro'",
        "",
        "Nothing was changed: an import goes in whole or not at all, and some lines are refused.",
    ]


def test_updates_show_what_each_cell_was_and_becomes() -> None:
    updates = tuple(Update(line, "id", {"notes": (None, "x" * 100), "stage": ("Won", None)}) for line in range(2, 14))
    said = lines(report(updated=updates))
    assert f"  line 2: Notes: (none) → {'x' * 60}…; Stage: Won → (none)" in said
    assert "  … and 2 more updates" in said
