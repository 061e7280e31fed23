"""GraphQL types of leaderboards, explanations and freezes."""
