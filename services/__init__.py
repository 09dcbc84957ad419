"""Skep's services: one folder a service, and the libraries that they share."""
