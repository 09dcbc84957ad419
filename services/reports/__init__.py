"""Read-only aggregates, one module a report."""
