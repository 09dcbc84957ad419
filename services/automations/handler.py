"""The Lambda entry point: what EventBridge Scheduler and SQS ask for."""

from services.automations.tasks import make_handler
from services.automations.tools import make_tools
from services.shared.start import start_worker

handler = start_worker(lambda settings, database, replica: make_handler(make_tools(settings, database, replica)))
