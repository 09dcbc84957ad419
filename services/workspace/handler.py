"""The Lambda entry point."""

from services.shared.start import start
from services.workspace.app import build_app

handler = start(build_app)
