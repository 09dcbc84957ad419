"""What every kind of field is: marshmallow reads it, its class attributes say the rest."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, fields

__all__ = ["EQUALITY", "ORDER", "WORDS", "RecordField"]

EQUALITY = frozenset({"eq", "ne", "in", "is_null"})
ORDER = frozenset({"lt", "le", "gt", "ge"})
WORDS = frozenset({"contains", "starts"})


class RecordField(fields.Field[Any]):
    """A field of a table: marshmallow reads it, the class attributes say the rest.

    label: as people read it.  help: one line under the form's field.  required: a record can't be without it.
    default: what a new record gets when a body names none; a callable takes the Settings.  read_only: never in a body.
    """

    sql_type: ClassVar[str] = "text"
    operators: ClassVar[frozenset[str]] = EQUALITY | ORDER
    widget: ClassVar[str] = "text"

    def __init__(
        self,
        *,
        label: str,
        required: bool = False,
        default: Any = None,
        read_only: bool = False,
        help: str | None = None,  # noqa: A002 - the word that forms and documents use
    ) -> None:
        super().__init__(
            required=required and default is None,
            allow_none=not required,
            dump_only=read_only,
            error_messages={
                "required": "This is required.",
                "null": "This is required.",
                "validator_failed": "This value is not allowed.",
            },
        )
        self.label = label
        self.default = default
        self.nullable = not required
        self.help = help

    def json_schema(self) -> dict[str, Any]:
        """The field's values in JSON Schema 2020-12, without null."""
        return {"type": "string"}

    def read(self, value: Any) -> Any:
        """A value as Postgres takes it. Raises ValidationError with a sentence."""
        raise NotImplementedError

    def read_kept(self, value: Any) -> Any:
        """A value that Postgres gave, come back in a cursor. Raises ValidationError for what none can be."""
        read = self.read(value)
        if read is None:
            raise ValidationError("This must be a value.")
        return read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return self.read(value)
