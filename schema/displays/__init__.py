"""GraphQL types and mutations of displays."""
