"""The refusal of what can't begin at an organization that is closed."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from rules import refusals
from schema import errors
from schema.errors import UserError

if TYPE_CHECKING:
    from schema.directory.organizations import Organization


@strawberry.type(description="Nothing begins at an organization that is closed, and nobody comes to it.")
class OrganizationIsClosed(UserError):
    organization: Annotated["Organization", strawberry.lazy("schema.directory.organizations")] = strawberry.field(
        description="The closed organization; its `closedAt` says since when."
    )


def _closed(refusal: Any) -> OrganizationIsClosed:
    from schema.directory.organizations import Organization

    return OrganizationIsClosed(message=refusal.message, organization=Organization.of(refusal.subject))


errors.answers(refusals.OrganizationIsClosed, _closed)
