"""What has to happen once after a backup was put back."""

from datetime import datetime

import models
from resolvers import audit
from resolvers.audit import Subject


async def restored(now: datetime) -> None:
    """Boards have newer versions than any screen may have seen before, and logs go on behind any cursor."""
    async with models.database.transaction():
        await models.restoring.lift()
        await audit.write(now, audit.command_line("restored"), [Subject(None, (), None, None)])
