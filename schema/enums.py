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
        "How the points of an organization's members become its score; its own points are added. MEAN"
        " divides by its members (at the period's end, or now), in whole thousandths rounded down, so"
        " that size decides nothing. It divides at least by those who earned in the period; without "
        "either it has no row."
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
    description="The view decides what a frame may contain, regardless of the caller. FULL: for those who may"
    " review there. SCREEN: public, with aliases and hidden names.",
)
strawberry.enum(Subject, name="LeaderboardSubject", description="The kind of subjects ranked.")
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
strawberry.enum(SceneKind, name="SceneKind", description="The kinds of scenes of a display.")
strawberry.enum(ClaimStatus, name="ClaimStatus", description="RELEASED, EXPIRED and REJECTED give the slot back.")
strawberry.enum(
    CourseStatus,
    name="CourseStatus",
    description="DRAFT: waits for a secretary. PUBLISHED: can be heard. ARCHIVED: ended; its studies stay.",
)
strawberry.enum(
    Lecturing,
    name="Lecturing",
    description="The members who may offer courses of their own. EVERY_MEMBER: every member of the "
    "organization. NAMED_BY_SECRETARY: nobody; ADMIN and SECRETARY offer courses on behalf of "
    "lecturers. Publishing needs ADMIN or SECRETARY either way.",
)
strawberry.enum(
    AuditActor,
    name="AuditActor",
    description="The kind of actor. OPERATOR: an account without a member. SERVICE: another system's token. "
    "NOBODY: without a token, as at sign-in. COMMAND_LINE: `leitai` on the server's machine. "
    "SERVER: its own upkeep.",
)
strawberry.enum(AuditOutcome, name="AuditOutcome", description="REFUSED is kept of attempts to sign in only.")
