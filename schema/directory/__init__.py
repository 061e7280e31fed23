"""GraphQL types and mutations of organizations, members and roles."""
