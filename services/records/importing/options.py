"""What a caller says about an import: the key, columns, replacements, how dates and missing values are written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from services.records.importing.dates import DateOrder
from services.shared.errors import BadRequest

__all__ = ["Options", "Replacement", "parse_column", "parse_replacement"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """FIELD:OLD=NEW, where OLD is a whole value as read."""

    field: str
    text: str

    def split(self, values: Collection[str]) -> tuple[str, str]:
        """OLD and NEW; the = between them is the first one that makes OLD one of the values."""
        places = [place for place, character in enumerate(self.text) if character == "="]
        cuts = [(self.text[:place].strip(), self.text[place + 1 :].strip()) for place in places]
        return next((cut for cut in cuts if cut[0] in values), cuts[0])


@dataclass(frozen=True, slots=True)
class Options:
    """key: fields that tell a record from others; none means the table's natural key.  columns: (heading, field).

    dates: the order of day and month where a column leaves it open.  null: a text that stands for no value.
    sheet: of a workbook; none means the first one that has something in it.
    """

    key: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    replacements: tuple[Replacement, ...] = ()
    dates: DateOrder | None = None
    null: str | None = None
    sheet: str | None = None


def parse_column(text: str) -> tuple[str, str]:
    """COLUMN:FIELD as (heading, field). Raises BadRequest."""
    heading, colon, field = text.rpartition(":")
    if not colon or not heading.strip():
        raise BadRequest(f"{text[:80]!r} is not of the form COLUMN:FIELD, such as account:customer.")
    return heading, field


def parse_replacement(text: str) -> Replacement:
    """FIELD:OLD=NEW. Raises BadRequest."""
    field, _, rest = text.partition(":")
    if not field.strip() or rest.find("=") < 1:
        raise BadRequest(f"{text[:80]!r} is not of the form FIELD:OLD=NEW, such as product:GTXPro=GTX Pro.")
    return Replacement(field, rest)
