"""The REST door against its own OpenAPI document."""
