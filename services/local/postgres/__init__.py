"""Postgres on one machine: the embedded server, or one that runs already."""
