"""The pipeline: opportunities by stage, their amounts by currency, and what the stage makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from psycopg2.sql import SQL

from services.records.sql import name, text
from services.sales.stages import STAGES
from services.sales.tables import TABLES
from services.shared.caller import Runner
from services.shared.currencies import CURRENCIES
from services.shared.database import Row

__all__ = ["get_pipeline"]

_OPPORTUNITIES = next(table for table in TABLES if table.name == "opportunities")
_CLOSED = ("Won", "Lost")


def get_pipeline(run: Runner) -> dict[str, Any]:
    """Every stage in order with count and amounts, and the totals of the open ones; of what the caller sees.

    An amount is never added to one of another currency; `weighted` is the amount times the stage's probability.
    """
    rows = run.run_for_role(_build)
    stages = [_stage(stage, [row for row in rows if row[0] == stage]) for stage in STAGES]
    return {"stages": stages, "open": _open([row for row in rows if row[0] not in _CLOSED])}


def _build(role: str) -> tuple[str, Sequence[Any]]:
    select = SQL("SELECT stage, currency, amount FROM {}")
    visible = SQL(" UNION ALL ").join(
        [select.format(name(f"opportunities_{branch}")) for branch in _OPPORTUNITIES.branches(role)]
    )
    return text(SQL("SELECT stage, currency, count(*), sum(amount) FROM ({}) AS o GROUP BY 1, 2").format(visible)), ()


def _stage(stage: str, rows: list[Row]) -> dict[str, Any]:
    probability = STAGES[stage]
    return {
        "stage": stage,
        "probability": str(probability),
        "count": sum(count for _, _, count, _ in rows),
        "amounts": _amounts((currency, Decimal(total), probability) for _, currency, _, total in rows if total),
    }


def _open(rows: list[Row]) -> dict[str, Any]:
    amounts = [(currency, Decimal(total), STAGES[stage]) for stage, currency, _, total in rows if total]
    return {"count": sum(count for _, _, count, _ in rows), "amounts": _amounts(amounts)}


def _amounts(parts: Iterable[tuple[str, Decimal, Decimal]]) -> list[dict[str, str]]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for currency, amount, probability in parts:
        plain, weighted = sums.get(currency, (Decimal(0), Decimal(0)))
        sums[currency] = (plain + amount, weighted + amount * probability)
    return [
        {"currency": currency, "amount": _write(plain, currency), "weighted": _write(weighted, currency)}
        for currency, (plain, weighted) in sorted(sums.items())
    ]


def _write(amount: Decimal, currency: str) -> str:
    return f"{amount:.{CURRENCIES.get(currency, 2)}f}"
