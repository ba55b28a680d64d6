"""What the environment says: every setting by name, all faults reported at once.

Owns: names, defaults, bounds, and the generated signing secret.
Never: shows a secret; `repr` and logs print `**********`.
"""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from houseful import faults
from houseful.domain import public_url
from houseful.domain.errors import ConfigurationError, InvalidRequest
from houseful.domain.prices.currencies import CURRENCIES
from houseful.domain.zones import checked_zone
from houseful.limits import Limits
from houseful.wire.email_address import sender_of

if TYPE_CHECKING:  # brings all that prices are made of, for which `houseful token` has no use
    from houseful.domain.prices.receipts import Seller

SECRET_BYTES: Final = 32
"""HS256 wants a key of at least its hash's 256 bits (RFC 7518 §3.2); we generate that much."""


def _split(value: object) -> object:
    """`"a, b"` → `("a", "b")`."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


SECRET_LENGTH: Final = 32
"""Bytes that a signing secret has at least: HS256's own (RFC 7518 §3.2)."""

OLD_SECRET_LENGTH: Final = 16
"""What earlier releases asked for."""

PLACEHOLDERS: Final = ("changeme", "change-me", "change_me", "password", "example", "your-")
"""From compose files and guides: a secret that others have read is none."""

LEAST_DISTINCT: Final = 8
"""Different characters in a secret; 64 random hexadecimal digits have fewer once in 10^12."""


def is_weak(secret: str) -> bool:
    """Whether somebody could guess it: short, of few characters, repeated, or from a guide."""
    is_repeated = (secret + secret).find(secret, 1) < len(secret)
    known = any(word in secret.lower() for word in PLACEHOLDERS)
    short = len(secret.encode()) < SECRET_LENGTH
    return short or len(set(secret)) < LEAST_DISTINCT or is_repeated or known


ISSUERS_ROLES: Final = ("customer", "venue", "admin")
"""What another issuer's roles may be mapped to, the lowest first."""

Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_split)]
"""A comma-separated list."""


DEFAULT_SENDER: Final = "tickets@localhost"

STARTS: Final[dict[str, tuple[str, ...]]] = {
    "redis_url": (
        *("redis://", "rediss://", "unix://", "redis+cluster://", "rediss+cluster://"),
        *("redis+sentinel://", "rediss+sentinel://"),
    ),
    "database_url": ("postgres://", "postgresql", "sqlite"),
    "smtp_url": ("smtp://", "smtps://"),
    "stripe_secret_key": ("sk_", "rk_"),
    "stripe_webhook_secret": ("whsec_",),
}
"""How a value of each secret field begins."""


class Settings(Limits):
    """Checked once at start, then read-only. A field's description says what is expected of it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    data_dir: Path = Field(
        Path(".houseful"),
        title="where everything is stored",
        description="a directory for everything we store",
    )
    host: str = Field(
        "127.0.0.1", title="where to listen", description="an address or host name to listen on"
    )
    port: int = Field(
        8000,
        ge=0,
        le=65535,
        title="where to listen",
        description="a port from 0 (any free) to 65535",
    )
    workers: int = Field(
        1,
        ge=1,
        le=256,
        title="how many worker processes serve",
        description="1 to 256 worker processes",
    )
    public_url: str | None = Field(
        None,
        title="the address buyers use; links in mails begin with it",
        description="http(s)://host[:port][/path], the path plain and not below one of the server's"
        " own, such as /events",
    )
    trusted_proxies: Words = Field(
        (),
        title="whose X-Forwarded-For and -Proto are believed",
        description="addresses or networks whose X-Forwarded-* we believe, comma-separated",
    )
    uncounted_addresses: Words = Field(
        ("127.0.0.0/8", "::1"),
        title="who is passed over by limits per address",
        description="addresses or networks that limits per address pass over, comma-separated,"
        " or none",
    )
    allowed_origins: Words = Field(
        (),
        title="which other sites may use the API and open sockets",
        description="origins such as https://shop.example, comma-separated",
    )

    hold_seconds: int = Field(
        600, ge=1, le=86_400, title="a hold's length", description="1 to 86400 seconds"
    )
    max_seats: int = Field(
        10,
        ge=1,
        le=100,
        title="seats per person and event",
        description="1 to 100 seats held at once per person and event",
    )
    reservations_per_minute: int = Field(
        5,
        ge=1,
        le=1_000_000,
        title="attempts to reserve, per user",
        description="1 to 1000000 attempts per user and minute",
    )
    frame_interval_ms: int = Field(
        25,
        ge=0,
        le=10_000,
        title="least time between two frames of one event",
        description="0 to 10000 milliseconds",
    )
    cancellation_hours: int = Field(
        24,
        ge=0,
        le=8_760,
        title="until when before the start owners may cancel",
        description="0 to 8760 hours before the start",
    )
    retention_days: int = Field(
        400,
        ge=7,
        le=36_500,
        title="how long the log, the minutes of charts and webhook ids are kept",
        description="7 to 36500 days that the log, charts and webhooks are kept",
    )
    currency: str = Field(
        "EUR",
        pattern=r"^[A-Z]{3}$",
        title="of the demo's prices",
        description="a currency code that Stripe charges, such as EUR",
    )
    timezone: str = Field(
        "UTC",
        title="of venues that name none",
        description="an IANA time zone such as Europe/Berlin",
    )
    demo_events: bool = Field(
        True, title="whether an empty database gets three demo events", description="true or false"
    )
    demo_payment_delay_ms: int = Field(
        0,
        ge=0,
        le=60_000,
        title="how long the demo gateway thinks",
        description="0 to 60000 milliseconds",
    )
    gateway_calls_per_second: float = Field(
        25.0,
        gt=0,
        le=10_000,
        title="calls to Stripe, over all workers",
        description="calls per second, above 0 up to 10000",
    )
    payment_attempts: int = Field(
        10,
        ge=1,
        le=10_000,
        title="declined payments before a user has to wait",
        description="1 to 10000 payments that fail, per user in ten minutes",
    )
    payment_attempts_per_address: int = Field(
        100,
        ge=0,
        le=1_000_000,
        title="declined payments before an address has to wait",
        description="0 (any number) to 1000000 per address in ten minutes",
    )
    automatic_refunds_per_hour: int = Field(
        20,
        ge=0,
        le=100_000,
        title="refunds made without a person; staff decide on more",
        description="0 to 100000 refunds an hour that nobody ordered",
    )
    allow_demo_after_stripe: bool = Field(
        False,
        title="whether a database with paid bookings may run with the demo gateway",
        description="true or false",
    )

    jwt_secret: SecretStr | None = Field(
        None,
        title="signs our own tokens and tickets; made on first use if not set",
        description="at least 32 characters that nobody can guess, such as `openssl rand -hex 32`",
    )
    jwt_old_secrets: Secrets = Field(
        (),
        title="former secrets, whose tokens and tickets still hold",
        description="former signing secrets, comma-separated, each at least 16 characters",
    )
    jwt_public_key: str | None = Field(
        None,
        title="verifies another issuer's tokens (RS256, ES256)",
        description="a public key in PEM, or the path of a file with one",
    )
    jwt_jwks: Path | None = Field(
        None,
        title="verifies another issuer's tokens, by key id",
        description="the path of a readable JWKS file",
    )
    jwt_issuer: str | None = Field(
        None,
        min_length=1,
        title="the other issuer's name",
        description="the `iss` that tokens must carry",
    )
    jwt_audience: str | None = Field(
        None,
        min_length=1,
        title="our own name at the other issuer",
        description="the `aud` that tokens must carry",
    )
    jwt_role_claim: str = Field(
        "role",
        pattern=r"^[^.\s]+(\.[^.\s]+)*$",
        title="where the other issuer's tokens carry roles",
        description="the claim with an issuer's roles, such as role or realm_access.roles",
    )
    jwt_role_map: Words = Field(
        (),
        title="which of the other issuer's roles are staff here; none if not set",
        description="an issuer's roles that count here, such as box-office=venue, comma-separated",
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=8,
        title="who may read /metrics from elsewhere; without it only this machine may",
        description="at least 8 characters",
    )

    log_format: Literal["json", "console"] = Field(
        "console", title="how lines are written", description="json or console"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", title="which lines are written", description="debug, info, warning or error"
    )
    smtp_url: SecretStr | None = Field(
        None,
        title="how tickets are mailed; without it they go to the log",
        description="smtp://[user:password@]host[:port], smtps:// for TLS from the start",
    )
    mail_from: str = Field(
        DEFAULT_SENDER,
        title="the sender of mails",
        description="an e-mail address, or a name with one: Name <address>",
    )

    seller_name: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        title="who sells, on receipts; without it none are made",
        description="a name of 1 to 200 characters",
    )
    seller_address: Words = Field(
        (),
        title="the seller's address, on receipts",
        description="the lines of an address with commas between, with HOUSEFUL_SELLER_NAME",
    )
    seller_tax_id: str | None = Field(
        None,
        max_length=64,
        title="the seller's tax or VAT number, on receipts",
        description="at most 64 characters, with HOUSEFUL_SELLER_NAME",
    )

    ticket_fonts: Annotated[tuple[Path, ...], BeforeValidator(_split)] = Field(
        (),
        title="fonts for tickets that come before the system's",
        description="font files or directories that exist, comma-separated, for letters on tickets",
    )

    redis_url: SecretStr | None = Field(
        None,
        validation_alias="REDIS_URL",
        title="who has which seat now; the embedded Valkey if not set",
        description="redis://, rediss://, unix://, redis+cluster:// or redis+sentinel:// URL",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        title="what was sold; SQLite in the data directory if not set",
        description="a postgresql:// or sqlite:// URL",
    )
    stripe_secret_key: SecretStr | None = Field(
        None,
        validation_alias="STRIPE_SECRET_KEY",
        title="takes the money; the demo gateway if not set",
        description="a key that starts with sk_ or rk_",
    )
    stripe_publishable_key: str | None = Field(
        None,
        pattern=r"^pk_",
        validation_alias="STRIPE_PUBLISHABLE_KEY",
        title="the page's half of that key",
        description="a key that starts with pk_",
    )
    stripe_webhook_secret: SecretStr | None = Field(
        None,
        validation_alias="STRIPE_WEBHOOK_SECRET",
        title="verifies what Stripe tells us at /webhooks/stripe",
        description="a secret that starts with whsec_",
    )
    stripe_api_base: str | None = Field(
        None,
        pattern=r"^https?://",
        validation_alias="STRIPE_API_BASE",
        title="another address of Stripe's API, for tests",
        description="an http(s) URL, for tests",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What is `given` wins over the environment; an empty variable counts as not set.

        pydantic-settings does the same, and loads as long as half of pydantic for it.
        """
        variables = {name.upper(): value for name, value in os.environ.items() if value}
        names = {field: faults.variable(cls.model_fields, field) for field in cls.model_fields}
        found = {field: variables[name] for field, name in names.items() if name in variables}
        return found | given

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str | None) -> str | None:
        if value is not None and (fault := public_url.fault_of(value)):
            raise ValueError(fault)
        return value

    @field_validator("data_dir")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if (
                parts.scheme not in ("http", "https")
                or f"{parts.scheme}://{parts.netloc}" != origin
            ):
                raise ValueError(origin)
        return value

    @field_validator("jwt_old_secrets")
    @classmethod
    def _check_old_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < OLD_SECRET_LENGTH for secret in value):
            raise ValueError("too short")
        return value

    @field_validator("jwt_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and is_weak(value.get_secret_value()):
            raise ValueError("weak")
        return value

    @field_validator("jwt_role_map")
    @classmethod
    def _check_role_map(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pair in value:
            theirs, sign, ours = pair.rpartition("=")
            if not sign or not theirs.strip() or ours.strip() not in ISSUERS_ROLES:
                raise ValueError(pair)
        return value

    @field_validator("uncounted_addresses", "trusted_proxies")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value == ("none",):  # an empty variable counts as not set
            return ()
        for network in value:
            ipaddress.ip_network(network)
        return value

    @field_validator("currency")
    @classmethod
    def _check_currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            return checked_zone(value)
        except InvalidRequest:
            raise ValueError(value) from None

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        if value != DEFAULT_SENDER:  # what judges addresses takes long to load
            sender_of(value)
        return value

    @field_validator("ticket_fonts")
    @classmethod
    def _check_fonts(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        if missing := [path for path in value if not path.exists()]:
            raise ValueError(str(missing[0]))
        return value

    @field_validator("jwt_public_key")
    @classmethod
    def _read_public_key(cls, value: str | None) -> str | None:
        """PEM as given (`\\n` escapes allowed, as hosting panels write them), or the file's."""
        if value is None:
            return None
        pem = value.replace("\\n", "\n") if "-----BEGIN" in value else _read_file(Path(value))
        if "-----BEGIN PUBLIC KEY-----" not in pem:
            raise ValueError("no public key in it")
        return pem

    @field_validator("jwt_jwks")
    @classmethod
    def _check_jwks(cls, value: Path | None) -> Path | None:
        if value is not None and not json.loads(_read_file(value)).get("keys"):
            raise ValueError("no keys in it")
        return value

    @field_validator(
        "redis_url",
        "database_url",
        "smtp_url",
        "stripe_secret_key",
        "stripe_webhook_secret",
    )
    @classmethod
    def _check_start(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        starts = STARTS[info.field_name or ""]
        if value is not None and not value.get_secret_value().startswith(starts):
            raise ValueError(f"expected one of {starts}")
        return value

    @property
    def uses_stripe(self) -> bool:
        """Else the demo gateway stands in, and no money moves."""
        return self.stripe_secret_key is not None

    @property
    def seller(self) -> Seller | None:
        """Who issues receipts; None: nobody does."""
        if self.seller_name is None:
            return None
        from houseful.domain.prices.receipts import Seller

        return Seller(self.seller_name, self.seller_address[:6], self.seller_tax_id or "")

    @property
    def takes_foreign_tokens(self) -> bool:
        """Those of another issuer, by its public key."""
        return self.jwt_public_key is not None or self.jwt_jwks is not None

    def foreign_roles(self) -> dict[str, str]:
        """An issuer's role → ours; empty: all that it sends are customers."""
        pairs = (pair.rpartition("=") for pair in self.jwt_role_map)
        return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}

    @property
    def is_demo(self) -> bool:
        """Nobody has set up who takes the money or who signs tokens: somebody is trying it out."""
        own = (self.jwt_secret, self.jwt_public_key, self.jwt_jwks)
        return not self.uses_stripe and not any(own)

    def sql_url(self) -> str:
        """DATABASE_URL, else a SQLite file in the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'houseful.db'}"

    def old_secrets(self) -> list[str]:
        """What our own tokens and tickets may still be signed with."""
        return [secret.get_secret_value() for secret in self.jwt_old_secrets]

    def signing_secret(self) -> str:
        """What our own tokens are signed with: HOUSEFUL_JWT_SECRET, else one made on first use.

        The made one lies in the data directory, readable by its owner alone. Any number of
        processes may ask at once: one file wins. Raises ConfigurationError.
        """
        if self.jwt_secret is not None:
            return self.jwt_secret.get_secret_value()
        path = self.data_dir / "signing-secret"
        try:
            if not path.exists():
                _create_once(path, secrets.token_hex(SECRET_BYTES))
            return path.read_text().strip()
        except OSError as error:
            raise ConfigurationError(
                f"cannot keep a signing secret in {path}: {error.strerror}"
            ) from None


def load(**given: object) -> Settings:
    """Settings from the environment; `given` (from the command line) wins, None meaning not given.

    Raises ConfigurationError with one line per fault: the variable, what was expected, what came.
    """
    given = {name: value for name, value in given.items() if value is not None}
    fields = Settings.model_fields
    found = [*faults.unknown_names(fields), *faults.contradictions(fields, given)]
    settings = None
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        found = [*(faults.wrong_value(fields, details) for details in wrong), *found]
    if found or settings is None:
        raise ConfigurationError("\n  ".join(["The settings are wrong:", *dict.fromkeys(found)]))
    return settings


def revealed(secret: SecretStr | None) -> str:
    """The text of a secret, for the library that needs it; empty when not set."""
    return secret.get_secret_value() if secret else ""


def variable(field: str) -> str:
    """The environment variable of a field: `port` → `HOUSEFUL_PORT`."""
    return faults.variable(Settings.model_fields, field)


def _read_file(path: Path) -> str:
    try:
        return path.expanduser().read_text()
    except OSError as error:
        raise ValueError(error.strerror) from None


def _create_once(path: Path, text: str) -> None:
    """Write a file that others see whole or not at all, mode 0600; the first writer wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.close(handle)
        Path(draft).unlink()
