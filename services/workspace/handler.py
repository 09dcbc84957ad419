"""The Lambda entry point."""

from services.shared.start import start

handler = start("workspace")
