"""Doing things through the API, and seeing what the audit log kept of each.

acts = Acts(world, company.root.id)
said = await acts.do("claimTask", li, Kept("Claim", company.first, [li]), taskId=task)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type, is_leaf_type
from world import Person, World

import models
from models import AuditEntry, Organization
from schema import ids, schema

GRAPHQL = schema._schema


@dataclass(frozen=True)
class Kept:
    """What an entry has to say. place, members None: whatever was made."""

    kind: str
    place: Organization | None
    members: Sequence[Person] | None = ()
    times: int = 1
    named: bool = True  # whether the answer holds what it was done to
    details: dict[str, Any] = field(default_factory=dict[str, Any])


def _selected(name: str) -> str:
    """All plain fields of a success, and the ids of what it holds."""
    made = GRAPHQL.type_map[name]
    assert isinstance(made, GraphQLObjectType)
    parts: list[str] = []
    for one, of in made.fields.items():
        named = get_named_type(of.type)
        if is_leaf_type(named):
            parts.append(one)
        elif isinstance(named, GraphQLObjectType):
            plain = [name for name, inner in named.fields.items() if is_leaf_type(get_named_type(inner.type))]
            parts.append(f"{one} {{ {'id' if 'id' in plain else ' '.join(plain)} }}")
    return " ".join(["__typename", *parts])


def query(name: str) -> str:
    assert GRAPHQL.mutation_type
    answer = get_named_type(GRAPHQL.mutation_type.fields[name].type)
    assert isinstance(answer, GraphQLUnionType)
    success = next(one.name for one in answer.types if one.name.endswith("Success"))
    [(argument, of)] = GRAPHQL.mutation_type.fields[name].args.items() or [("", None)]
    declared, passed = (f"($given: {of.type})", f"({argument}: $given)") if of else ("", "")
    return f"""mutation {declared} {{ found: {name}{passed} {{
      ... on UserError {{ message }} ... on {success} {{ {_selected(success)} }} }} }}"""


@dataclass
class Acts:
    world: World
    root_id: UUID
    called: set[str] = field(default_factory=set[str])
    left_nothing: set[str] = field(default_factory=set[str])

    async def do(self, name: str, by: Person | None, kept: Kept | None, given: Any = None, /, **fields: Any) -> Any:
        """The success. kept None: nothing."""
        before = {one.id for one in await AuditEntry.all()}
        said = (await self.world.ask(by, query(name), **({"given": given or fields} if given or fields else {})))[
            "found"
        ]
        for one in said if isinstance(said, list) else [said]:
            assert "message" not in one, (name, one)
        new = [one for one in await AuditEntry.all().order_by("sequence") if one.id not in before]
        assert len(new) == (kept.times if kept else 0), (name, [one.action for one in new])
        if not kept and name not in self.called:
            self.left_nothing.add(name)
        self.called.add(name)
        if kept:
            self._check(name, by, kept, new, said)
        return said

    def _check(self, name: str, by: Person | None, kept: Kept, new: list[AuditEntry], said: Any) -> None:
        for one in new:
            assert one.action == name
            assert one.happened_at == self.world.clock.now
            assert one.subject_type == kept.kind, name
            concerned = set(models.audit.unlisted(one.member_ids))
            assert concerned == {person.id for person in kept.members} if kept.members is not None else concerned, name
            assert kept.details == {} or json.loads(one.details or "{}") == kept.details, name
            if by and name != "signOut":
                assert one.account_id == by.account.id
                assert one.actor_member_id == (by.member.id if by.member else None)
        places = {one.organization_id for one in new}
        assert len(places) == kept.times, name
        assert kept.place is None or kept.place.id in places, name
        assert {one.root_id for one in new} == {self.root_id}, name
        if kept.named:
            held = {global_id(one, kept.kind) for one in models.audit.unlisted(new[0].subject_ids)}
            assert held, name
            assert held <= set(_ids(said)), (name, said)


def global_id(key: UUID, kind: str) -> str:
    return ids.encode(kind, key)


def _ids(said: Any) -> list[str]:
    match said:
        case list():
            return [found for one in said for found in _ids(one)]
        case dict():
            own = [said["id"]] if said.get("id") else []
            return own + [found for one in said.values() for found in _ids(one)]
        case _:
            return []
