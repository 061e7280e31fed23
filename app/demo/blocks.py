"""The demo company's 229 blocks: laid out on its first morning, changed and inspected since."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from app.demo import tables
from app.demo.company import Company, Person
from resolvers.blocks import blocks, inspections
from resolvers.blocks.block_fields import Colleague
from resolvers.blocks.inspections import Marks

BLOCKS = 229
CHANGED, INSPECTED = 24, 150  # of them, since
AREAS = ("工位区", "会议室", "机房", "走廊", "茶水间", "资料室", "样品间", "仓库")
EXTENTS = ("含门窗、地面和绿植", "从消防门到茶水间", "含设备和线缆", "含公共书架", "从电梯口到楼梯口")
CHANGES = ("人员调整", "工位搬迁", "范围扩大到走廊", "结对同事轮换")
FINDINGS = ("", "", "线缆已归位。", "绿植需要浇水。", "物品摆放整齐。", "消防通道畅通。", "抽屉标签待补。")

Plan = Callable[[datetime, Callable[[], Awaitable[object]]], None]


async def lay_out(company: Company, plan: Plan) -> None:
    """plan: does something at a later moment. A company without a signing key has no blocks."""
    if company.admin.signer is None:
        return
    chance, begun = company.chance, company.clock.at
    names = tables.people(BLOCKS * 2, chance)  # colleagues who are no members
    for number in range(BLOCKS):
        company.clock.at += timedelta(seconds=20)
        made = await _lay(company, number, names[number * 2 : number * 2 + 2])
        if number % (BLOCKS // CHANGED) == 4:
            later = begun + timedelta(days=chance.uniform(3, 50))
            plan(later, lambda block=made: _change(company, *block))
        if chance.random() < INSPECTED / BLOCKS:
            later = begun + timedelta(days=chance.uniform(5, 55))
            plan(later, lambda block=made: _inspect(company, *block))


async def _lay(company: Company, number: int, outside: list[str]) -> tuple[UUID, str]:
    """Each member of a branch answers for one, as far as members reach."""
    chance = company.chance
    person = company.people[number * len(company.people) // BLOCKS]
    made = await blocks.create(
        company.secretaries[person.branch].session,
        organization_id=company.organizations[person.branch].id,
        name=f"{2 + number // 40}楼{'东西南北'[number % 4]}区{AREAS[number % len(AREAS)]}{number % 40 + 1:02}",
        extent=chance.choice(EXTENTS),
        responsible_id=person.id,
        paired=[*(Colleague(one, None) for one in outside), *_members(company, person, chance.choice((1, 1, 2)))],
        reason="划定责任区",
    )
    return made.id, person.branch


def _members(company: Company, but: Person, count: int) -> list[Colleague]:
    others = [one for one in company.people if one is not but]
    return [Colleague(None, one.id) for one in company.chance.sample(others, count)]


async def _change(company: Company, block_id: UUID, branch: str) -> None:
    await blocks.revise(
        company.secretaries[branch].session,
        block_id,
        1,
        name=None,
        extent=company.chance.choice(EXTENTS),
        responsible_id=None,
        paired=None,
        reason=company.chance.choice(CHANGES),
    )


async def _inspect(company: Company, block_id: UUID, branch: str) -> None:
    marks = Marks(*company.chance.choices((3, 4, 5), (1, 2, 2), k=5))
    by = company.reviewers[branch].session
    await inspections.inspect(by, block_id, marks, company.chance.choice(FINDINGS))
