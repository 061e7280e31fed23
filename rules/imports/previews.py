"""What an import would change, field by field: how often, and some of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rules import phones
from rules.imports.matching_members import Person
from rules.imports.members import MembersPlan
from rules.imports.organizations import OrganizationsPlan, Place
from rules.imports.spreadsheets import shown

SAMPLES = 5


@dataclass(slots=True)
class Sampled:
    count: int = 0
    samples: list[str] = field(default_factory=list[str])

    def add(self, sample: str) -> None:
        self.count += 1
        if self.count <= SAMPLES:
            self.samples.append(sample)


@dataclass(frozen=True, slots=True)
class Preview:
    """changes: by field, in the order of its columns."""

    created: Sampled
    changes: Mapping[str, Sampled]

    def lines(self) -> list[str]:
        parts = {"create": self.created, **{f"change {name} of": one for name, one in self.changes.items()}}
        return [f"{what} {one.count:,}: {_listed(one)}" for what, one in parts.items() if one.count]


def _listed(one: Sampled) -> str:
    more = one.count - len(one.samples)
    return "; ".join(one.samples) + (f"; and {more:,} more" if more else "")


Fields = Mapping[str, str | None]


def of_organizations(plan: OrganizationsPlan) -> Preview:
    created = [f"{shown(one.code)} {shown(one.name)}" for one in plan.created]
    return _preview(created, ((shown(old.code), _of_place(old), _of_place(new)) for old, new in plan.updated))


def of_members(plan: MembersPlan) -> Preview:
    """Phone numbers are masked: a check may be shown to others."""
    created = [f"{shown(one.name)} in {shown(one.organization_code)}" for one in plan.created]
    changed = ((_named(known.person), _of_person(known.person), _of_person(new)) for known, new in plan.updated)
    return _preview(created, changed)


def _preview(created: Sequence[str], updated: Iterable[tuple[str, Fields, Fields]]) -> Preview:
    new, changes = Sampled(), dict[str, Sampled]()
    for one in created:
        new.add(one)
    for who, old, wanted in updated:
        for name, value in wanted.items():
            sampled = changes.setdefault(name, Sampled())
            if value != old[name]:
                sampled.add(f"{who} {_value(name, old[name])} → {_value(name, value)}")
    return Preview(new, changes)


def _value(name: str, value: str | None) -> str:
    if value is None:
        return "(empty)"
    return phones.masked(value) if name == "phone" else shown(value)


def _named(person: Person) -> str:
    return f"{shown(person.name)} in {shown(person.organization_code)}"


def _of_place(place: Place) -> Fields:
    return {
        "parent_code": place.parent_code,
        "name": place.name,
        "kind": place.kind,
        "time_zone": place.time_zone,
    }


def _of_person(person: Person) -> Fields:
    return {
        "organization_code": person.organization_code,
        "name": person.name,
        "alias": person.alias,
        "phone": person.phone,
        "joined_on": person.joined_on.isoformat() if person.joined_on else None,
        "login": person.login,
    }
