"""All tests. Folders by what a test costs: unit, integration (real Postgres), gateway, architecture, browser."""
