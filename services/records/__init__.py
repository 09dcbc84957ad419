"""The records engine: Table definitions and everything that follows from them."""
