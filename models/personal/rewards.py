"""Rewards and redemptions."""

from models.personal import Personal, Row
from models.personal.directory import STAYS

PERSONAL = (
    Personal(table="rewards", nobodys="description name picture_url"),
    Personal(
        table="redemptions",
        nobodys="status",
        export={
            "redemptions": """SELECT x.id, w.name AS reward, x.price, x.status, x.rank, x.redeemed_at, x.decided_at
                FROM redemptions x JOIN rewards w ON w.id = x.reward_id
                WHERE x.member_id = :member ORDER BY x.redeemed_at, x.id""",
        },
        rows=(Row("redemptions", "`redemptions`", "who redeemed; REWARDS_MANAGE where the reward is set", STAYS),),
    ),
)
