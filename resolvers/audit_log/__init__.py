"""The audit log: reading it, its exported heads, and conflated entries of looks and refusals."""
