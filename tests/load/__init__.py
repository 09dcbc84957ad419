"""Load tests: k6 plays salespeople against a running platform, at rates that are bounded (`python -m tests.load`)."""
