"""What can go wrong while the schema is changed. Each message is a sentence that says the fix."""


class MigrationError(Exception):
    """The schema could not be changed."""


class MissingSettings(Exception):
    """Names that the environment must give and does not."""


class OutOfTimeError(MigrationError):
    """The time given to this run is over; running again goes on where it stopped."""
