"""The whole platform on one machine. Never in an image."""
