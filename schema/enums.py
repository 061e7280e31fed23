"""How enums read in the schema. Registered before any type that uses them."""

import strawberry

from models import AuditActor, AuditOutcome, ClaimStatus, CourseStatus, Lecturing, SceneKind, TaskReview, TaskStatus
from resolvers.boards import BoardView, Subject
from rules.periods import BoardState, PeriodKind
from rules.ranking import OrganizationScoring

strawberry.enum(
    PeriodKind,
    name="PeriodKind",
    description="Days, ISO weeks, months, quarters and years begin at the root's midnight.",
)
strawberry.enum(
    OrganizationScoring,
    name="OrganizationScoring",
    description=(
        "How the points of an organization's members become its score; "
        "its own points are added. MEAN divides by "
        "its members (at the period's end, or now), but at least by those who earned in the period, in whole "
        "thousandths rounded down, so that size decides nothing; without either it has no row."
    ),
)
strawberry.enum(
    BoardState,
    name="LeaderboardState",
    description=(
        "LIVE moves. FROZEN: the public sees what stood at the "
        "freeze. SETTLING: over, late reports still count "
        "(72 h unless set otherwise). FINAL: changes only by correction. FROZEN outlasts the others."
    ),
)
strawberry.enum(
    BoardView,
    name="BoardView",
    description="What a frame may say depends only on this, never on who asks. FULL: for those who may review there. "
    "SCREEN: public, with aliases and hidden names.",
)
strawberry.enum(Subject, name="LeaderboardSubject", description="Who is ranked.")
strawberry.enum(
    TaskStatus,
    name="TaskStatus",
    description="SCHEDULED: published, and opensAt lies ahead. CLOSED: by hand or by dueAt.",
)
strawberry.enum(
    TaskReview,
    name="TaskReview",
    description="REVIEWED: a reviewer approves each submission. AUTOMATIC: submitting completes it.",
)
strawberry.enum(SceneKind, name="SceneKind", description="What a display can show.")
strawberry.enum(ClaimStatus, name="ClaimStatus", description="RELEASED, EXPIRED and REJECTED give the slot back.")
strawberry.enum(
    CourseStatus,
    name="CourseStatus",
    description="DRAFT: waits for a secretary. PUBLISHED: can be heard. ARCHIVED: no more; what was heard stays.",
)
strawberry.enum(
    Lecturing,
    name="Lecturing",
    description="Who may offer courses of their own. EVERY_MEMBER: whoever belongs there. NAMED_BY_SECRETARY: nobody; "
    "ADMIN and SECRETARY offer courses for whom they choose. Publishing needs ADMIN or SECRETARY either way.",
)
strawberry.enum(
    AuditActor,
    name="AuditActor",
    description="Who acted. OPERATOR: an account that is no member. SERVICE: another system's token. NOBODY: without a "
    "token, as who signs in. COMMAND_LINE: `leitai` on the server's machine. SERVER: its own upkeep.",
)
strawberry.enum(AuditOutcome, name="AuditOutcome", description="REFUSED is kept of attempts to sign in only.")
