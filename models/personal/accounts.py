"""Accounts, sessions, identities of OpenID Connect, and attempts to sign in."""

from models.personal import Personal, Row

ACCOUNT = "SELECT id FROM accounts WHERE member_id = :member"

PERSONAL = (
    Personal(
        table="accounts",
        nobodys="password_hash",
        erased="login",
        # A login has no spaces, so nobody can ever sign in with this one.
        erase=("UPDATE accounts SET login = 'erased ' || id, password_hash = NULL WHERE member_id = :member",),
        rows=(
            Row(
                "login, password (argon2id), sessions (SHA-256 of tokens)",
                "`accounts`, `auth_tokens`",
                "nobody; each person sees only their own login",
                "login replaced by an id, password emptied, tokens revoked",
            ),
        ),
    ),
    Personal(
        table="auth_tokens",
        nobodys="token_hash",
        export={
            "sessions": """SELECT t.created_at, t.expires_at, t.revoked_at, t.last_used_at FROM auth_tokens t
                JOIN accounts a ON a.id = t.account_id WHERE a.member_id = :member ORDER BY t.created_at, t.id""",
        },
    ),
    Personal(
        table="openid_identities",
        erased="key issuer_key",
        erase=(f"DELETE FROM openid_identities WHERE account_id IN ({ACCOUNT})",),
        rows=(Row("identities of OpenID Connect, as HMACs", "`openid_identities`", "nobody", "deleted"),),
    ),
    Personal(table="openid_states", nobodys="redirect_uri secret_hash state_hash"),
    Personal(
        table="attempts",
        nobodys="key",
        rows=(
            Row(
                "attempts to sign in, by HMACs of login and address",
                "`attempts`, `familiar_addresses`",
                "nobody",
                "run out by themselves",
            ),
        ),
    ),
    Personal(table="familiar_addresses", nobodys="key"),
    Personal(table="service_tokens", nobodys="name rules"),
)
