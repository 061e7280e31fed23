"""For whom each field is: declared once, here, and written out in docs/visibility.md. What an audience is, is decided
in rules/visibility.py; the oracle of tests/schema/test_authorization.py holds answers to both.

An audience beside a field that returns objects is theirs: each of them is for it.
"""

from collections.abc import Iterator, Mapping
from enum import Enum

from rules.roles import Scope
from schema.audiences_of_changes import CALLERS


class Audience(Enum):
    ANYONE = "every caller, also without a token"
    READER = "every caller with a valid token"
    WITH_IT = "every caller who was given the object"
    ONESELF = "the viewer alone: the field describes the caller"
    ORGANIZATION = "its whole root, and who holds a role in it; a screen as far as it sees BOARD"
    MEMBER = "as ORGANIZATION, without screens, which know those on their boards only"
    BOARD = (
        "at or above a branch: the whole root. A GROUP's: its branch. Both: everyone with a role "
        "there or above. A screen: its own organization, those above and below"
    )
    SHOWN = "as WITH_IT; for PUBLIC and SCREEN views null for a member who chose not to be shown, but to itself"
    PERSONAL = "oneself; PERSONAL_READ where the member belongs"
    ROLE_GRANT = "who holds it; ROLES_READ there"
    TASK = "BOARD; a DRAFT: CLAIMS_REVIEW where it is set"
    CLAIM = "TASK; of a member who chose not to be shown: CONFIDENTIAL, and PERSONAL_READ where the member belongs"
    CONFIDENTIAL = "the claimant; CLAIMS_REVIEW where the task is set"
    TRUTH = "WITH_IT; what a freeze hides: CLAIMS_REVIEW where it is set"
    COURSE = "BOARD; what was never published: its lecturer, and COURSES_MANAGE where it is offered"
    STUDY = "the listener; the lecturer; CLAIMS_REVIEW where the course is; PERSONAL_READ where the listener belongs"
    REWARD = "BOARD; what is not offered: REWARDS_MANAGE where it is set"
    REDEMPTION = "who redeemed; REWARDS_MANAGE where the reward is set"
    ENTRY = (
        "a member's: PERSONAL, PERSONAL_READ where it was credited, CLAIMS_REVIEW where its task is "
        "set. An organization's own: BOARD without screens, and beneath a freeze CLAIMS_REVIEW there"
    )
    LOG = "BOARD, without screens; beneath a freeze, what came after it: CLAIMS_REVIEW there"
    SOURCE = "who sees the claim (CLAIM), the study (STUDY) or the redemption (REDEMPTION)"
    EXPLAINED = "BOARD, of whom the board shows; PERSONAL, and PERSONAL_READ at the board, of everybody"
    ENTRIES = "PERSONAL, and PERSONAL_READ at the board's organization"
    RULE = "BOARD, except other systems' tokens; a built-in rule: every other caller with a valid token"
    DISPLAY = "the screen itself; DISPLAYS_MANAGE at its organization"
    ITSELF = "the screen that asks"
    ROLES = "ROLES_READ there"
    REVIEW = "CLAIMS_REVIEW there"
    HANDING = "REWARDS_MANAGE where the reward is set"
    DISPLAYS = "DISPLAYS_MANAGE there"
    RULES = "RULES_MANAGE there"
    SERVICES = "SERVICES_MANAGE there"
    AUDIT = "AUDIT_READ where it happened; what happened in no root: an operator"
    ANY = "each as its own type says"


A = Audience
Fields = Mapping[Audience, str]

# Of every object that is known by itself: for whom it is, and its fields by their audiences.
OBJECTS: Mapping[str, tuple[Audience, Fields]] = {
    "Organization": (
        A.ORGANIZATION,
        {
            A.WITH_IT: "id code name kind timeZone lecturing closedAt parent ancestors memberCount",
            A.ORGANIZATION: "children",
            A.MEMBER: "members",
            A.ROLES: "roleGrants",
            A.REVIEW: "claims",
        },
    ),
    "Member": (
        A.MEMBER,
        {
            A.WITH_IT: "id displayName organization",
            A.PERSONAL: "name aliasSetAside phone phoneMasked joinedOn active balance debt pointsEntries mergedInto "
            "mergedMembers",
        },
    ),
    "RoleGrant": (A.ROLE_GRANT, {A.WITH_IT: "id role startsAt endsAt member organization"}),
    "Task": (
        A.TASK,
        {
            A.WITH_IT: "id title description points status review capacity opensAt dueAt organization",
            A.TRUTH: "claimedCount approvedCount",
            A.CLAIM: "claims",
            A.ONESELF: "myClaim",
        },
    ),
    "Claim": (
        A.CLAIM,
        {
            A.WITH_IT: "id claimedAt task member",
            A.TRUTH: "status submittedAt decidedAt",
            A.CONFIDENTIAL: "evidence reviewNote pointsEntry",
        },
    ),
    "Course": (
        A.COURSE,
        {
            A.WITH_IT: "id title summary mediaUrl durationSeconds status publishedAt scanUrl organization lecturer",
            A.TRUTH: "completionCount",
            A.ONESELF: "myStudy",
        },
    ),
    "Study": (A.STUDY, {A.WITH_IT: "id positionSeconds completedAt course member"}),
    "Reward": (
        A.REWARD,
        {
            A.WITH_IT: "id name description pictureUrl price stock active opensAt closesAt top perMonth organization",
            A.HANDING: "redemptions",
        },
    ),
    "Redemption": (A.REDEMPTION, {A.WITH_IT: "id status price redeemedAt decidedAt reward member pointsEntry"}),
    "PointsEntry": (
        A.ENTRY,
        {
            A.WITH_IT: "id kind amount rule occurredAt countsAt recordedAt correction quantity cutReason cutPoints "
            "ruleVersion organization reason reverses",
            A.SHOWN: "member",
            A.SOURCE: "source",
        },
    ),
    "PointRule": (A.RULE, {A.WITH_IT: "id code organization version versions"}),
    "PointRuleVersion": (
        A.RULE,
        {
            A.WITH_IT: "id number title amount results unit minutes caps group base floor windows earner ranks "
            "validFrom validUntil createdAt rule"
        },
    ),
    "Block": (A.BOARD, {A.WITH_IT: "id retiredAt organization current revisions chain lastInspection inspections"}),
    "BlockRevision": (
        A.BOARD,
        {
            A.WITH_IT: "id sequence recordedAt hash previousHash canonical name extent reason responsible pairedWith "
            "recordedBy openings"
        },
    ),
    "BlockInspection": (
        A.BOARD,
        {A.WITH_IT: "id sort setInOrder shine standardize sustain note inspectedAt inspectedBy total"},
    ),
    "Display": (
        A.DISPLAY,
        {A.WITH_IT: "id name version pairedAt lastSeenAt revokedAt organization scenes online"},
    ),
    "ServiceToken": (A.SERVICES, {A.WITH_IT: "id name rules createdAt organization expiresAt revokedAt"}),
    "Leaderboard": (
        A.BOARD,
        {
            A.WITH_IT: "id organization subject scoring period state frozenAt finalAt corrections correctedAt view "
            "version asOf size rows",
            A.SHOWN: "around standing",
        },
    ),
    "TaskArena": (
        A.BOARD,
        {
            A.WITH_IT: "id organization version view openCount",
            A.TRUTH: "claimedCount approvedCount",
            A.TASK: "tasks",
            A.SHOWN: "recentApprovals",
        },
    ),
    "BlockBoard": (A.BOARD, {A.WITH_IT: "id organization version view blockCount pairedCount blocks"}),
    "CourseBoard": (A.BOARD, {A.WITH_IT: "id organization version view courses"}),
    "Session": (A.ONESELF, {A.ONESELF: "id createdAt lastUsedAt expiresAt current"}),
    "AuditEntry": (
        A.AUDIT,
        {
            A.WITH_IT: "id sequence happenedAt action outcome actor subjectType subjectCount hash subjectIds "
            "actorMember members organization summary details address"
        },
    ),
    "Viewer": (A.ONESELF, {A.ONESELF: "id member display roles claimableTasks sessions claims redemptions"}),
}
# Of what is only ever part of something else.
PARTS: Mapping[str, Fields] = {
    "LeaderboardRow": {
        A.WITH_IT: "id rank previousRank score points memberCount reachedAt",
        A.SHOWN: "subject",
        A.REVIEW: "hiddenFromPublic",
    },
    "Standing": {A.WITH_IT: "id version view state asOf size", A.SHOWN: "points rank row"},
    "Explanation": {
        A.WITH_IT: "member points state view version asOf",
        A.SHOWN: "rank row above below ties",
        A.ENTRIES: "rules entries",
    },
    "PointsLog": {A.WITH_IT: "cursor edges"},
}
# These too, and all of theirs is for whoever is given the whole; so is every …Connection, …Edge, …Success and refusal.
WHOLE = frozenset({
    *("ChainProof", "DisplayPairing", "ExplainedCut", "ExplainedRule", "FieldError", "Opening", "PageInfo"),
    *("PairedPerson", "Period", "PointCap", "PointResult", "PointRulePreview", "PointWindow", "PreviewedDifference"),
    *("AuditDetail", "PaidTwice", "PreviewedRule", "RankDistance", "Scene", "TieOrder"),
})  # fmt: skip
ROOTS: Mapping[str, Fields] = {
    "Query": {
        A.ONESELF: "viewer",
        A.ANY: "node",
        A.ORGANIZATION: "organizations organization",
        A.MEMBER: "member",
        A.TASK: "task",
        A.COURSE: "courses course",
        A.BOARD: "taskArena courseBoard leaderboard blockBoard block",
        A.REWARD: "rewards",
        A.EXPLAINED: "explain",
        A.LOG: "pointsLog",
        A.DISPLAYS: "displays",
        A.RULE: "pointRules",
        A.RULES: "previewPointRule",
        A.SERVICES: "serviceTokens",
        A.AUDIT: "auditLog",
    },
    "Subscription": {
        A.BOARD: "leaderboardUpdated taskArenaUpdated blockBoardUpdated courseBoardUpdated standingUpdated",
        A.ITSELF: "displayUpdated",
        A.LOG: "pointsAwarded",
    },
}


def fields() -> Mapping[tuple[str, str], Audience]:
    """Of each type and field that is declared by name."""
    tables: dict[str, Fields] = {**{name: of for name, (_, of) in OBJECTS.items()}, **PARTS, **ROOTS}
    return {(kind, name): who for kind, of in tables.items() for who, names in of.items() for name in names.split()}


# ---------------------------------------------------------------- written out


def table() -> str:
    """docs/visibility.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# Who may see what",
        "",
        "`leitai visibility` makes this page from the declarations in `schema/audiences.py`. Tests check that every",
        "field has an audience, and that answers agree with an independent oracle. `rules/visibility.py` decides. A",
        "right such as PERSONAL_READ holds at the role's organization and all below, from–to (`rules/roles.py`).",
        "",
        "What a caller may not see is null, left out of lists, or refused, with the same answer as "
        "for what does not exist.",
        "",
        "## Audiences",
        "| audience | who |",
        "|---|---|",
    )
    yield from (f"| {one.name} | {one.value} |" for one in Audience)
    yield from ("", "## Queries and subscriptions", "| field | for |", "|---|---|")
    yield from (f"| {kind}.{name} | {who.name} |" for (kind, name), who in fields().items() if kind in ROOTS)
    yield from ("", "## Objects", "| type | field | for |", "|---|---|---|")
    for kind, (who, of) in OBJECTS.items():
        yield f"| **{kind}** | the whole | {who.name} |"
        yield from (f"| | {name} | {audience.name} |" for audience, names in of.items() for name in names.split())
    for kind, of in PARTS.items():
        yield f"| **{kind}** | part of another | WITH_IT |"
        yield from (f"| | {name} | {audience.name} |" for audience, names in of.items() for name in names.split())
    yield from (
        "",
        "All fields of the following types are WITH_IT, and so is every connection, edge, success and refusal.",
        "A refusal contains only the caller's own data, or data that the caller may see.",
        "",
        *(f"- {name}" for name in sorted(WHOLE)),
        "",
        "## Mutations",
        "The table says who may call a mutation; the mutation itself may demand more. Screens may call only those for",
        "ANYONE, another system's token only `recordAct` and `recordActs`. A hidden object is answered with NotFound,",
        "as if it did not exist. A visible object that the caller may not change is answered with NotAllowed.",
        "",
        "| mutation | who | where |",
        "|---|---|---|",
    )
    for name, (who, where) in CALLERS.items():
        yield f"| {name} | {who.value if isinstance(who, Scope) else who} | {where} |"
