"""Customers, contacts, and the lists of sectors and countries."""
