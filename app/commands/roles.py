"""`leitai role`: giving and ending a member's role, for the first ADMIN or SECRETARY of a root."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from app.commands.member import Who
from app.database import opened
from app.expected import CommandFailed
from app.running import run
from app.settings import load
from rules.roles import Role

roles_app = typer.Typer(no_args_is_help=True, help="Roles of members, as grantRole and revokeRole of the API.")
RoleName = Annotated[Role, typer.Argument(case_sensitive=False, help="ADMIN, SECRETARY or REVIEWER.")]
Code = Annotated[str, typer.Argument(metavar="ORGANIZATION", help="An organization's code; the role holds below too.")]


@roles_app.command("grant", help="From now on.")
def grant(
    who: Who,
    role: RoleName,
    organization: Code,
    until: Annotated[str | None, typer.Option(help="2027-01-31T18:00+08:00; left out: until it is ended.")] = None,
) -> None:
    ends_at = _instant(until)

    async def work() -> bool:
        from resolvers.directory import by_operator
        from resolvers.privacy import erasure
        from resolvers.systems import ports

        async with opened(load()):
            member = await erasure.find(who)
            at = await by_operator.organization(organization)
            return await by_operator.grant(member, role, at, ends_at, now=_now, ports=ports())

    given = run(work())
    typer.echo(f"{who} is {role.value} at {organization}." if given else f"{who} is {role.value} there already.")


@roles_app.command("end", help="Now; what has not begun never will.")
def end(who: Who, role: RoleName, organization: Code) -> None:
    async def work() -> int:
        from resolvers.directory import by_operator
        from resolvers.privacy import erasure
        from resolvers.systems import ports

        async with opened(load()):
            member = await erasure.find(who)
            at = await by_operator.organization(organization)
            return await by_operator.end(member, role, at, now=_now, ports=ports())

    if not run(work()):
        raise CommandFailed(f"{who} is not {role.value} at {organization}; nothing was ended.")
    typer.echo(f"{who} is no longer {role.value} at {organization}.")


def _now() -> datetime:
    return datetime.now(UTC)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter("write a moment with its offset, like 2027-01-31T18:00+08:00", param_hint="--until")
    return found.astimezone(UTC)
