"""Points rules: set at an organization for everything below it, in versions that never change.

Of several rules of one code the nearest upwards holds; one without an organization is built in and comes last. Of a
rule's versions the newest that has begun holds; where that one has ended, the rule does not.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.members import Member
from models.pages import Listing
from rules.points import specs as points_specs
from rules.points.specs import Spec


class PointRule(Model):
    """root_id and organization_id None: built in."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField(null=True)
    organization_id = fields.UUIDField(null=True)
    code = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "point_rules"
        unique_together = (("organization_id", "code"),)


class PointRuleVersion(Model):
    """spec: as rules.points.specs writes it; cap_group and base are read from it, for SQL."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    rule_id = fields.UUIDField()
    number = fields.IntField()
    spec = fields.TextField()
    cap_group = fields.CharField(max_length=64, null=True)
    base = fields.IntField(null=True)
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField(null=True)
    created_by_id = fields.UUIDField(null=True)  # account
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "point_rule_versions"
        unique_together = (("rule_id", "number"),)

    def rule(self) -> Spec:
        return parsed(self.spec)

    def holds(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@lru_cache(maxsize=2048)
def parsed(text: str) -> Spec:
    """Versions never change, so each is read once."""
    return points_specs.parse(json.loads(text), stored=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A rule with its versions, newest first."""

    rule: PointRule
    versions: Sequence[PointRuleVersion]

    def begun(self, at: datetime) -> PointRuleVersion | None:
        """The newest that had begun then; it may have ended since."""
        return next((one for one in self.versions if one.valid_from <= at), None)


def version(
    rule_id: UUID, number: int, spec: Spec, at: datetime, by: UUID | None, **valid: datetime | None
) -> PointRuleVersion:
    """A new row, not yet kept."""
    return PointRuleVersion(
        rule_id=rule_id,
        number=number,
        spec=json.dumps(points_specs.written(spec), ensure_ascii=False, sort_keys=True),
        cap_group=spec.group,
        base=spec.base,
        created_by_id=by,
        created_at=at,
        **valid,
    )


async def insert(rule: PointRule) -> bool:
    """False: the organization has a rule of that code."""
    return bool(
        await sql.execute(
            """INSERT INTO point_rules (id, root_id, organization_id, code, created_at)
               VALUES (:id, :root, :organization, :code, :at) ON CONFLICT (organization_id, code) DO NOTHING""",
            id=rule.id,
            root=rule.root_id,
            organization=rule.organization_id,
            code=rule.code,
            at=rule.created_at,
        )
    )


async def lock(rule_id: UUID) -> None:
    """Until the transaction ends nobody else makes a version of it."""
    await sql.execute("UPDATE point_rules SET code = code WHERE id = :id", id=rule_id)


async def versions_of(rule_ids: Iterable[UUID]) -> dict[UUID, list[PointRuleVersion]]:
    """Newest first."""
    lines: dict[UUID, list[PointRuleVersion]] = {one: [] for one in rule_ids}
    if lines:
        for one in await PointRuleVersion.filter(rule_id__in=list(lines)).order_by("-number"):
            lines[one.rule_id].append(one)
    return lines


async def versions_by_ids(ids: Iterable[UUID]) -> dict[UUID, PointRuleVersion]:
    return {one.id: one for one in await PointRuleVersion.filter(id__in=list(set(ids)))}


async def lines(codes: Iterable[str] | None, organization_ids: Iterable[UUID]) -> list[Line]:
    """The rules set at these organizations, and the built-in ones; codes None: all. Two statements."""
    wanted = set(codes) if codes is not None else None
    found = await sql.models(
        PointRule,
        f"""SELECT * FROM point_rules WHERE (organization_id IS NULL OR organization_id IN :organizations)
            {"AND code IN :codes" if wanted is not None else ""} ORDER BY code, id""",
        organizations=list(set(organization_ids)),
        codes=list(wanted or ()),
    )
    versions = await versions_of(one.id for one in found)
    return [Line(one, versions[one.id]) for one in found]


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds where, of some codes and some organizations."""

    _lines: Mapping[tuple[UUID | None, str], Line]
    _upwards: Mapping[UUID, Sequence[UUID]]

    def candidates(self, code: str, organization_id: UUID) -> list[Line]:
        """Nearest first, the built-in one last."""
        places: list[UUID | None] = [*self._upwards.get(organization_id, ()), None]
        return [self._lines[one, code] for one in places if (one, code) in self._lines]

    def at(self, code: str, organization_id: UUID, at: datetime) -> PointRuleVersion | None:
        """The version in force there and then; else the nearest that ever was, which does not hold; None: no rule of
        that code."""
        begun = [one.begun(at) or one.versions[-1] for one in self.candidates(code, organization_id)]
        return next((one for one in begun if one.holds(at)), begun[0] if begun else None)


async def for_organizations(codes: Iterable[str] | None, organization_ids: Iterable[UUID]) -> Rules:
    """Three statements, however many."""
    upwards: dict[UUID, list[UUID]] = {}
    for one in await sql.rows(
        "SELECT descendant_id, ancestor_id FROM organization_paths WHERE descendant_id IN :ids ORDER BY depth",
        ids=list(set(organization_ids)),
    ):
        upwards.setdefault(sql.uid(one["descendant_id"]), []).append(sql.uid(one["ancestor_id"]))
    found = await lines(codes, {one for line in upwards.values() for one in line})
    return Rules({(one.rule.organization_id, one.rule.code): one for one in found}, upwards)


async def set_below(organization_id: UUID, code: str) -> set[UUID]:
    """Ids of the rules of a code that are set strictly below an organization."""
    found = await sql.rows(
        """SELECT r.id FROM point_rules r JOIN organization_paths p ON p.descendant_id = r.organization_id
           WHERE p.ancestor_id = :organization AND p.depth > 0 AND r.code = :code""",
        organization=organization_id,
        code=code,
    )
    return {sql.uid(one["id"]) for one in found}


async def codes_with_base(root_id: UUID) -> list[str]:
    """Rules of a root, and built-in ones, of which a version has ever had a base."""
    found = await sql.rows(
        """SELECT DISTINCT r.code FROM point_rule_versions v JOIN point_rules r ON r.id = v.rule_id
           WHERE v.base IS NOT NULL AND (r.root_id = :root OR r.root_id IS NULL) ORDER BY r.code""",
        root=root_id,
    )
    return [one["code"] for one in found]


async def without_base(root_id: UUID, code: str, year: int) -> list[Member]:
    """Active members of a root to whom a rule has not given its base for a year."""
    return await sql.models(
        Member,
        """SELECT m.* FROM members m WHERE m.root_id = :root AND m.active = :yes
             AND NOT EXISTS (SELECT 1 FROM points_entries e
               WHERE e.member_id = m.id AND e.rule = :code AND e.base_year = :year) ORDER BY m.id""",
        root=root_id,
        yes=True,
        code=code,
        year=year,
    )


async def codes_of_groups(groups: Iterable[str], root_id: UUID) -> dict[str, list[str]]:
    """Which rules of a root, and which built-in ones, have ever shared caps under these names."""
    found = await sql.rows(
        """SELECT DISTINCT v.cap_group, r.code FROM point_rule_versions v JOIN point_rules r ON r.id = v.rule_id
           WHERE v.cap_group IN :groups AND (r.root_id = :root OR r.root_id IS NULL) ORDER BY v.cap_group, r.code""",
        groups=list(set(groups)),
        root=root_id,
    )
    codes: dict[str, list[str]] = {}
    for one in found:
        codes.setdefault(one["cap_group"], []).append(one["code"])
    return codes


# ---------------------------------------------------------------- lists

VERSIONS = Listing(PointRuleVersion, "point_rule_versions t", "t.rule_id", (("number", True),))
