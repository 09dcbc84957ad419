"""The export of records into files that people open, and that an import takes back."""
