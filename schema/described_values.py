"""What each value of an enum means; declared once, here. A test holds that none is missing."""

from collections.abc import Mapping

VALUES: Mapping[str, Mapping[str, str]] = {
    "OrganizationKind": {
        "COMMITTEE": "党委: a committee, usually the root.",
        "GENERAL_BRANCH": "党总支: a general branch, between a committee and branches.",
        "BRANCH": "党支部: a branch.",
        "GROUP": "党小组: a group within a branch. Only its branch sees its boards.",
    },
    "Lecturing": {
        "EVERY_MEMBER": "Every member of the organization may offer its own courses.",
        "NAMED_BY_SECRETARY": "Only ADMIN and SECRETARY offer courses, for lecturers of their choice.",
    },
    "Role": {
        "ADMIN": "Everything at the organization and below.",
        "SECRETARY": "书记: as ADMIN, without corrections, service tokens, and founding or moving organizations.",
        "REVIEWER": "Decides on claims, and sees the truth beneath a freeze.",
        "MEMBER": "Has a member's rights there.",
    },
    "ClaimStatus": {
        "CLAIMED": "Taken up, and not yet handed in.",
        "SUBMITTED": "Handed in; waits for a reviewer.",
        "RETURNED": "A reviewer wants something changed; it can be submitted again.",
        "APPROVED": "Done; its points were given.",
        "RELEASED": "Given up by the member. The slot is free again.",
        "EXPIRED": "The task fell due before it was submitted. The slot is free again.",
        "REJECTED": "A reviewer refused it for good. The slot is free again.",
    },
    "TaskStatus": {
        "DRAFT": "Not published; visible only to those who may review there.",
        "SCHEDULED": "Published, with opensAt in the future.",
        "OPEN": "Members can claim it while it has a free slot.",
        "CLOSED": "Closed by hand or by dueAt; it can no longer be claimed.",
    },
    "TaskReview": {
        "REVIEWED": "A reviewer approves each submission.",
        "AUTOMATIC": "Submitting completes it at once.",
    },
    "PointsKind": {
        "EARNED": "Points that were given. They rank.",
        "DEDUCTED": "Points that were taken away by a rule or by hand. They rank.",
        "SPENT": "Points that paid for a reward. They lower the balance and no rank.",
        "REVERSAL": "Reverses another entry, named by `reverses`.",
    },
    "CutReason": {
        "CAP_DAY": "The cap of the day was reached.",
        "CAP_WEEK": "The cap of the week was reached.",
        "CAP_MONTH": "The cap of the month was reached.",
        "CAP_QUARTER": "The cap of the quarter was reached.",
        "CAP_YEAR": "The cap of the year was reached.",
        "BELOW_UNIT": "Fewer minutes than one unit needs.",
        "ONCE_A_DAY": "It was given before on that day.",
        "FLOOR": "A deduction goes no lower than the floor.",
        "NOT_IN_FORCE": "The rule did not hold at countsAt.",
    },
    "PointUnit": {
        "PER_ITEM": "Each item gives the amount.",
        "PER_FULL_MINUTES": "Each full stretch of `minutes` gives the amount; a remainder is dropped.",
        "ONCE_A_DAY": "A day on which it happened gives the amount once.",
    },
    "PointEarner": {
        "MEMBER": "The member who acted.",
        "ORGANIZATION": "The member's organization at that time, as points of its own.",
    },
    "PeriodKind": {
        "DAY": "One day, from midnight of the root.",
        "WEEK": "An ISO week, from Monday's midnight.",
        "MONTH": "A calendar month.",
        "QUARTER": "Three months from January, April, July or October.",
        "YEAR": "A calendar year.",
        "ALL_TIME": "Everything since the first entry; it never ends.",
    },
    "CourseStatus": {
        "DRAFT": "Waits for a secretary to publish it.",
        "PUBLISHED": "Members can hear it.",
        "ARCHIVED": "No longer offered; its studies stay.",
    },
    "RedemptionStatus": {
        "REDEEMED": "Paid; waits to be handed over.",
        "CANCELLED": "Points and stock came back.",
        "HANDED_OVER": "The member has it.",
    },
    "SceneKind": {
        "MEMBER_LEADERBOARD": "The leaderboard of members.",
        "ORGANIZATION_LEADERBOARD": "The leaderboard of organizations.",
        "TASK_ARENA": "The tasks that can be claimed, and the newest approvals.",
        "BLOCK_BOARD": "The blocks of responsibility, with their chains.",
        "COURSES": "The courses, each with the QR code that opens it.",
    },
    "OrganizationScoring": {
        "TOTAL": "The sum of its members' points and its own.",
        "MEAN": "The sum per member, in whole thousandths rounded down.",
    },
    "BoardView": {
        "PUBLIC": "The view of every member of the root; beneath a freeze, the state at the freeze.",
        "FULL": "All data, for those who may review there.",
        "SCREEN": "As PUBLIC, with aliases and hidden names, for displays.",
    },
    "LeaderboardSubject": {"MEMBER": "Members are ranked.", "ORGANIZATION": "Organizations are ranked."},
    "LeaderboardState": {
        "LIVE": "The period runs, and the board moves.",
        "FROZEN": "The public sees the state at the freeze.",
        "SETTLING": "The period is over; late reports still count.",
        "FINAL": "Changes only by a correction.",
    },
    "TieRule": {
        "REACHED_EARLIER": "The score was recorded earlier, in whole seconds.",
        "SMALLER_ID": "Both were recorded in the same second; ids decide.",
    },
    "AuditOutcome": {
        "DONE": "It was done.",
        "REFUSED": "An attempt to sign in that was refused.",
    },
    "AuditActor": {
        "MEMBER": "A member, signed in.",
        "OPERATOR": "An account that is no member.",
        "DISPLAY": "A screen.",
        "SERVICE": "Another system's token.",
        "NOBODY": "A caller without a token, as at sign-in.",
        "COMMAND_LINE": "`leitai` on the server's machine.",
        "SERVER": "The server's own upkeep.",
    },
    "RuleSet": {
        "STUDY_APP": "A study app's rules of 2019, each capped by the day, with three windows that count double.",
        "BRANCH_YEAR": "A branch's rules for a year, each capped by the year.",
        "CITY_BUREAU": "A base of 60 each year, additions without a limit, deductions down to 0.",
        "COURSES": ("For courses: 5 for hearing a course; lecturers get 1 for each listener, at most 20 a day."),
    },
    "StatementFormat": {
        "CSV": "UTF-8 with a byte order mark, as Excel reads it, of any length.",
        "XLSX": "A workbook of up to 100,000 entries.",
    },
}
