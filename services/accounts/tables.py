"""The tables of this service."""

from services.records.fields import Choice, Email, Link, Text
from services.records.table import RecordSchema, Reference, Table

__all__ = ["ROLES", "TABLES"]

ROLES = ("admin", "manager", "sales", "viewer")


class TeamSchema(RecordSchema):
    """People with one manager."""

    name = Text(label="Name", required=True)
    office = Text(label="Office")


class PersonSchema(RecordSchema):
    """Somebody who owns records, and may sign in."""

    name = Text(label="Name", required=True)
    email = Email(label="Email", help="Needed to sign in.")
    role = Choice(label="Role", options=ROLES, required=True, default="sales")
    team_id = Link(label="Team", to="teams")
    office = Text(label="Office")


class ClientSchema(RecordSchema):
    """A program, acting for a person: by a key, or by an IAM role."""

    name = Text(label="Name", required=True)
    person_id = Link(label="Person", to="people", required=True)
    role = Choice(label="Role", options=ROLES, required=True)
    iam_arn = Text(label="IAM role", max_length=2048, help="Its ARN, instead of a key.")


TABLES = (
    Table(
        "teams",
        TeamSchema,
        label="Teams",
        singular="team",
        rights=Reference(),
        natural_key="name",
        search=("name",),
        sort=("name", "-created_at"),
    ),
    Table(
        "people",
        PersonSchema,
        label="People",
        singular="person",
        rights=Reference(),
        natural_key="name",
        search=("name", "email"),
        sort=("name", "-created_at"),
    ),
    Table(
        "clients",
        ClientSchema,
        label="Clients",
        singular="client",
        rights=Reference(),
        natural_key="name",
        search=("name",),
        sort=("name", "-created_at"),
        messages={"clients_iam_arn_check": ("iam_arn", "This client has an IAM role; it can't have a key, too.")},
    ),
)
