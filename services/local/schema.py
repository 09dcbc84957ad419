"""`make schema`: writes services/migrations/schema.sql, from a throw-away Postgres with all migrations."""

from __future__ import annotations

from services.local.postgres.embedded import temporary_postgres
from services.migrations.bootstrap import bootstrap
from services.migrations.render import SCHEMA_FILE, render
from services.migrations.runner import upgrade


def main() -> None:
    """Writes the file."""
    with temporary_postgres() as postgres:
        bootstrap(postgres.url(), "skep", {"skep_owner": postgres.password("skep_owner")})
        owner_url = postgres.url("skep_owner", "skep")
        upgrade(owner_url)
        SCHEMA_FILE.write_text(render(owner_url), encoding="utf-8")


if __name__ == "__main__":
    main()
