"""GraphQL types and mutations of the points ledger and its rules."""
