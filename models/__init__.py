"""Rows, their queries and their changes of state. Modules are the namespace: `models.tasks.take_slot(...)`."""

from models import (
    attempts,
    blocks,
    caps,
    clock,
    courses,
    database,
    displays,
    freezes,
    leaderboards,
    members,
    organizations,
    pages,
    points,
    rewards,
    roles,
    rules,
    seals,
    secrets,
    sessions,
    sql,
    studies,
    tasks,
)
from models.blocks import Block, BlockInspection, BlockOpening, BlockPair, BlockRevision
from models.clock import BoardVersion, Clock, Instant
from models.courses import Course, CourseStatus
from models.displays import Display, DisplayPairing, DisplayScene, SceneKind
from models.freezes import Freeze
from models.members import Member, Membership
from models.organizations import Lecturing, Organization, OrganizationKind, OrganizationPath
from models.points import IdempotencyKey, PointsEntry, PointsKind, PointsReason
from models.rewards import Redemption, RedemptionStatus, Reward
from models.roles import RoleGrant
from models.rules import PointRule, PointRuleVersion
from models.sessions import Account, AuthToken, ServiceToken
from models.studies import Study, StudyReport
from models.tasks import Claim, ClaimStatus, Task, TaskReview, TaskStatus

__all__ = [
    "Account",
    "AuthToken",
    "Block",
    "BlockInspection",
    "BlockOpening",
    "BlockPair",
    "BlockRevision",
    "BoardVersion",
    "Claim",
    "ClaimStatus",
    "Clock",
    "Course",
    "CourseStatus",
    "Display",
    "DisplayPairing",
    "DisplayScene",
    "Freeze",
    "IdempotencyKey",
    "Instant",
    "Lecturing",
    "Member",
    "Membership",
    "Organization",
    "OrganizationKind",
    "OrganizationPath",
    "PointRule",
    "PointRuleVersion",
    "PointsEntry",
    "PointsKind",
    "PointsReason",
    "Redemption",
    "RedemptionStatus",
    "Reward",
    "RoleGrant",
    "SceneKind",
    "ServiceToken",
    "Study",
    "StudyReport",
    "Task",
    "TaskReview",
    "TaskStatus",
    "attempts",
    "blocks",
    "caps",
    "clock",
    "courses",
    "database",
    "displays",
    "freezes",
    "leaderboards",
    "members",
    "organizations",
    "pages",
    "points",
    "rewards",
    "roles",
    "rules",
    "seals",
    "secrets",
    "sessions",
    "sql",
    "studies",
    "tasks",
]
