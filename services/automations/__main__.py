"""`python -m services.automations`: runs the jobs that wait until none is left, however long that takes, and ends.

For an ECS task of this image: no Lambda ends it after fifteen minutes. What became of each job, its own record says.
"""

from __future__ import annotations

from services.automations.handler import handler
from services.shared.start import start_task


def main() -> None:
    """Does what the minute's call does, without a clock. Raises Unavailable where there is no database."""
    start_task()
    handler({"task": "jobs"}, None)


if __name__ == "__main__":
    main()
