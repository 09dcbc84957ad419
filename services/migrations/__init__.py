"""The only code that changes the schema: plain SQL files run by Alembic, from a terminal or as a Lambda."""
