"""Reading tables, and what an import of them would change."""
