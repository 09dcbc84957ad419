"""The tables of this service."""

from services.customers.rules import parent_is_another_customer
from services.records.fields import Choice, Currency, Email, Integer, Link, LongText, Money, Phone, Text, Website
from services.records.table import ChildOf, Owned, RecordSchema, Reference, Table

__all__ = ["TABLES"]


class NameSchema(RecordSchema):
    """A list of names that an admin edits."""

    name = Text(label="Name", required=True)


class CustomerSchema(RecordSchema):
    """A company that buys, or may."""

    company = Text(label="Company", required=True)
    sector = Choice(label="Sector", options_from="sectors")
    email = Email(label="Email")
    phone = Phone(label="Phone")
    website = Website(label="Website")
    size = Integer(label="Employees", minimum=0)
    founded = Integer(label="Founded", minimum=1, maximum=9999, help="The year.")
    revenue = Money(label="Revenue")
    currency = Currency(label="Currency")
    country = Choice(label="Country", options_from="countries")
    parent_id = Link(label="Parent company", to="customers")
    notes = LongText(label="Notes")


class ContactSchema(RecordSchema):
    """A person at a customer."""

    customer_id = Link(label="Customer", to="customers", required=True)
    name = Text(label="Name", required=True)
    email = Email(label="Email")
    phone = Phone(label="Phone")
    title = Text(label="Title")
    notes = LongText(label="Notes")


TABLES = (
    Table(
        "customers",
        CustomerSchema,
        label="Customers",
        singular="customer",
        rights=Owned(),
        natural_key="company",
        search=("company", "email"),
        sort=("-created_at", "company", "revenue"),
        rules=(parent_is_another_customer,),
        messages={"customers_parent_id_check": ("parent_id", "A customer can't be its own parent company.")},
    ),
    Table(
        "contacts",
        ContactSchema,
        label="Contacts",
        singular="contact",
        rights=ChildOf("customer_id"),
        title="name",
        search=("name", "email"),
        sort=("-created_at", "name"),
    ),
    *(
        Table(
            name,
            NameSchema,
            label=name.capitalize(),
            singular=singular,
            rights=Reference(),
            natural_key="name",
            search=("name",),
            sort=("name", "-created_at"),
        )
        for name, singular in (("sectors", "sector"), ("countries", "country"))
    ),
)
