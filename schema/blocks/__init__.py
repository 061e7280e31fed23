"""GraphQL types and mutations of responsibility blocks."""
