"""The schema: a table of contents. Each aggregate brings its own fields, in a file of its name."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import enums as _enums  # isort: skip  # noqa: F401 -- before the types that use them
from schema.account_sessions import AccountSessionMutations
from schema.acts import ActMutations
from schema.arenas import ArenaQueries
from schema.audit import AuditQueries
from schema.block_boards import BlockQueries
from schema.block_mutations import BlockMutations
from schema.closing_mutations import ClosingMutations
from schema.costs import describe
from schema.course_boards import CourseQueries
from schema.course_mutations import CourseMutations
from schema.descriptions import complete
from schema.display_mutations import DisplayMutations
from schema.displays import DisplayQueries
from schema.explanations import ExplanationQueries
from schema.freezes import FreezeMutations
from schema.leaderboards import LeaderboardQueries
from schema.member_mutations import MemberMutations
from schema.members import MemberQueries
from schema.merge_mutations import MergeMutations
from schema.node import NodeQueries
from schema.openid import OpenIdMutations
from schema.operations import named
from schema.organization_mutations import OrganizationMutations
from schema.organizations import OrganizationQueries
from schema.point_mutations import PointMutations
from schema.points_log import PointsLogQueries
from schema.reward_mutations import RewardMutations
from schema.rewards import RewardQueries
from schema.roles import RoleMutations
from schema.rule_mutations import RuleMutations
from schema.rule_previews import RulePreviewQueries
from schema.rules import RuleQueries
from schema.scalars import SCALARS
from schema.services import ServiceMutations, ServiceQueries
from schema.sessions import SessionMutations, SessionQueries
from schema.statements import StatementMutations
from schema.strangers import turned_away
from schema.subscriptions import Subscription
from schema.task_mutations import TaskMutations
from schema.task_queries import TaskQueries


@strawberry.type(description="What can be asked.")
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


@strawberry.type(description="What can be done. Every expected refusal is a member of the answer's union.")
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
