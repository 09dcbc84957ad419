"""The REST door of tables: routes, the parts of HTTP they share, their description."""
