"""The Lambda entry point: what the key queue brings."""

from collections.abc import Mapping

from services.key_sync.events import make_handler
from services.key_sync.gateway import connect
from services.key_sync.settings import KeySyncSettings
from services.shared.start import Handler, start_alone


def _build(environment: Mapping[str, str]) -> Handler:
    settings = KeySyncSettings.from_environment(environment)
    return make_handler(lambda: connect(settings), function_version=settings.function_version)


handler = start_alone(_build)
