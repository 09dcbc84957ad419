"""The credentials of an ECS task, kept in the environment as Lambda keeps a function's. Elsewhere nothing happens.

Source: "Task IAM role" (Amazon ECS developer guide).
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import MutableMapping

from services.shared.outside import NoAnswer, ask
from services.shared.signing import MissingCredentials

__all__ = ["keep_task_credentials"]

ADDRESS = "http://169.254.170.2"
"""Where the ECS agent answers, in every task."""
PATH_NAME = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
"""Set by the agent."""
MEMBERS = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey", "AWS_SESSION_TOKEN": "Token"}
RENEW_SECONDS = 300.0
"""They live for hours, and the agent has new ones long before."""
TIMEOUT_SECONDS = 5.0


def keep_task_credentials(
    environment: MutableMapping[str, str], *, address: str = ADDRESS, every_seconds: float = RENEW_SECONDS
) -> threading.Event:
    """Puts the task's credentials into the environment, and new ones until what it gives is set.

    Raises MissingCredentials where the agent has none for us.
    """
    ended = threading.Event()
    path = environment.get(PATH_NAME)
    if path:
        url = f"{address}{path}"
        environment.update(_fetch(url))
        arguments = (environment, url, every_seconds, ended)
        threading.Thread(target=_renew, args=arguments, name="task credentials", daemon=True).start()
    return ended


def _renew(environment: MutableMapping[str, str], url: str, every_seconds: float, ended: threading.Event) -> None:
    while not ended.wait(every_seconds):
        try:
            environment.update(_fetch(url))
        except MissingCredentials as error:  # those that are there live on for a while
            sys.stderr.write(json.dumps({"level": "WARNING", "credentials": str(error)}) + "\n")


def _fetch(url: str) -> dict[str, str]:
    try:
        with ask("GET", url, timeout_seconds=TIMEOUT_SECONDS) as answer:
            if answer.status != 200:
                raise MissingCredentials(f"the task's credentials: {answer.status}")
            given = json.loads(answer.read())
        return {name: str(given[member]) for name, member in MEMBERS.items()}
    except (NoAnswer, KeyError, TypeError, ValueError) as error:
        raise MissingCredentials(f"the task's credentials: {type(error).__name__}") from None
