"""Organizations, members, roles, closings and merges."""

from models.personal import Personal, Row

STAYS = "stays under an id: ranks, sums and chains are made of it"

PERSONAL = (
    Personal(
        table="members",
        nobodys="phone_key",
        erased="name alias alias_set_aside name_key shown_key phone_sealed phone_index",
        rows=(
            Row(
                "name",
                "`members.name`",
                "the person; SECRETARY and ADMIN there and above. Others see the alias where there is one",
                "emptied",
            ),
            Row(
                "keys of the name and of the shown name, SHA-256 of the folded form in docs/identity.md",
                "`members.name_key`, `shown_key`",
                "nobody",
                "emptied",
            ),
            Row("an alias that gave way to another's name", "`members.alias_set_aside`", "as the name", "emptied"),
            Row(
                'alias, "not on public screens"',
                "`members.alias`, `hidden_on_boards`",
                "everybody within the root; screens show nobody where it is set",
                "emptied; the choice stays",
            ),
            Row(
                "phone",
                "`members.phone_sealed`, encrypted; `phone_key`, `phone_index`",
                "as the name; in lists as `phoneMasked`, 138****8000",
                "emptied",
            ),
            Row("day of joining", "`members.joined_on`", "as the name", "emptied"),
        ),
    ),
    Personal(
        table="memberships",
        export={
            "memberships": """SELECT o.code AS organization, m.from_at, m.to_at FROM memberships m
                JOIN organizations o ON o.id = m.organization_id
                WHERE m.member_id = :member ORDER BY m.from_at, m.id""",
        },
        rows=(Row("where one belonged", "`memberships`", "the person; PERSONAL_READ there", STAYS),),
    ),
    Personal(
        table="member_merges",
        erased="reason",
        erase=("UPDATE member_merges SET reason = '' WHERE reason <> '' AND :member IN (duplicate_id, survivor_id)",),
        export={
            "merges": """SELECT g.duplicate_id, g.survivor_id, g.merged_at, g.ended_at, g.reason FROM member_merges g
                WHERE :member IN (g.duplicate_id, g.survivor_id) ORDER BY g.position""",
        },
        rows=(
            Row(
                "into whom one was merged, and the reason given",
                "`member_merges`, `members.merged_into_id`",
                "who may read the name; the reason in the export",
                "the reason is emptied; who is one with whom stays under ids",
            ),
        ),
    ),
    Personal(
        table="role_grants",
        nobodys="role",
        export={
            "roles": """SELECT g.role, o.code AS organization, g.starts_at, g.ends_at FROM role_grants g
                LEFT JOIN organizations o ON o.id = g.organization_id
                WHERE g.member_id = :member OR g.account_id IN (SELECT id FROM accounts WHERE member_id = :member)
                ORDER BY g.starts_at, g.id""",
        },
        rows=(Row("roles", "`role_grants`", "who holds them; ROLES_READ there", "end; past ones stay under an id"),),
    ),
    Personal(table="organizations", nobodys="code kind lecturing name time_zone"),
    Personal(table="organization_paths"),
    Personal(table="organization_closings"),
)
