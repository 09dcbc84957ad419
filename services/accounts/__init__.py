"""People, teams, clients; sign-in and keys."""
