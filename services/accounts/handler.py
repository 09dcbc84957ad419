"""The Lambda entry point."""

from services.accounts.app import build_app
from services.shared.start import start

handler = start(build_app)
