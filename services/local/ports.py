"""Ports of this machine."""

from __future__ import annotations

import socket

__all__ = ["find_free_port"]


def find_free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
