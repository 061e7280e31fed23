"""Settings, read once from the environment. Nothing below app/ reads the environment."""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import addresses, key_texts, redis_url, setting_faults
from app.addresses import PublicUrl
from app.setting_faults import SettingsRefused as SettingsRefused
from models import database_url


def _listed(value: object) -> object:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


def _each(read: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda given: addresses.each(read, given))


def _checked(read: Callable[[str], object]) -> AfterValidator:
    """The text stays as it is; what reads it later takes it."""

    def check(given: str) -> str:
        read(given)
        return given

    return AfterValidator(check)


def _proxies(value: object) -> object:
    return [] if value == addresses.NOBODY else _listed(value)


def _small(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _safe(address: str) -> str:
    from resolvers.openid_provider import is_safe

    if not is_safe(address):
        raise ValueError("it takes https addresses, or http on loopback, without a fragment or user")
    return address


DatabaseUrl = Annotated[str, _checked(database_url.read)]
RedisUrl = Annotated[str, AfterValidator(redis_url.read)]
OriginList = Annotated[list[str], NoDecode, BeforeValidator(_listed), _each(addresses.origin)]
HostList = Annotated[list[str], NoDecode, BeforeValidator(_listed), _each(addresses.answered_host)]
ProxyList = Annotated[list[str], NoDecode, BeforeValidator(_proxies), _each(addresses.network)]
SafeAddress = Annotated[str, AfterValidator(_safe)]
SafeList = Annotated[list[str], NoDecode, BeforeValidator(_listed), _each(_safe)]
SigningKey = Annotated[str, _checked(key_texts.signing_key)]
DataKeys = Annotated[str, _checked(key_texts.data_keys)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_small)]


class Settings(BaseSettings):
    """Every value in the one spelling that is used. SettingsRefused: names all that can't be used."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: DatabaseUrl = Field(
        "sqlite://leitai.sqlite3",
        validation_alias="DATABASE_URL",
        description="sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME; ?host=/dir: a socket; sslmode and "
        "sslrootcert as libpq reads them.",
    )
    redis_url: RedisUrl | None = Field(
        None,
        validation_alias="REDIS_URL",
        description="redis://HOST/0, rediss:// with TLS, unix:///FILE; left out: one process.",
    )
    public_url: Annotated[PublicUrl, NoDecode] = Field(
        PublicUrl("http", "127.0.0.1", 8000, ""),
        validation_alias="PUBLIC_URL",
        description="How clients reach this server: http:// or https://, host, port where it is another, and a path "
        "where a proxy serves it below one.",
    )
    allowed_origins: OriginList = Field(
        default_factory=list[str],
        validation_alias="ALLOWED_ORIGINS",
        description="Other origins whose pages may call the API, separated by commas: https://app.example.org; "
        "http://10.0.0.7:*: any port; loopback: this machine on any port, for development; *: any.",
    )
    allowed_hosts: HostList = Field(
        default_factory=list[str],
        validation_alias="ALLOWED_HOSTS",
        description="Hosts that this server answers for, separated by commas, beside PUBLIC_URL's and loopback: names "
        "or addresses without port; .example.org: all below it; *: any.",
    )
    trusted_proxies: ProxyList = Field(
        default_factory=lambda: ["127.0.0.1", "::1"],
        validation_alias="LEITAI_TRUSTED_PROXIES",
        description="Addresses or networks, separated by commas, whose X-Forwarded-For is believed: the proxies before "
        "this server. Without it everybody behind a proxy counts as one address. Left out: 127.0.0.1 and ::1; "
        "none: nobody's.",
    )
    audit_address_days: int = Field(
        184,
        ge=1,
        validation_alias="LEITAI_AUDIT_ADDRESS_DAYS",
        description="After so many days the addresses of the audit log are erased; half a year unless set otherwise.",
    )
    log_level: LogLevel = Field(
        "info", validation_alias="LEITAI_LOG_LEVEL", description="debug, info, warning or error."
    )
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
        description="Share of a worker's time that one address may take with documents new to the worker, after the "
        "first few seconds; 1: all of it.",
    )
    signing_key: SigningKey | None = Field(
        None,
        validation_alias="LEITAI_SIGNING_KEY",
        description="32 bytes, hex or base64: signs block chains. On SQLite, left out: made and kept beside the file.",
    )
    data_keys: DataKeys | None = Field(
        None,
        validation_alias="LEITAI_DATA_KEYS",
        description="id:64 hex digits, several by commas: encrypt phone numbers, the first new ones. "
        "On SQLite, left out: made and kept beside the file.",
    )
    oidc_issuer: SafeAddress | None = Field(
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
    oidc_redirects: SafeList = Field(
        default_factory=list[str],
        validation_alias="LEITAI_OIDC_REDIRECTS",
        description="Addresses of front ends that the provider may send people back to, separated by commas.",
    )
    admin_password: str | None = Field(
        None, validation_alias="LEITAI_ADMIN_PASSWORD", description="For create-admin, instead of a prompt."
    )
    member_password: str | None = Field(
        None, validation_alias="LEITAI_MEMBER_PASSWORD", description="For member password, instead of a prompt."
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
        description="Open to the internet: introspection and suggestions are off unless you enable them.",
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

    @model_validator(mode="wrap")
    @classmethod
    def _as_a_whole(cls, given: Any, handler: ValidatorFunctionWrapHandler) -> Self:
        if not isinstance(given, dict):
            return handler(given)
        cleaned, faults = setting_faults.cleaned(given)
        try:
            made = handler(cleaned)
        except ValidationError as error:
            kinds = {str(field.validation_alias): field.annotation for field in cls.model_fields.values()}
            faults += setting_faults.of(error, cleaned, kinds)
            made = None
        faults += setting_faults.between(cleaned)
        if faults or made is None:
            raise SettingsRefused(setting_faults.sentence(faults))
        return made


@lru_cache
def load() -> Settings:
    """SettingsRefused: names every setting that can't be used."""
    if unknown := setting_faults.misspelt(os.environ, names()):
        raise SettingsRefused(setting_faults.sentence(unknown))
    return Settings()  # pyright: ignore[reportCallIssue]  # filled from the environment


def names() -> list[str]:
    return [str(field.validation_alias) for field in Settings.model_fields.values()]


def described() -> str:
    """Every setting with its default, for --help."""
    lines: list[str] = []
    for field in Settings.model_fields.values():
        shown = isinstance(field.default, (str, int, PublicUrl)) and field.default != ""
        default = f" [{field.default}]" if shown else ""
        lines.append(f"{field.validation_alias}{default}: {field.description}")
    return "\n\n".join(lines)
