"""The import of files into a table: read, compared with what is there, written as one change set."""
