"""What a revision of a block may say, and who may be named in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import Member
from rules import identity, texts
from rules.refusals import Checks

LEAST_PAIRED, MOST_PAIRED = 3, 50
MOST_NAME, MOST_EXTENT, MOST_REASON, MOST_PERSON = 100, 1_000, 500, 100  # characters


@dataclass(frozen=True, slots=True)
class Colleague:
    """As asked for: one of the two."""

    name: str | None
    member_id: UUID | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a revision will say. paired: names as they are committed to, with the member where there is one."""

    name: str
    extent: str
    reason: str
    responsible_id: UUID
    paired: Sequence[tuple[str, UUID | None]]
    retired: bool = False


def name(checks: Checks, name: str) -> str:
    return checks.line(name, "name", least=1, most=MOST_NAME)


def extent(checks: Checks, extent: str) -> str:
    return checks.text(extent, "extent", least=1, most=MOST_EXTENT)


def reason(checks: Checks, reason: str) -> str:
    return checks.text(reason, "reason", least=1, most=MOST_REASON)


def paired(checks: Checks, paired: Sequence[Colleague]) -> None:
    """Names and members one by one; that they are different people."""
    seen: set[object] = set()
    for place, one in enumerate(paired):
        at = f"pairedWith.{place}"
        if (one.name is None) == (one.member_id is None):
            checks.that(False, at, "A paired colleague is a name or a memberId, one of the two.")
            continue
        who: object = one.member_id
        if one.name is not None:
            who = identity.folded(checks.line(one.name, f"{at}.name", least=1, most=MOST_PERSON))
        checks.that(
            who not in seen,
            at,
            "This colleague is named twice; add what distinguishes two people of one name.",
        )
        seen.add(who)
    checks.that(
        LEAST_PAIRED <= len(paired) <= MOST_PAIRED,
        "pairedWith",
        f"pairedWith names {len(paired)}; at least {LEAST_PAIRED} colleagues are paired, at most {MOST_PAIRED}.",
    )


def whole(draft: Draft) -> None:
    """InvalidInput: what is left as it is was erased, or somebody is paired with himself."""
    checks = Checks()
    checks.that(draft.name != "", "name", "The name was erased; enter it again.")
    checks.that(draft.extent != "", "extent", "The extent was erased; enter it again.")
    checks.that(
        all(name for name, _ in draft.paired),
        "pairedWith",
        "A paired colleague's name was erased; name them all again.",
    )
    members = [member for _, member in draft.paired]
    checks.that(
        draft.responsible_id not in members,
        "pairedWith",
        "The responsible member cannot be paired with themselves.",
    )
    checks.done()


def named(responsible_id: UUID | None, paired: Sequence[Colleague]) -> set[UUID]:
    """The members who are asked for."""
    return {one.member_id for one in paired if one.member_id} | ({responsible_id} if responsible_id else set[UUID]())


def people(
    root_id: UUID, responsible_id: UUID | None, paired: Sequence[Colleague], found: Mapping[UUID, Member]
) -> Sequence[tuple[str, UUID | None]]:
    """Names and members of the paired. found: members as they stand, locked. InvalidInput: somebody is no member here,
    or no more."""
    checks = Checks()

    def check(member_id: UUID, path: str) -> None:
        member = found.get(member_id)
        belongs = member is not None and member.root_id == root_id and member.active
        checks.that(belongs, path, f"{path} is not the id of an active member of this root.")

    if responsible_id:
        check(responsible_id, "responsibleId")
    for place, one in enumerate(paired):
        if one.member_id:
            check(one.member_id, f"pairedWith.{place}.memberId")
    checks.done()
    return [
        (found[one.member_id].display_name if one.member_id else texts.line(one.name or ""), one.member_id)
        for one in paired
    ]
