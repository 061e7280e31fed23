"""The provider that people may sign in through, from the settings."""

from app.settings import Settings, SettingsRefused
from resolvers.providers import Provider, Registration, is_safe


def provider(settings: Settings) -> Provider | None:
    """None: none is set up. SettingsRefused: half of one is."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id or not settings.oidc_redirects:
        raise SettingsRefused("LEITAI_OIDC_ISSUER needs LEITAI_OIDC_CLIENT_ID and LEITAI_OIDC_REDIRECTS beside it.")
    for name, addresses in (
        ("LEITAI_OIDC_ISSUER", [settings.oidc_issuer]),
        ("LEITAI_OIDC_REDIRECTS", settings.oidc_redirects),
    ):
        if not all(is_safe(address) for address in addresses):
            raise SettingsRefused(f"{name} takes https addresses, or http on loopback, without a fragment.")
    return Provider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            claim=settings.oidc_claim,
            redirects=frozenset(settings.oidc_redirects),
        )
    )
