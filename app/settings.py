"""Settings, read once from the environment. Nothing below app/ reads the environment."""

from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(value: object) -> object:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = Field(
        "sqlite://leitai.sqlite3",
        validation_alias="DATABASE_URL",
        description="sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME, as Tortoise reads it; ?host=/dir: a socket.",
    )
    redis_url: str | None = Field(
        None, validation_alias="REDIS_URL", description="redis://HOST/0; left out: one process."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", validation_alias="PUBLIC_URL", description="How clients reach this server."
    )
    allowed_origins: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=list[str],
        validation_alias="ALLOWED_ORIGINS",
        description="Other origins whose pages may call the API, separated by commas: https://app.example.org; "
        "http://10.0.0.7:*: any port; loopback: this machine on any port, for development; *: any.",
    )
    allowed_hosts: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=list[str],
        validation_alias="ALLOWED_HOSTS",
        description="Hosts that this server answers for, separated by commas, beside PUBLIC_URL's and loopback: names "
        "or addresses without port; .example.org: all below it; *: any.",
    )
    trusted_proxies: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=lambda: ["127.0.0.1", "::1"],
        validation_alias="LEITAI_TRUSTED_PROXIES",
        description="Addresses or networks, separated by commas, whose X-Forwarded-For is believed: the proxies before "
        "this server. Without it everybody behind a proxy counts as one address. Left out: 127.0.0.1 and ::1.",
    )
    audit_address_days: int = Field(
        184,
        ge=1,
        validation_alias="LEITAI_AUDIT_ADDRESS_DAYS",
        description="After so many days the addresses of the audit log are erased; half a year unless set otherwise.",
    )
    log_level: str = Field("info", validation_alias="LEITAI_LOG_LEVEL", description="debug, info, warning or error.")
    log_json: bool = Field(False, validation_alias="LEITAI_LOG_JSON", description="One JSON object a line.")
    sockets_per_token: int = Field(
        20, ge=1, validation_alias="LEITAI_SOCKETS_PER_TOKEN", description="Open WebSockets of one token."
    )
    sockets_per_address: int = Field(
        2000, ge=1, validation_alias="LEITAI_SOCKETS_PER_ADDRESS", description="Open WebSockets of one address."
    )
    document_share: float = Field(
        0.1,
        gt=0,
        le=1,
        validation_alias="LEITAI_DOCUMENT_SHARE",
        description="Part of a worker's time that one address may take with documents which it does not know yet, "
        "after a first few seconds; 1: all of it.",
    )
    signing_key: str | None = Field(
        None,
        validation_alias="LEITAI_SIGNING_KEY",
        description="32 bytes, hex or base64: signs block chains. On SQLite, left out: made and kept beside the file.",
    )
    data_keys: str | None = Field(
        None,
        validation_alias="LEITAI_DATA_KEYS",
        description="id:64 hex digits, several by commas: encrypt phone numbers, the first new ones. "
        "On SQLite, left out: made and kept beside the file.",
    )
    oidc_issuer: str | None = Field(
        None,
        validation_alias="LEITAI_OIDC_ISSUER",
        description="https://… of an OpenID Connect provider, letter by letter; left out: passwords only.",
    )
    oidc_client_id: str | None = Field(
        None, validation_alias="LEITAI_OIDC_CLIENT_ID", description="How the provider knows this server."
    )
    oidc_client_secret: str | None = Field(
        None,
        validation_alias="LEITAI_OIDC_CLIENT_SECRET",
        description="Left out: a public client; PKCE is always used.",
    )
    oidc_claim: str = Field(
        "preferred_username",
        validation_alias="LEITAI_OIDC_CLAIM",
        description="The claim that is a login here, at the first sign-in; people must not be able to choose it.",
    )
    oidc_redirects: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=list[str],
        validation_alias="LEITAI_OIDC_REDIRECTS",
        description="Addresses of front ends that the provider may send people back to, separated by commas.",
    )
    admin_password: str | None = Field(
        None, validation_alias="LEITAI_ADMIN_PASSWORD", description="For create-admin, instead of a prompt."
    )
    watch_login: str | None = Field(
        None, validation_alias="LEITAI_WATCH_LOGIN", description="For watch, instead of --login."
    )
    watch_password: str | None = Field(
        None, validation_alias="LEITAI_WATCH_PASSWORD", description="For watch, instead of --password."
    )
    production: bool = Field(
        False,
        validation_alias="LEITAI_PRODUCTION",
        description="Open to whoever finds it: introspection and suggestions are off, unless they are asked for.",
    )
    introspection: bool | None = Field(
        None, validation_alias="LEITAI_INTROSPECTION", description="Whether clients may ask for the schema."
    )
    graphiql: bool = Field(
        False, validation_alias="LEITAI_GRAPHIQL", description="GraphiQL at /graphiql/, once `make graphiql` built it."
    )
    suggestions: bool | None = Field(
        None,
        validation_alias="LEITAI_SUGGESTIONS",
        description="Whether an error about an unknown name says which one was perhaps meant. Left out: as "
        "LEITAI_INTROSPECTION.",
    )
    failpoint: str | None = Field(
        None, validation_alias="LEITAI_FAILPOINT", description="For tests: NAME or NAME:N kills the server there."
    )

    @property
    def tells_schema(self) -> bool:
        return not self.production if self.introspection is None else self.introspection

    @property
    def tells_suggestions(self) -> bool:
        """Left out, as introspection: who may not read the schema is told no part of it."""
        return self.tells_schema if self.suggestions is None else self.suggestions


class SettingsRefused(Exception):
    """A setting that can't be used; the message names the variable and what would be right."""


@lru_cache
def load() -> Settings:
    try:
        return Settings()  # pyright: ignore[reportCallIssue]  # filled from the environment
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsRefused(f"Wrong settings in the environment: {faults}.") from None


def described() -> str:
    """Every setting with its default, for --help."""
    lines: list[str] = []
    for field in Settings.model_fields.values():
        default = (
            "" if field.default in (None, "") or not isinstance(field.default, (str, int)) else f" [{field.default}]"
        )
        lines.append(f"{field.validation_alias}{default}: {field.description}")
    return "\n\n".join(lines)
