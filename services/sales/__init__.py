"""Products and opportunities."""
