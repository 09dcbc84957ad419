"""The stages of an opportunity, in order, and how likely each is to be won."""

from decimal import Decimal

__all__ = ["STAGES"]

STAGES: dict[str, Decimal] = {
    "Prospecting": Decimal("0.10"),
    "Engaging": Decimal("0.30"),
    "Proposal": Decimal("0.60"),
    "Won": Decimal(1),
    "Lost": Decimal(0),
}
"""Stage -> probability, by which the pipeline report weights amounts."""
