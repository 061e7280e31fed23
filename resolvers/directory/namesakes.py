"""One person, one row; and no alias that would be taken for another's name. docs/identity.md has the rules."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models import Member, namesakes
from models.namesakes import Candidate
from resolvers.session import Work
from rules import identity
from rules.identity import Marks
from rules.refusals import InvalidInput

SAME_PERSON = "An active member of this name has this phone already; change or move that one."
NAMESAKE = (
    "A member of this name is in this organization already, and neither phones nor logins tell the two apart. Change "
    "that one, or give both a phone; if they are two people, send anotherPerson: true."
)
SHOWN = "Another member shows this name, or one that looks like it; choose one that tells the two of you apart."
TO_BE_CHOSEN = "别名待定"  # "alias to be chosen": what boards show of who has lost one
LETTERS = "BCDFGHJKMNPQRTVWXY3479"  # none that looks like another
FOUR = 4


# ---------------------------------------------------------------- one person, one row


async def only_one(work: Work, member: Member, phone: str | None) -> None:
    """Families share a phone, and towns a name: who has both is the same person. Asked under the clock's lock."""
    if phone is not None and member.active and member.name_key:
        await work.position(member.root_id)
        if await namesakes.with_phone(member.root_id, member.name_key, phone, member.id):
            raise InvalidInput.at("phone", SAME_PERSON)


async def nobody_like(work: Work, made: Member, login: str | None) -> None:
    """A new member of whom nothing says that it is not the one who is there already. Asked under the clock's lock."""
    await work.position(made.root_id)
    own = Marks(made.phone_index, login)
    for one in await namesakes.in_organization(made):
        if not identity.told_apart(own, Marks(one.phone_index, one.login)):
            raise InvalidInput.at("name", NAMESAKE)


# ---------------------------------------------------------------- shown names


async def shown_names(work: Work, member: Member, *, chosen: bool = False) -> list[Member]:
    """After a member's shown name may have changed, under the clock's lock: a real name wins over aliases like it,
    which are set aside; an alias gives way to a name that another shows. Whose alias was set aside. chosen: the alias
    was chosen just now, so that InvalidInput says it. Names behind aliases are not looked at: nothing is told of them.
    """
    if not member.active or not member.shown_key:
        return []
    await work.position(member.root_id)
    others = await namesakes.showing(member.root_id, member.shown_key, member.id)
    if member.alias is None:
        return [one for one in others if await _sets_aside(work, one)]
    if not others or identity.look(member.name) == identity.look(member.alias):
        return []
    if chosen:
        raise InvalidInput.at("alias", SHOWN)
    return [member] if await _sets_aside(work, member) else []


async def _sets_aside(work: Work, owner: Member) -> bool:
    """False: it is their own name."""
    if owner.alias is None or identity.look(owner.name) == identity.look(owner.alias):
        return False
    await Member.filter(id=owner.id).update(**set_aside(owner.name, owner.alias))
    at = owner.organization_id
    work.audit("Member", owner.id, root=owner.root_id, at=at, members=[owner.id], changed=["alias"])
    return True


async def set_all_aside(work: Work, owners: Sequence[UUID]) -> None:
    """Of those whose alias is not their own name."""
    for one in (await models.members.by_ids(owners)).values():
        await _sets_aside(work, one)


def set_aside(name: str, alias: str) -> Mapping[str, str]:
    """The columns of somebody whose alias gives way. Not the real name comes in its place: the alias hid that."""
    instead = f"{TO_BE_CHOSEN} {''.join(secrets.choice(LETTERS) for _ in range(FOUR))}"
    return {"alias": instead, "alias_set_aside": alias, **models.members.keys(name, instead)}


# ---------------------------------------------------------------- twins that came before


@dataclass(frozen=True, slots=True)
class Twins:
    """Members who are likely one person. certain: name and phone agree; else only nothing tells them apart."""

    members: Sequence[UUID]
    organizations: Sequence[UUID]
    certain: bool


async def likely(root_id: UUID) -> list[Twins]:
    """For operators. By ids alone: what somebody is named is for those who may read it."""
    by_name: dict[str, list[Candidate]] = {}
    for one in await namesakes.candidates(root_id):
        by_name.setdefault(one.name_key, []).append(one)
    return [found for alike in by_name.values() for found in _twins(alike)]


def _twins(alike: Sequence[Candidate]) -> Iterable[Twins]:
    """Pairs, since likeness does not carry over: of three, two may have different phones and the third none."""
    for place, one in enumerate(alike):
        for other in alike[place + 1 :]:
            certain = one.phone_index is not None and one.phone_index == other.phone_index
            together = one.organization_id == other.organization_id
            apart = identity.told_apart(Marks(one.phone_index, one.login), Marks(other.phone_index, other.login))
            if certain or (together and not apart):
                yield Twins((one.id, other.id), (one.organization_id, other.organization_id), certain)
