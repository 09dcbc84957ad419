"""The tables of this service."""

from decimal import Decimal

from services.records.fields import Choice, Currency, Date, Link, LongText, Money, Text
from services.records.table import Owned, RecordSchema, Reference, Table
from services.sales.rules import closed_after_engaged
from services.sales.stages import STAGES

__all__ = ["TABLES"]


class ProductSchema(RecordSchema):
    """What is sold."""

    name = Text(label="Name", required=True)
    series = Text(label="Series")
    price = Money(label="Price", minimum=Decimal(0))
    currency = Currency(label="Currency")


class OpportunitySchema(RecordSchema):
    """A sale that may come."""

    external_id = Text(label="Opportunity id", help="Its id in another system.")
    name = Text(label="Name", max_length=400, help="Left empty, it is called after customer and product.")
    customer_id = Link(label="Customer", to="customers")
    product_id = Link(label="Product", to="products")
    stage = Choice(label="Stage", required=True, options=tuple(STAGES))
    amount = Money(label="Amount", minimum=Decimal(0))
    currency = Currency(label="Currency")
    engaged_on = Date(label="Engaged on")
    expected_on = Date(label="Expected on")
    closed_on = Date(label="Closed on")
    notes = LongText(label="Notes")


TABLES = (
    Table(
        "products",
        ProductSchema,
        label="Products",
        singular="product",
        rights=Reference(),
        natural_key="name",
        search=("name",),
        sort=("name", "-created_at"),
        messages={"products_price_check": ("price", "A price is not below zero.")},
    ),
    Table(
        "opportunities",
        OpportunitySchema,
        label="Opportunities",
        singular="opportunity",
        rights=Owned(),
        natural_key="external_id",
        title="name",
        search=("name", "external_id"),
        sort=("-created_at", "name", "stage", "amount", "closed_on"),
        rules=(closed_after_engaged,),
        messages={
            "opportunities_amount_check": ("amount", "An amount is not below zero."),
            "opportunities_closed_on_check": ("closed_on", "This is before the day of engagement."),
        },
    ),
)
