"""What tests share: a world of people and keys in a real database, and doors to it."""
