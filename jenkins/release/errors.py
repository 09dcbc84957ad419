"""What keeps a release from going on."""

from __future__ import annotations

__all__ = ["ReleaseError"]


class ReleaseError(Exception):
    """The message says what is wrong and, where there is something to do, what."""
