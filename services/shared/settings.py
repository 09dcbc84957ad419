"""Settings: what the environment says, read once. `os.environ` is read nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MissingSettings", "Settings"]

SIGNED = ("SKEP_FILES_BUCKET", "SKEP_WORK_QUEUE_URL", "SKEP_KEY_QUEUE_URL")
"""What is reached by signed requests, whose signature names a region."""


class MissingSettings(Exception):
    """Names that the environment must give and does not."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One execution environment's settings. Defaults are right in production and fit to be public."""

    database_url: str = field(repr=False)
    """libpq URL of the primary, as skep_app. Environment: SKEP_DATABASE_URL."""

    database_read_url: str | None = field(default=None, repr=False)
    """libpq URL of the replicas for reports and exports. SKEP_DATABASE_READ_URL."""

    database_iam_region: str | None = None
    """Where set, passwords are RDS tokens signed for this region. SKEP_DATABASE_IAM_REGION."""

    currency: str = "USD"
    """ISO 4217 code of an amount that names none. SKEP_CURRENCY."""

    release: str = "unreleased"
    """The release's name, as its record has it. SKEP_RELEASE."""

    revision: str = "unknown"
    """The commit that the release was built from. SKEP_REVISION."""

    function_version: str = "$LATEST"
    """The Lambda version that runs this. AWS_LAMBDA_FUNCTION_VERSION."""

    session_hours: int = 12
    """How long a person stays signed in. SKEP_SESSION_HOURS."""

    region: str | None = None
    """The AWS region of the bucket and the queues. AWS_REGION, which Lambda sets."""

    files_bucket: str | None = None
    """The S3 bucket of uploads and exports; without one, nothing can be longer than a request. SKEP_FILES_BUCKET."""

    files_endpoint: str | None = None
    """Where another than AWS answers for S3, with the bucket in the path. SKEP_FILES_ENDPOINT."""

    work_queue_url: str | None = None
    """The SQS queue that tells automations of a job; without one, the minute's sweep finds it. SKEP_WORK_QUEUE_URL."""

    key_queue_url: str | None = None
    """The SQS queue that tells the key sync which keys there are. SKEP_KEY_QUEUE_URL."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where AWS credentials are read at the time of signing, since Lambda renews them in place."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings that an environment gives.

        Raises MissingSettings with every missing name at once, or ValueError for one that can't be read.
        """
        needed = ["SKEP_DATABASE_URL"]
        if any(environment.get(name) for name in SIGNED):
            needed.append("AWS_REGION")
        missing = [name for name in needed if not environment.get(name)]
        if missing:
            raise MissingSettings(f"set {', '.join(missing)} in the environment")
        hours = environment.get("SKEP_SESSION_HOURS", "12")
        if not hours.isdigit() or int(hours) == 0:
            raise ValueError(f"SKEP_SESSION_HOURS is {hours!r}, not a whole number of hours")
        return cls(
            database_url=environment["SKEP_DATABASE_URL"],
            database_read_url=environment.get("SKEP_DATABASE_READ_URL") or None,
            database_iam_region=environment.get("SKEP_DATABASE_IAM_REGION") or None,
            currency=environment.get("SKEP_CURRENCY", "USD"),
            release=environment.get("SKEP_RELEASE", "unreleased"),
            revision=environment.get("SKEP_REVISION", "unknown"),
            function_version=environment.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            session_hours=int(hours),
            region=environment.get("AWS_REGION") or None,
            files_bucket=environment.get("SKEP_FILES_BUCKET") or None,
            files_endpoint=environment.get("SKEP_FILES_ENDPOINT") or None,
            work_queue_url=environment.get("SKEP_WORK_QUEUE_URL") or None,
            key_queue_url=environment.get("SKEP_KEY_QUEUE_URL") or None,
            environment=environment,
        )
