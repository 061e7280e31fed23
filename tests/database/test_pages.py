"""Pages of every list that there is, continued after whatever somebody takes for a cursor."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bad_documents import CURSORS
from tortoise import fields
from world import World

from models import pages
from models.pages import Listing
from rules.refusals import InvalidInput

TEXTS = ("", "a", "\x00", "a\x00b", "\ud800", "a" * 50_000, "２０", "-1", "1e9", "0001-01-01T00:00:00+23:59")
NUMBERS = (-1, 7, 2**31, -(2**31) - 1, 2**40, 2**62, 2**63, -(2**63) - 1, 10**18, 10**30, 10**4_000)
BAD: tuple[Any, ...] = (*TEXTS, *NUMBERS, *map(str, NUMBERS))


def listings() -> Iterator[Listing[Any]]:
    """Every order that a list of the schema has, over all rows of its table."""
    orders = {
        (one.model, one.order)
        for name, module in list(sys.modules.items())
        if name.startswith("models.")
        for one in vars(module).values()
        if isinstance(one, Listing)
    }
    for model, order in orders:
        yield Listing(model, f"{model._meta.db_table} t", f"t.{model._meta.db_pk_column}", order)


def taken(field: fields.Field[Any]) -> str:
    """What the column could hold."""
    kinds = {
        fields.DatetimeField: "2026-03-01T08:00:00+00:00",
        fields.UUIDField: "01890a5d-ac96-774b-bcce-b302099a8057",
        fields.IntField: "7",
        fields.CharField: "GS-1",
    }
    return next(value for kind, value in kinds.items() if isinstance(field, kind))


def written(values: list[Any]) -> str:
    """As a cursor, with what no UTF-8 has as JSON's escapes."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


async def test_a_cursor_goes_on_or_is_refused_whatever_it_says(world: World) -> None:
    """No column is asked for what it can't hold: what a database says then is not for whoever asked."""
    faults: list[str] = []
    outcomes = {True: 0, False: 0}
    for listing in listings():
        columns = [listing.model._meta.fields_map[column] for column, _ in listing.order]
        good = [taken(one) for one in columns]
        bad = [[*good[:place], one, *good[place + 1 :]] for place in range(len(good)) for one in BAD]
        for text in (written(good), *map(written, bad), *CURSORS.values()):
            try:
                await pages.load(listing, [uuid4()], 1, text)
                outcomes[True] += 1
            except InvalidInput:
                outcomes[False] += 1
            except Exception as fault:
                faults.append(f"{listing.model.__name__} {listing.order} {text[:100]}: {fault!r:.200}")
    assert not faults, "\n".join(faults)
    assert all(outcomes.values())
