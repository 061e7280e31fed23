"""The schema: a table of contents. Each aggregate brings its own fields, in a file of its name."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import enums as _enums  # isort: skip  # noqa: F401 -- before the types that use them
from schema.accounts.account_sessions import AccountSessionMutations
from schema.accounts.openid import OpenIdMutations
from schema.accounts.service_tokens import ServiceMutations, ServiceQueries
from schema.accounts.sessions import SessionMutations, SessionQueries
from schema.arena.board import ArenaQueries
from schema.arena.task_mutations import TaskMutations
from schema.arena.task_queries import TaskQueries
from schema.audit_log.log import AuditQueries
from schema.blocks.block_mutations import BlockMutations
from schema.blocks.board import BlockQueries
from schema.costs import describe
from schema.descriptions import complete
from schema.directory.closing_mutations import ClosingMutations
from schema.directory.member_mutations import MemberMutations
from schema.directory.members import MemberQueries
from schema.directory.merge_mutations import MergeMutations
from schema.directory.organization_mutations import OrganizationMutations
from schema.directory.organizations import OrganizationQueries
from schema.directory.roles import RoleMutations
from schema.displays.display_mutations import DisplayMutations
from schema.displays.displays import DisplayQueries
from schema.leaderboards.board import LeaderboardQueries
from schema.leaderboards.explanations import ExplanationQueries
from schema.leaderboards.freezes import FreezeMutations
from schema.learning.board import CourseQueries
from schema.learning.course_mutations import CourseMutations
from schema.node import NodeQueries
from schema.operations import named
from schema.points.acts import ActMutations
from schema.points.log import PointsLogQueries
from schema.points.point_mutations import PointMutations
from schema.points.rule_mutations import RuleMutations
from schema.points.rule_previews import RulePreviewQueries
from schema.points.rules import RuleQueries
from schema.points.statements import StatementMutations
from schema.rewards.reward_mutations import RewardMutations
from schema.rewards.rewards import RewardQueries
from schema.scalars import SCALARS
from schema.strangers import turned_away
from schema.subscriptions import Subscription


@strawberry.type(description="All queries.")
class Query(
    SessionQueries,
    NodeQueries,
    OrganizationQueries,
    MemberQueries,
    ArenaQueries,
    TaskQueries,
    CourseQueries,
    LeaderboardQueries,
    ExplanationQueries,
    RewardQueries,
    BlockQueries,
    PointsLogQueries,
    DisplayQueries,
    RuleQueries,
    RulePreviewQueries,
    ServiceQueries,
    AuditQueries,
):
    pass


@strawberry.type(description="All mutations. Every expected refusal is a member of the answer's union.")
class Mutation(
    SessionMutations,
    AccountSessionMutations,
    OpenIdMutations,
    OrganizationMutations,
    ClosingMutations,
    MemberMutations,
    MergeMutations,
    RoleMutations,
    TaskMutations,
    CourseMutations,
    PointMutations,
    RuleMutations,
    ActMutations,
    ServiceMutations,
    RewardMutations,
    StatementMutations,
    FreezeMutations,
    DisplayMutations,
    BlockMutations,
):
    pass


schema = strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS))
complete(schema._schema)
COSTS = describe(schema._schema)
named(schema._schema.mutation_type)
turned_away(schema._schema.query_type, schema._schema.mutation_type)
