"""Splitting SQL: only the semicolons that end a statement count."""

import pytest

from services.migrations.statements import Statement, split_statements


@pytest.mark.parametrize(
    "statement",
    [
        "select 'a;b'",
        "select 'it''s; here'",
        r"select e'it\'s; here'",
        r"select 'a backslash ends nothing \'",
        'select 1 as "a;""b"',
        "do $$ begin perform 1; perform 2; end $$",
        "do $body$ begin execute $$ select ';' $$; end $body$",
        "select 1 /* one; /* inner; */ two; */ + 1",
        "select 1 -- not; here\n + 1",
        "select a$1, price$eur$ from t",
        r"select date'2026-01-31', e'\\', 'x'",
        "select $ä$;$ä$",
    ],
)
def test_a_semicolon_inside_of_something_ends_no_statement(statement: str) -> None:
    assert split_statements(f"{statement};select 2;") == [
        Statement(statement, 1),
        Statement("select 2", 1 + statement.count("\n")),
    ]


def test_statements_know_the_line_that_they_start_at() -> None:
    sql = "-- a comment; with a semicolon\n\nselect 1;\n/* another */\n\n  select\n  2;\n"
    assert split_statements(sql) == [Statement("select 1", 3), Statement("select\n  2", 6)]


def test_the_last_statement_needs_no_semicolon() -> None:
    assert split_statements("select 1; select 2") == [Statement("select 1", 1), Statement("select 2", 1)]


@pytest.mark.parametrize("sql", ["", "  \n", "-- nothing\n", "/* nothing; */", ";;", "/* open"])
def test_comments_and_spaces_are_no_statement(sql: str) -> None:
    assert split_statements(sql) == []


def test_an_open_dollar_quote_goes_to_the_end() -> None:
    assert split_statements("do $$ begin; end") == [Statement("do $$ begin; end", 1)]
