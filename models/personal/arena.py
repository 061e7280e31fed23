"""Tasks and claims."""

from models.personal import Personal, Row

PERSONAL = (
    Personal(table="tasks", work="title description status review"),
    Personal(
        table="claims",
        nobodys="public_status status",
        erased="evidence review_note",
        erase=("UPDATE claims SET evidence = NULL, review_note = NULL WHERE member_id = :member",),
        export={
            "claims": """SELECT c.id, t.title AS task, o.code AS organization, c.status, c.evidence, c.review_note,
                  c.claimed_at, c.submitted_at, c.decided_at
                FROM claims c JOIN tasks t ON t.id = c.task_id JOIN organizations o ON o.id = t.organization_id
                WHERE c.member_id = :member ORDER BY c.claimed_at, c.id""",
        },
        rows=(
            Row(
                "evidence and review notes of one's claims",
                "`claims`",
                "the person and reviewers",
                "emptied; what was not decided is released",
            ),
        ),
    ),
)
