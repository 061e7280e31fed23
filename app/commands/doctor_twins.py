"""Members who are likely one person, for `leitai doctor`: by ids, so that nobody's name is told."""

from collections.abc import AsyncGenerator

import models
from app.commands.doctor_line import OK, WARNING, Line
from app.database import pending
from app.settings import Settings
from models import Organization
from resolvers.directory import namesakes
from rules import ids

SHOWN = 3  # pairs of a root: more are found once these are joined


async def members(settings: Settings) -> AsyncGenerator[Line]:
    if await pending(settings.database_url):
        return
    found = False
    async with models.database.opened(settings.database_url):
        for root in await Organization.filter(parent_id=None).order_by("code"):
            twins = sorted(await namesakes.likely(root.id), key=lambda one: not one.certain)
            if twins:
                found = True
                pairs = ", ".join(
                    " and ".join(ids.encode("Member", one) for one in pair.members) for pair in twins[:SHOWN]
                )
                certain = sum(one.certain for one in twins)
                yield Line(
                    WARNING,
                    "members",
                    f"{len(twins)} pair(s) under {root.code} are likely one person each ({certain} by name and phone): "
                    f"{pairs}{', …' if len(twins) > SHOWN else ''}. Join them by mergeMembers, or give each a phone.",
                )
    if not found:
        yield Line(OK, "members", "nobody is likely entered twice.")
