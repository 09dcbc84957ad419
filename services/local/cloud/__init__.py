"""`make cloud`: the whole platform as AWS runs it, on one machine, behind an AWS emulator. Never in an image."""
