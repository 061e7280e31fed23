"""A document that was found good is not validated again, however often tests execute it by Strawberry's own path: most
of an execution's time is validating."""

from __future__ import annotations

from typing import Any

from strawberry.schema import schema as stock

MOST = 5_000  # texts
_good: dict[tuple[Any, ...], None] = {}
_validate = stock.validate_document


def _remembering(schema: Any, document: Any, rules: tuple[Any, ...]) -> list[Any]:
    known = (schema, rules, document.loc.source.body)
    if known in _good:
        return []
    errors = _validate(schema, document, rules)
    if not errors:
        while len(_good) >= MOST:
            del _good[next(iter(_good))]
        _good[known] = None
    return errors


def once() -> None:
    """From now on, in this process."""
    stock.validate_document = _remembering
