"""What people do in the task arena, as the mutations that a front end sends."""

from __future__ import annotations

from typing import Any

from world import Person, World

TASK = "id title status review points capacity claimedCount approvedCount opensAt dueAt"
CLAIM = """
id status evidence reviewNote claimedAt submittedAt decidedAt member { displayName }
task { id status claimedCount approvedCount }
pointsEntry { id kind amount rule reason occurredAt countsAt organization { name } source { ... on Claim { id } } }
"""
CARRIED = {"task": TASK, "claim": CLAIM}
# what an operation answers with, and the refusals that carry something
OPERATIONS = {
    "createTask": ("task", {}),
    "publishTask": ("task", {"TaskNotDraft": "task"}),
    "closeTask": ("task", {"TaskNotOpen": "task"}),
    "claimTask": ("claim", {"TaskNotOpen": "task", "TaskIsFull": "task", "AlreadyClaimed": "claim"}),
    "releaseClaim": ("claim", {"ClaimInWrongState": "claim"}),
    "submitClaim": ("claim", {"ClaimInWrongState": "claim"}),
    "approveClaim": ("claim", {"ClaimInWrongState": "claim"}),
    "returnClaim": ("claim", {"ClaimInWrongState": "claim"}),
    "rejectClaim": ("claim", {"ClaimInWrongState": "claim"}),
}
WITHOUT_INPUT_FAULTS = {"closeTask", "claimTask", "releaseClaim"}


def mutation(operation: str) -> str:
    answered, refusals = OPERATIONS[operation]
    name = operation[0].upper() + operation[1:]
    parts = [f"... on {name}Success {{ {answered} {{ {CARRIED[answered]} }} }}"]
    parts += [f"... on {refusal} {{ {carried} {{ {CARRIED[carried]} }} }}" for refusal, carried in refusals.items()]
    if operation not in WITHOUT_INPUT_FAULTS:
        parts.append("... on InvalidInput { fields { path } }")
    return f"""mutation ($input: {name}Input!) {{ {operation}(input: $input) {{
        __typename ... on UserError {{ message }} {" ".join(parts)} }} }}"""


async def do(world: World, who: Person | None, operation: str, **given: Any) -> dict[str, Any]:
    """The answer, whichever it is."""
    return (await world.ask(who, mutation(operation), input=given))[operation]


async def done(world: World, who: Person, operation: str, **given: Any) -> dict[str, Any]:
    """The task or claim after an operation that has to succeed."""
    answer = await do(world, who, operation, **given)
    assert answer["__typename"].endswith("Success"), answer
    return answer[OPERATIONS[operation][0]]
