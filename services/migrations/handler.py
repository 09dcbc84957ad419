"""The Lambda entry point: the commands of the migrations."""

import os

from services.migrations.commands import make_handler

handler = make_handler(os.environ)
