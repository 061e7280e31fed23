"""After a backup was put back: every count on which versions and cursors stand goes on beyond what was lost."""

from models import sql

LIFT = 2**32  # more positions than any root takes between two backups; 2²¹ restores fit what JSON can say exactly


async def lift() -> None:
    """Of all clocks, boards, displays and rights. Locks everything that counts until the transaction ends."""
    await sql.execute(
        "UPDATE clocks SET position = position + :lift, public_position = public_position + :lift", lift=LIFT
    )
    raised = ", ".join(
        f"{prefix}{name} = (SELECT {prefix}position FROM clocks c WHERE c.root_id = board_versions.root_id)"
        for prefix in ("", "public_")
        for name in (
            "changed",
            "blocks_changed",
            "courses_below_changed",
            "tasks_changed",
            "courses_changed",
            "all_changed",
        )
    )
    await sql.execute(f"UPDATE board_versions SET {raised}")
    await sql.execute(
        """UPDATE topic_versions SET
             changed = (SELECT position FROM clocks c WHERE c.root_id = topic_versions.root_id),
             public_changed = (SELECT public_position FROM clocks c WHERE c.root_id = topic_versions.root_id)"""
    )
    await sql.execute("UPDATE displays SET version = version + :lift", lift=LIFT)
    await sql.execute("UPDATE rights SET position = position + :lift WHERE id = 1", lift=LIFT)
