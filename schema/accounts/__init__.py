"""GraphQL types and mutations of sign-in, sessions and service tokens."""
