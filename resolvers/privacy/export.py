"""Everything that is kept about one person, as plain data. What it holds is described in docs/privacy.md."""

from datetime import datetime
from typing import Any
from uuid import UUID

import models
from models import Account, Member, Organization, exports, sql
from resolvers import audit
from resolvers.audit import Subject
from resolvers.systems import PERSONAL
from rules import ids

FORMAT = "leitai-member-export-1"
INSTANTS = "_at"
FLAGS = {"ranks", "correction", "retired"}  # SQLite keeps them as 0 and 1


async def export(member_id: UUID, at: datetime) -> dict[str, Any]:
    """All of one moment, with what is kept of those that were merged into the member. That it was handed out is
    recorded."""
    async with models.database.snapshot():
        member = await Member.get(id=member_id)
        kept = await _kept(member)
        merged = [await _kept(await Member.get(id=one)) for one in await models.merges.others(member_id)]
    subject = Subject("Member", [member.id], member.root_id, member.organization_id, member_ids=[member.id])
    await audit.record(at, audit.command_line("member export"), subject)
    return {"format": FORMAT, "exportedAt": _plain("at", at), **kept, "mergedMembers": merged}


async def _kept(member: Member) -> dict[str, Any]:
    """Of one row of members."""
    account = await Account.get_or_none(member_id=member.id)
    home = await Organization.get(id=member.organization_id)
    one = await models.members.purse(member.id)
    parts = await exports.read(PERSONAL, member.id)
    assert one
    return {
        "member": {
            "id": ids.encode("Member", member.id),
            "organization": home.code,
            "name": member.name,
            "alias": member.alias,
            "aliasSetAside": member.alias_set_aside,
            "phone": member.phone,
            "joinedOn": member.joined_on and member.joined_on.isoformat(),
            "hiddenOnBoards": member.hidden_on_boards,
            "active": member.active,
            "balance": one["balance"],
            "debt": one["debt"],
            "createdAt": _plain("at", member.created_at),
            "erasedAt": member.erased_at and _plain("at", member.erased_at),
        },
        "account": account and {"login": account.login, "createdAt": _plain("at", account.created_at)},
        **{_camel(name): [_row(one) for one in rows] for name, rows in parts.items()},
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {_camel(name): _plain(name, value) for name, value in row.items()}


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime) or name.endswith(INSTANTS):
        at = sql.instant(value)
        return at.isoformat().replace("+00:00", "Z")
    if name in FLAGS:
        return bool(value)
    return str(value) if isinstance(value, UUID) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.title() for one in others)
