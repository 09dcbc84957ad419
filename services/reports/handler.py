"""The Lambda entry point. Reports read from a replica where there is one."""

from services.reports.app import build_app
from services.shared.start import start

handler = start(build_app, replica=True)
