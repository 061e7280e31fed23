"""GraphQL types and mutations of courses and studies."""
