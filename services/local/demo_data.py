"""The demo company: it sells hives, extractors and pollination to farms and shops. All of it is invented."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["COUNTRIES", "KINDS", "NOTES", "PEOPLE", "PLACES", "PRODUCTS", "ROLES_OF_CONTACTS", "TEAMS"]

TEAMS = (("Harbor", "Rotterdam"), ("Summit", "Denver"))

PEOPLE = (
    ("Astrid Lindqvist", "admin", None),
    ("Marcus Bell", "manager", "Harbor"),
    ("Priya Raman", "manager", "Summit"),
    ("Tom Okafor", "sales", "Harbor"),
    ("Lena Fischer", "sales", "Harbor"),
    ("Joana Duarte", "sales", "Harbor"),
    ("Diego Santos", "sales", "Summit"),
    ("Yuki Tanaka", "sales", "Summit"),
    ("Hana Novak", "sales", "Summit"),
    ("Walter Quinn", "viewer", None),
)
"""Name, role, team."""

PRODUCTS = (
    ("Starter Hive Kit", "Hives", Decimal("289.00")),
    ("Ten-Frame Hive", "Hives", Decimal("412.00")),
    ("Extractor 4-Frame", "Extraction", Decimal("449.00")),
    ("Extractor 12-Frame Pro", "Extraction", Decimal("2890.00")),
    ("Honey Jar Pallet", "Packaging", Decimal("1120.00")),
    ("Hive Scale", "Monitoring", Decimal("359.00")),
    ("Apiary Monitor Fleet", "Monitoring", Decimal("9900.00")),
    ("Pollination Season", "Services", Decimal("18500.00")),
)
"""Name, series, price in USD."""

PLACES = (
    "Alder Creek", "Birchwood", "Cedar Hollow", "Dunmore", "Elder Valley", "Fairmeadow", "Glenrock", "Hawthorn Hill",
    "Ivybridge", "Juniper Ridge", "Kestrel Bay", "Larkfield", "Millbrook", "Northshore", "Old Orchard", "Pinecrest",
    "Quarry Lane", "Rosehill", "Stonegate", "Thornbury", "Upper Mill", "Vinewood", "Willow Bend", "Yarrow Farm",
)  # fmt: skip

KINDS = (
    ("Orchards", "Agriculture"),
    ("Honey Co-operative", "Agriculture"),
    ("Garden Centers", "Retail"),
    ("Natural Foods", "Retail"),
    ("Cosmetics", "Manufacturing"),
    ("Brewing", "Manufacturing"),
    ("Hotels", "Hospitality"),
    ("Logistics", "Transport"),
    ("Agronomics Institute", "Education"),
    ("Wellness Clinics", "Medical"),
)
"""The second half of a company's name, and its sector."""

COUNTRIES = (
    ("United States", "USD"),
    ("Netherlands", "EUR"),
    ("Germany", "EUR"),
    ("Canada", "CAD"),
    ("Japan", "JPY"),
    ("Portugal", "EUR"),
    ("United Kingdom", "GBP"),
)
"""Country, and the currency of a customer's revenue there. What we sell is priced in USD."""

CONTACT_NAMES = (
    "Noor Haddad", "Elias Berg", "Camila Rojas", "Owen Price", "Ingrid Solheim", "Mateus Lima", "Aiko Mori",
    "Farah Aziz", "Bruno Keller", "Chloe Martin", "Samir Patel", "Greta Olsen", "Hugo Marchetti", "Imani Njoroge",
    "Jakub Zielinski", "Karin Holm", "Liam Walsh", "Maya Cohen", "Nikolai Petrov", "Olivia Grant",
)  # fmt: skip

ROLES_OF_CONTACTS = ("Head of purchasing", "Owner", "Operations manager", "Beekeeper in chief", "Store manager")

NOTES = (
    "Asked for a quote on forty units by the end of the month.",
    "Wants delivery before the season starts in April.",
    "Compares us with their present supplier; price matters less than service.",
    "Met at the spring fair. Interested in the monitoring fleet.",
    None,
    None,
)
