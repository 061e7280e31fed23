"""What ends in the arena when an organization closes or two members become one."""

from uuid import UUID

import models
from models import Claim, Organization, TaskStatus, clock, closings, merges
from models.clock import InstantKind
from resolvers.arena import claims
from resolvers.facts import Fact, SomethingBegan
from resolvers.unit_of_work import Work

CLOSED = "Withdrawn, because {name} was closed."
SAME_PERSON = "Withdrawn, because the same person holds this task already."


async def end_all_at(work: Work, fact: Fact) -> None:
    """Tasks set at the organization close, claims of them are withdrawn."""
    place = await Organization.get(id=fact.subject)
    closed: list[UUID] = []
    for task in await closings.tasks(place.id):
        await clock.unschedule(task.id, InstantKind.TASK_OPENS)  # before the task is locked, as the scheduler does
        if await models.tasks.change_status(task.id, TaskStatus.CLOSED, TaskStatus.OPEN, TaskStatus.SCHEDULED):
            closed.append(task.id)
    if closed:
        work.audit("Task", *closed, root=place.root_id, at=place.id)
    withdrawn = [
        claim
        for claim in await closings.claims(place.id)
        if await claims.withdraw(work, claim, CLOSED.format(name=place.name))
    ]
    if withdrawn:
        members = [claim.member_id for claim in withdrawn]
        work.audit("Claim", *(claim.id for claim in withdrawn), root=place.root_id, at=place.id, members=members)


async def none_is_left_at(work: Work, fact: Fact) -> None:
    if await closings.tasks(fact.subject) or await closings.claims(fact.subject):
        raise SomethingBegan(f"a task or claim of organization {fact.subject}")


async def withdraw_what_both_hold(work: Work, fact: Fact) -> None:
    """The duplicate's claims of tasks that the survivor holds as well."""
    assert fact.other is not None
    for claim_id in await merges.claims_held_twice(fact.subject, fact.other):
        await claims.withdraw(work, await Claim.get(id=claim_id), SAME_PERSON)


async def nothing_is_held_twice(work: Work, fact: Fact) -> None:
    assert fact.other is not None
    if await merges.claims_held_twice(fact.subject, fact.other):
        raise SomethingBegan(f"members {fact.subject} and {fact.other} took one task")
