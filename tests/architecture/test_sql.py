"""SQL is written whole or composed by psycopg2.sql; a value travels as a parameter."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import expect_none, list_modules

SQL = re.compile(
    r"\s*(?:select\b.*\bfrom|select\s+\w+\.\w+\(|insert\s+into|update\s+\S+\s+set|delete\s+from|truncate\b"
    r"|(?:create|alter|drop)\s+(?:table|view|index|role|user|database|function|schema|policy|trigger|extension)"
    r"|grant\s|revoke\s|lock\s+table|with\s+\w+\s+as|set\s+(?:local|session|role)\b|begin\b|where\b|order\s+by\b)",
    re.IGNORECASE | re.DOTALL,
)
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")

ALLOWED: dict[tuple[str, str], str] = {
    ("services/records/filters.py", "field.sql_type"): "a constant of the field's class",
    ("services/records/filters.py", "_COMPARISONS[operator]"): "one of six operators, looked up in our own list",
    ("services/records/importing/existing.py", "table.fields[key].sql_type"): "a constant of the field's class",
    ("services/records/importing/links.py", "condition"): "one of the module's constants, chosen by the loop",
    ("services/records/importing/writing.py", "field.sql_type"): "a constant of the field's class",
    (
        "services/records/listing.py",
        "c",
    ): "a condition as filters.py composed it, in text to be a cache's key",
    ("services/records/sql.py", "identifier"): "held against a pattern on the line above",
}
"""(file, what is put into SQL as text) -> why nothing that a caller sent can be in it."""


def test_no_sql_is_made_by_formatting_strings() -> None:
    found = {(module.name, text) for module in list_modules("services/") for text in _formatted(module.tree)}
    expect_none(f"{name}: {text}" for name, text in found - ALLOWED.keys())


def test_what_may_be_put_into_sql_as_text_is_still_put_there() -> None:
    found = {(module.name, text) for module in list_modules("services/") for text in _formatted(module.tree)}
    expect_none(f"{name}: {text}" for name, text in ALLOWED.keys() - found)


@pytest.mark.parametrize(
    "code",
    [
        'f"SELECT name FROM {table}"',
        '"SELECT name FROM %s" % table',
        '"SELECT name FROM {}".format(table)',
        '"SELECT name FROM " + table',
        'run("DELETE FROM people WHERE name = \'" + name + "\'")',
        'SQL(f"{field} = 1")',
        "SQL(field)",
        "sql.SQL(given + other)",
        'cursor.execute(f"{given}")',
        'caller.run("{}".format(given))',
    ],
)
def test_the_check_finds_formatted_sql(code: str) -> None:
    assert list(_formatted(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'f"SELECT {_COLUMNS} FROM skep.history(%s)"',
        'run("SELECT name FROM people WHERE id = %s", (person,))',
        'SQL("SELECT {} FROM {}").format(columns, name(table))',
        'SQL("DESC" if descending else "ASC")',
        'f"select the field {name}"',
        "ACT_AS + statement",
    ],
)
def test_the_check_leaves_parameters_composition_and_constants_alone(code: str) -> None:
    assert list(_formatted(ast.parse(code))) == []


def _formatted(tree: ast.Module) -> Iterator[str]:
    """What is put into SQL as text, as the source has it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            yield from _argument(node)
        pieces = _pieces(node)
        if pieces is not None and SQL.match(pieces[0]):
            yield from pieces[1]


def _argument(call: ast.Call) -> Iterator[str]:
    """The first argument of SQL(…) must be a literal; that of run(…) or execute(…) must not be formatted there."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0]
    if called == "SQL" and not _is_literal(first):
        yield ast.unparse(first)
    elif called in ("run", "execute") and (pieces := _pieces(first)) is not None:
        yield from pieces[1]


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_literal(node.body) and _is_literal(node.orelse)
    return isinstance(node, ast.Constant) or _is_constant_name(node)


def _is_constant_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and CONSTANT.fullmatch(node.id) is not None


def _pieces(node: ast.AST) -> tuple[str, list[str]] | None:
    """A formatted string's literal text and what is put into it, constants of a module left out."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else " x " for v in node.values)
        put = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) and _text(node.left) is not None:
        text, put = _text(node.left) or "", [node.right]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        if _text(node.func.value) is None:
            return None
        text, put = _text(node.func.value) or "", [*node.args, *(k.value for k in node.keywords)]
    else:
        return None
    return text, [ast.unparse(p) for p in put if not _is_literal(p)]


def _text(node: ast.expr) -> str | None:
    """The literal at the left end of an expression, if it is a string."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
