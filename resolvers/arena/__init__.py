"""Tasks, claims and the arena board."""
