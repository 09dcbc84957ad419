"""A running Jenkins, asked whether it takes a pipeline: it knows its plugins better than any list."""

from __future__ import annotations

import base64
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

SECONDS = 30
TAKEN = "Jenkinsfile successfully validated."


class NotAllowed(Exception):
    """This Jenkins answers nobody that it does not know."""


@dataclass(frozen=True)
class Jenkins:
    """user and token are empty for a Jenkins that lets anybody ask."""

    url: str
    user: str = ""
    token: str = ""

    def validate(self, text: str) -> list[str]:
        """What it complains of, line by line. Raises NotAllowed."""
        request = urllib.request.Request(  # noqa: S310 - the URL is the caller's own Jenkins
            f"{self.url.rstrip('/')}/pipeline-model-converter/validate",
            data=urllib.parse.urlencode({"jenkinsfile": text}).encode(),
        )
        if self.user:
            known = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
            request.add_header("Authorization", f"Basic {known}")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                said = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                if error.code in {401, 403}:
                    raise NotAllowed(f"{self.url} wants to know who asks: JENKINS_USER and JENKINS_TOKEN") from None
                raise
        return [] if TAKEN in said else [line for line in said.splitlines() if re.search(r"\S", line)]


def find_jenkins(variables: Mapping[str, str] = os.environ) -> Jenkins | None:
    """The Jenkins of JENKINS_URL, which Jenkins sets in its own builds, too."""
    url = variables.get("JENKINS_URL", "")
    return Jenkins(url, variables.get("JENKINS_USER", ""), variables.get("JENKINS_TOKEN", "")) if url else None
