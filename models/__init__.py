"""Rows, their queries and their changes of state. Modules are the namespace: `models.tasks.take_slot(...)`."""

from models import (
    blocks,
    caps,
    clock,
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
    tasks,
)
from models.blocks import Block, BlockInspection, BlockOpening, BlockPair, BlockRevision
from models.clock import BoardVersion, Clock, Instant
from models.displays import Display, DisplayPairing, DisplayScene, SceneKind
from models.freezes import Freeze
from models.members import Member, Membership
from models.organizations import Organization, OrganizationKind, OrganizationPath
from models.points import IdempotencyKey, PointsEntry, PointsKind, PointsReason
from models.rewards import Redemption, RedemptionStatus, Reward
from models.roles import RoleGrant
from models.rules import PointRule, PointRuleVersion
from models.sessions import Account, AuthToken, ServiceToken
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
    "Display",
    "DisplayPairing",
    "DisplayScene",
    "Freeze",
    "IdempotencyKey",
    "Instant",
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
    "Task",
    "TaskReview",
    "TaskStatus",
    "blocks",
    "caps",
    "clock",
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
    "tasks",
]
