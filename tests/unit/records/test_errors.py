"""What Postgres refuses, as people read it; and the one error tree."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest

from services.records.errors import KeyClash, constraint_message, translated
from services.registry import TABLES
from services.shared import errors
from services.shared.errors import Conflict, Forbidden, InProgress, Invalid, SkepError, Unavailable, problem

CUSTOMERS = TABLES["customers"]


class Diagnostics:
    """What psycopg2 tells of an error."""

    def __init__(self, **told: str) -> None:
        self._told = told

    def __getattr__(self, name: str) -> str | None:
        return self._told.get(name)


class Refusal(psycopg2.Error):
    """An error as Postgres would give it."""

    def __init__(self, code: str, **told: str) -> None:
        super().__init__(code)
        self._code, self._diagnostics = code, Diagnostics(**told)

    @property
    def pgcode(self) -> str:  # type: ignore[override]
        """The SQLSTATE."""
        return self._code

    @property
    def diag(self) -> Any:  # type: ignore[override]
        """The fields of the message."""
        return self._diagnostics


def _told(error: psycopg2.Error) -> SkepError:
    with pytest.raises(SkepError) as raised, translated(CUSTOMERS):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refusal("23505", constraint_name="customers_company_unique"), KeyClash),
        (Refusal("23503", constraint_name="customers_parent_id_fkey"), Invalid),
        (Refusal("23514", constraint_name="customers_sector_option"), Invalid),
        (Refusal("23502", column_name="company"), Invalid),
        (Refusal("23503", constraint_name="contacts_customer_id_restrict", table_name="contacts"), Conflict),
        (Refusal("42501", message_primary="new row violates row-level security policy"), Forbidden),
        (Refusal("55P03"), InProgress),
        (Refusal("40P01"), InProgress),
        (Refusal("57014"), Unavailable),
        (Refusal("22003"), Invalid),
        (Refusal("54000"), Invalid),
    ],
)
def test_each_refusal_becomes_an_error_of_ours(error: psycopg2.Error, kind: type[SkepError]) -> None:
    assert type(_told(error)) is kind


@pytest.mark.parametrize("error", [Refusal("42703"), Refusal("23505", constraint_name="elsewhere_name_unique")])
def test_what_is_a_bug_stays_one(error: psycopg2.Error) -> None:
    with pytest.raises(Refusal), translated(CUSTOMERS):
        raise error


def test_our_own_words_are_told_and_those_of_postgres_are_not() -> None:
    ours = Refusal("42501", message_primary="a record of yours needs an owner")
    assert _told(ours).detail == "A record of yours needs an owner."
    theirs = Refusal("42501", message_primary='permission denied for table "customers"')
    assert _told(theirs).detail == "Your role does not allow this."


def test_a_refused_delete_names_the_children() -> None:
    refused = Refusal("23503", constraint_name="order_lines_order_id_restrict", table_name="order_lines")
    assert _told(refused).detail == "There are order lines that refer to this record. Change or delete them first."


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("customers_parent_id_check", ("parent_id", "A customer can't be its own parent company.")),
        ("customers_founded_check", ("founded", "This value is not allowed.")),
        ("customers_nonsense_check", None),
        ("customers_company_nonsense", None),
        ("contacts_name_check", None),
        ("", None),
    ],
)
def test_a_constraint_names_its_field(constraint: str, expected: tuple[str, str] | None) -> None:
    message = constraint_message(CUSTOMERS, constraint)
    assert (None if message is None else (message["field"], message["message"])) == expected


def _tree(kind: type[SkepError]) -> list[type[SkepError]]:
    return [kind, *(deeper for k in kind.__subclasses__() if k.__module__ == kind.__module__ for deeper in _tree(k))]


@pytest.mark.parametrize("kind", _tree(SkepError)[1:], ids=lambda k: k.__name__)
def test_every_error_has_a_place_in_the_tree_a_status_and_a_sentence(kind: type[SkepError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__name__ in errors.__all__
    made = problem(kind(), "request-1")
    assert 400 <= made["status"] <= 503
    assert made["detail"].endswith((".", "?"))
    assert (made["request_id"], made["type"]) == ("request-1", "about:blank")
    assert "errors" not in made


def test_an_error_takes_what_its_answer_needs() -> None:
    error = Conflict("No.", errors=[{"field": "a", "message": "b"}], headers={"Retry-After": "1"}, current={"id": 1})
    assert problem(error, None) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "conflict",
        "detail": "No.",
        "request_id": None,
        "errors": [{"field": "a", "message": "b"}],
        "current": {"id": 1},
    }
    assert error.headers == {"Retry-After": "1"}
