"""What is kept of persons, as the table in docs/privacy.md."""

from resolvers.systems import PERSONAL


def table() -> str:
    """Markdown: a heading, and a row for each thing that is kept, in the order of the systems."""
    rows = [row for table in PERSONAL for row in table.rows]
    lines = [f"| {row.what} | {row.where} | {row.seen_by} | {row.erased} |" for row in rows]
    return "\n".join(["| what | where | who sees it | when erased |", "|---|---|---|---|", *lines]) + "\n"
