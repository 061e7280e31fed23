"""GraphQL types and mutations of tasks, claims and the arena board."""
