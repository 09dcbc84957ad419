#!/bin/sh
# For emulators that start an image by this path instead of its entry point, with the handler in _HANDLER.
cd "${LAMBDA_TASK_ROOT:-/var/task}"
exec /usr/local/bin/python -m awslambdaric "${_HANDLER:-handler.handler}"
