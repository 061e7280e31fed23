"""The demo company: its figures, and its past, which every rule holds for."""

import re
from datetime import UTC, datetime
from random import Random

import pytest
from world import SIGNING_KEY

import models
from app.demo import tables
from app.demo.company import Company
from app.demo.history import build
from app.demo.start import logins
from models import ClaimStatus, OrganizationKind, TaskStatus
from resolvers.blocks import board as blocks_board
from resolvers.boards import Subject
from resolvers.leaderboards import board as leaderboards_board
from resolvers.signing import Signer
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring

NOW = datetime(2026, 3, 19, 9, tzinfo=UTC)  # a Thursday, five in the afternoon in Shanghai
FEW = 200  # acts: enough for every state


# ---------------------------------------------------------------- its past


async def ranked(company: Company, period: PeriodKind, subject: Subject = Subject.MEMBER) -> int:
    root = company.organizations[tables.ROOT_CODE].id
    key = await leaderboards_board.key(
        company.admin, root, subject, period, None, OrganizationKind.BRANCH, False, OrganizationScoring.MEAN
    )
    board = await leaderboards_board.load(key)
    assert board
    return len(board.ranking)


async def test_the_company_of_the_domain(database: str) -> None:
    company = await build(NOW, FEW, signer=Signer(SIGNING_KEY))

    kinds = await models.sql.rows("SELECT kind, COUNT(*) AS number FROM organizations GROUP BY kind")
    assert {one["kind"]: one["number"] for one in kinds} == {"COMMITTEE": 1, "BRANCH": 9, "GROUP": 7}
    assert await models.Member.filter(active=True).count() == 270
    assert {one.status for one in await models.Task.all()} == set(TaskStatus)
    assert 44 <= await models.Task.all().count() <= 50
    assert {one.status for one in await models.Claim.all()} >= {
        *(ClaimStatus.CLAIMED, ClaimStatus.SUBMITTED, ClaimStatus.APPROVED, ClaimStatus.RELEASED),
    }
    assert await models.Course.filter(status="PUBLISHED").count() == 50
    assert await models.Study.filter(completed_at__not_isnull=True).count() > FEW / 10
    for period in PeriodKind:
        assert await ranked(company, period) >= 5, period
    assert await ranked(company, PeriodKind.MONTH, Subject.ORGANIZATION) == 9

    accounts = {one.login for one in await models.Account.all()}
    assert accounts == {"admin", *(login for login, _ in logins())}
    assert len({one.password_hash for one in await models.Account.all()}) == 1

    root = company.organizations[tables.ROOT_CODE]
    board = await blocks_board.load(await blocks_board.BLOCK_BOARDS.key(company.admin, root.id))
    assert board
    assert (board.block_count, len(board.blocks)) == (229, 229)
    assert board.paired_count > 600
    assert all(len(one.told.paired) >= 3 and one.proof.broken_at is None for one in board.blocks)
    assert sum(one.inspection is not None for one in board.blocks) > 50
    assert sum(one.proof.head.sequence > 1 for one in board.blocks) > 5

    # Its rows are such as the rules would have made.
    wrong = await models.sql.rows(
        """SELECT m.id FROM members m LEFT JOIN points_entries e ON e.member_id = m.id
           GROUP BY m.id, m.balance, m.debt HAVING COALESCE(SUM(e.amount), 0) <> m.balance - m.debt"""
    )
    assert not wrong
    times = await models.sql.rows("SELECT recorded_at AS at FROM points_entries ORDER BY position, line")
    assert times == sorted(times, key=lambda one: str(one["at"]))
    assert not await models.sql.rows("SELECT id FROM points_entries WHERE recorded_at > :now", now=NOW)
    approved = await models.sql.value("SELECT COUNT(*) AS n FROM claims WHERE status = 'APPROVED'")
    assert approved == await models.sql.value("SELECT COUNT(*) AS n FROM points_entries WHERE claim_id IS NOT NULL")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("now", ["2026-01-01T00:05:00+08:00", "2028-03-31T23:59:59+08:00"])
async def test_it_can_be_made_on_any_day(database: str, now: str) -> None:
    company = await build(datetime.fromisoformat(now).astimezone(UTC), acts=20)
    assert await models.Member.all().count() == 270
    assert {one.status for one in await models.Task.all()} >= {TaskStatus.DRAFT, TaskStatus.SCHEDULED, TaskStatus.OPEN}
    for period in PeriodKind:
        assert await ranked(company, period), period


def test_names_are_invented_the_same_each_time() -> None:
    names = tables.people(270, Random(tables.SEED))
    assert names == tables.people(270, Random(tables.SEED))
    assert len(set(names)) == 270
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,3}", name) for name in names)
