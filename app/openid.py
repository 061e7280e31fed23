"""The provider that people may sign in through, from the settings."""

from app.settings import Settings
from resolvers.openid_provider import Provider, Registration


def provider(settings: Settings) -> Provider | None:
    """None: none is set up."""
    if not settings.oidc_issuer:
        return None
    assert settings.oidc_client_id, "the settings were checked as a whole"
    return Provider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            claim=settings.oidc_claim,
            redirects=frozenset(settings.oidc_redirects),
        )
    )
