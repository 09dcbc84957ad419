"""The Postman collection: generated from the OpenAPI document, and run by newman."""
