"""GraphQL types and mutations of rewards and redemptions."""
