"""The only list of all tables."""

from __future__ import annotations

from services.accounts.tables import TABLES as ACCOUNTS
from services.customers.tables import TABLES as CUSTOMERS
from services.records.table import Table
from services.sales.tables import TABLES as SALES

__all__ = ["TABLES"]

TABLES: dict[str, Table] = {table.name: table for table in (*CUSTOMERS, *SALES, *ACCOUNTS)}
"""Name -> table, in the order in which people meet them."""
