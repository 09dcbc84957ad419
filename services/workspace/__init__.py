"""What spans tables: changes, change sets and undo, the API's description, health, version."""
