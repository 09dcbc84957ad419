"""`make sonar-local`: a SonarQube of one's own, with this tree analysed and judged, until Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from jenkins.sonar.fetch import SERVER, fetch, find_java
from jenkins.sonar.provision import Wanted, make_password, provision
from jenkins.sonar.server import allow_maps, run_server
from jenkins.sonar.settings import Settings

WEBHOOKS_ANYWHERE = {"sonar_validateWebhooks": "false"}
"""A webhook may go to this machine, as it does in tests."""


@contextmanager
def run_provisioned(settings: Settings, wanted: Wanted) -> Iterator[Settings]:
    """Settings for a new server that has project, gate and token. Raises NotFetched or NotStarted."""
    java = find_java()
    home = fetch(SERVER, settings.cache, settings.maven)
    allow_maps()
    with run_server(home, java, **WEBHOOKS_ANYWHERE) as url:
        password = make_password()
        made = provision(url, password, wanted)
        yield replace(settings, url=url, token=made.token, admin_password=password)


def wait_for_interrupt() -> None:
    """Returns at Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.pause()
