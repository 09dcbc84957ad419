"""The Lambda entry point: what EventBridge Scheduler asks for."""

from services.automations.tasks import make_handler
from services.shared.start import start_worker

handler = start_worker(make_handler)
