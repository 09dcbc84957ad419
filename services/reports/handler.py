"""The Lambda entry point. Reports read from a replica where there is one."""

from services.shared.start import start

handler = start("reports", replica=True)
