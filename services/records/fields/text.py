"""Fields that hold text: trimmed, in Unicode's normal form C, without control characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from marshmallow import ValidationError

from services.records.fields.field import EQUALITY, ORDER, WORDS, RecordField
from services.shared.currencies import CURRENCIES

__all__ = ["Choice", "Currency", "Email", "LongText", "Phone", "Text", "Website"]

MARKS_IN_A_ROW = 30
"""What Unicode's stream-safe text format allows (UAX #15, section 13)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\.]+(\.[^\s@<>\"(),:;\[\]\\.]+)+")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./\-]{2,38}( ?(x|ext\.?) ?[0-9]{1,8})?")
_WEBSITE = re.compile(r"(https?://)?[^\s/:?#@.]+(\.[^\s/:?#@.]+)+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)


def _normalize(text: str) -> str:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MARKS_IN_A_ROW:  # sorting them would take quadratic time: 14 s for a text of 80,000
            raise ValidationError(f"This has more than {MARKS_IN_A_ROW} accents on one letter.")
        if "\ud800" <= character <= "\udfff":
            raise ValidationError("This has half a character (a lone surrogate).")
    return unicodedata.normalize("NFC", text)


class Text(RecordField):
    """One line of text: trimmed, NFC. An empty text is no value."""

    operators = EQUALITY | ORDER | WORDS
    _forbidden: ClassVar[re.Pattern[str]] = _CONTROL

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length

    def read(self, value: Any) -> str | None:
        if not isinstance(value, str):
            raise ValidationError("This must be text.")
        if len(value) > self.max_length * 4:
            raise ValidationError(f"This has {len(value):,} characters; {self.max_length:,} are allowed.")
        text = value.strip()
        if not text.isascii():
            text = _normalize(text)
        if self._forbidden.search(text):
            raise ValidationError("This has a control character.")
        if len(text) > self.max_length:
            raise ValidationError(f"This has {len(text):,} characters; {self.max_length:,} are allowed.")
        if not text:
            if not self.nullable:
                raise ValidationError("This is required.")
            return None
        return self.check(text)

    def check(self, text: str) -> str:
        """The text in the form that is kept. Raises ValidationError when it isn't of this kind."""
        return text

    def read_kept(self, value: Any) -> str:
        # Not trimmed nor checked: what came by SQL may be of another form, and a page must go on just behind it.
        if not isinstance(value, str) or "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValidationError("This must be text.")
        return value

    def json_schema(self) -> dict[str, Any]:
        # No minLength: an empty text is read as no value.
        return {"type": "string", "maxLength": self.max_length}


class LongText(Text):
    """Several lines of text."""

    widget = "textarea"
    operators = frozenset({"is_null", "contains"})
    _forbidden = _CONTROL_BUT_LINES

    def __init__(self, *, max_length: int = 20_000, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def read(self, value: Any) -> str | None:
        return super().read(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class Email(Text):
    """An e-mail address, in the plain form that people have."""

    widget = "email"

    def __init__(self, *, max_length: int = 254, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def check(self, text: str) -> str:
        if not _EMAIL.fullmatch(text):
            raise ValidationError("This is not an e-mail address, such as ana@example.com.")
        return text


class Phone(Text):
    """A telephone number as people write it."""

    widget = "tel"

    def __init__(self, *, max_length: int = 50, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def check(self, text: str) -> str:
        if not _PHONE.fullmatch(text):
            raise ValidationError("This is not a telephone number, such as +1 415 555 0123.")
        return text


class Website(Text):
    """The address of a web site, with or without https://."""

    widget = "url"

    def check(self, text: str) -> str:
        if not _WEBSITE.fullmatch(text):
            raise ValidationError("This is not a web address, such as https://example.com.")
        return text


class Choice(Text):
    """One of a list: fixed (`options`), or the names in a table that an admin edits (`options_from`)."""

    widget = "select"
    operators = EQUALITY | ORDER  # no index would serve a search for a part of what is chosen

    def __init__(self, *, options: tuple[str, ...] = (), options_from: str | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.options = options
        self.options_from = options_from

    def check(self, text: str) -> str:
        if self.options and text not in self.options:
            raise ValidationError(f"This must be one of {', '.join(self.options)}.")
        return text

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)} if self.options else super().json_schema()


class Currency(Text):
    """An ISO 4217 code; the setting's when left out."""

    widget = "currency"
    operators = EQUALITY | ORDER

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=3, required=True, default=lambda settings: settings.currency, **options)

    def check(self, text: str) -> str:
        code = text.upper()
        if code not in CURRENCIES:
            raise ValidationError("This must be a currency's three letters (ISO 4217), such as USD.")
        return code

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(CURRENCIES)}
