"""The points ledger: entries, rules and what they give, corrections, statements, the live log."""
