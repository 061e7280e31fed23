"""What has to happen once after a backup was put back."""

import models


async def restored() -> None:
    """Boards have newer versions than any screen may have seen before, and logs go on behind any cursor."""
    async with models.database.transaction():
        await models.restoring.lift()
