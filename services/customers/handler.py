"""The Lambda entry point."""

from services.customers.app import build_app
from services.shared.start import start

handler = start(build_app)
