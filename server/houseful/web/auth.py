"""Who is asking: verifies JSON Web Tokens, and issues them to guests.

Owns: keys, algorithms, claims. A token signed with our own secret (HS256) is always understood;
with a public key or a JWKS file set, RS256 and ES256 tokens of that issuer for this audience are
too. Each algorithm has its own keys, so that none can be passed off as another. An issuer's
subjects have its name before them, so that none is one of ours, and its roles count for nothing but
where HOUSEFUL_JWT_ROLE_MAP says so.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import jwt
from jwt import PyJWKSet

from houseful.domain.errors import InvalidRequest, Unauthenticated
from houseful.domain.text import is_clean
from houseful.domain.wording import shown
from houseful.settings import ISSUERS_ROLES, Settings
from houseful.wire.codec import decode

DOOR: Final = "door"
"""May check tickets in at the one event its token names, and nothing else."""

ROLES: Final = (*ISSUERS_ROLES, DOOR)

GUEST_TTL_S: Final = 12 * 3600
"""A guest keeps bookings by reference and e-mail; the token need not outlive the evening."""

LEEWAY_S: Final = 10
USER_LENGTH: Final = 128
"""Of a subject, with the issuer's 17 characters before it if it has one."""
LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999; a token that is good for longer is good until then."""

CACHE: Final = 20_000
"""Tokens whose signature need not be checked again until they expire; about 10 MB when full."""

OWN_HEADER: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
"""`{"alg":"HS256","typ":"JWT"}`, as `issue` has PyJWT write it."""

OWN_CLAIMS: Final = frozenset({"sub", "role", "iat", "exp", "event", "iss", "aud"})

ASYMMETRIC: Final = ("RS256", "ES256")


@dataclass(frozen=True, slots=True)
class User:
    """Who a valid token speaks for. `event_id` is the one event of a door; None for all others."""

    id: str
    role: str
    expires_at_s: float
    event_id: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in ("venue", "admin")


class Tokens:
    """Issues and verifies."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.signing_secret()
        self._old_secrets = settings.old_secrets()
        self._public_key = settings.jwt_public_key
        self._jwks = (
            PyJWKSet.from_json(settings.jwt_jwks.read_text(encoding="utf-8"))
            if settings.jwt_jwks
            else None
        )
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        self._role_claim = settings.jwt_role_claim.split(".")
        self._roles = settings.foreign_roles()
        self._known: OrderedDict[str, User] = OrderedDict()

    def issue(
        self,
        user_id: str,
        role: str = "customer",
        ttl_s: int = GUEST_TTL_S,
        *,
        event_id: int | None = None,
    ) -> tuple[str, int]:
        """(token, when it expires in seconds since 1970), signed with our own secret.

        Raises InvalidRequest for a user that `verify` would refuse, and for a door without an
        event, or an event without a door.
        """
        fault = subject_fault(user_id)
        if fault is not None:
            raise InvalidRequest(fault, field="sub")
        if (role == DOOR) != (event_id is not None):
            raise InvalidRequest(f"expected an event for the role door alone, got role {role}")
        now = int(time.time())
        claims: dict[str, Any] = {"sub": user_id, "role": role, "iat": now, "exp": now + ttl_s}
        if event_id is not None:
            claims["event"] = event_id
        if self._issuer:
            claims["iss"] = self._issuer
        if self._audience:
            claims["aud"] = self._audience
        return jwt.encode(claims, self._secret, algorithm="HS256"), now + ttl_s

    def issue_guest(self) -> tuple[str, str, int]:
        """(user id, token, expiry) of a guest nobody has met before."""
        user_id = f"guest-{secrets.token_hex(16)}"
        token, expires_at_s = self.issue(user_id)
        return user_id, token, expires_at_s

    def verify(self, token: str) -> User:
        """Raises Unauthenticated saying what is wrong with the token."""
        return self.verify_header(f"Bearer {token}")

    def verify_header(self, authorization: str) -> User:
        """The user of an `Authorization: Bearer …` header. Raises Unauthenticated."""
        known = self._known.get(authorization)
        if known is not None:
            if known.expires_at_s + LEEWAY_S > time.time():
                return known
            del self._known[authorization]
        token = bearer(authorization)
        user = self._known[f"Bearer {token}"] = self._read(token)  # spelt otherwise: read each time
        if len(self._known) > CACHE:
            self._known.popitem(last=False)
        return user

    def _read(self, token: str) -> User:
        claims = self._own_claims(token)
        if claims is not None:
            return user_of(claims)
        try:
            key, algorithm = self._key_for(jwt.get_unverified_header(token))
            claims = self._claims(token, key, algorithm)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired", code="token_expired") from None
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as error:
            # the last two are JSON that PyJWT reads and then stumbles over: Infinity, endless lists
            raise Unauthenticated(f"the token does not hold: {error}") from None
        return self._foreigner(claims) if algorithm in ASYMMETRIC else user_of(claims)

    def _own_claims(self, token: str) -> dict[str, Any] | None:
        """What a token as `issue` writes it says, if it holds; PyJWT takes 90 µs for that, which is
        a quarter of what a stranger's first request costs. None: PyJWT says what is wrong, if it is.
        """
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        if header != OWN_HEADER or not token.isascii():
            return None
        digest = hmac.digest(self._secret.encode(), signed.encode(), "sha256")
        if not hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"="), signature.encode()):
            return None
        try:
            claims = decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (ValueError, InvalidRequest):
            return None
        is_plain = type(claims) is dict and claims.keys() <= OWN_CLAIMS and "sub" in claims
        if not is_plain or type(claims.get("exp")) is not int:
            return None
        is_here = (claims.get("iss"), claims.get("aud")) == (self._issuer, self._audience)
        return claims if is_here and claims["exp"] > time.time() - LEEWAY_S else None

    def _foreigner(self, claims: dict[str, Any]) -> User:
        """Somebody of an issuer's: under its name, with the roles that are mapped."""
        subject = claims["sub"]
        if isinstance(subject, str) and subject:
            subject = f"{namespace(str(claims['iss']))}{subject}"
        return user_of({**claims, "sub": subject, "role": self._role_of(claims)})

    def _role_of(self, claims: dict[str, Any]) -> str:
        """The highest of ours that the issuer's claim is mapped to."""
        found: Any = claims
        for name in self._role_claim:
            found = found.get(name) if isinstance(found, dict) else None
        given = found if isinstance(found, list) else [found]
        ours = {self._roles.get(role) for role in given if isinstance(role, str)}
        return next((role for role in reversed(ISSUERS_ROLES) if role in ours), "customer")

    def _claims(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        """What the token says under this key or, for our own, one that went before it."""
        is_foreign = algorithm in ASYMMETRIC
        older = iter(() if is_foreign else self._old_secrets)
        while True:
            try:
                return jwt.decode(
                    token,
                    key,
                    algorithms=[algorithm],
                    issuer=self._issuer,
                    audience=self._audience,
                    leeway=LEEWAY_S,
                    options={
                        "require": ["exp", "sub", *(("iss", "aud") if is_foreign else ())],
                        "verify_iat": False,  # the issuer's clock may be ahead of ours
                        "verify_aud": is_foreign or self._audience is not None,
                        "verify_iss": is_foreign or self._issuer is not None,
                    },
                )
            except jwt.InvalidSignatureError:
                key = next(older, None)
                if key is None:
                    raise

    def _key_for(self, header: dict[str, Any]) -> tuple[Any, str]:
        algorithm = header.get("alg")
        if algorithm == "HS256":
            return self._secret, "HS256"
        is_bound = bool(self._issuer and self._audience)  # else a key is any realm's and any app's
        if algorithm in ASYMMETRIC and self._public_key and is_bound:
            return self._public_key, algorithm
        if algorithm in ASYMMETRIC and self._jwks and is_bound:
            return self._key_of_set(header.get("kid"), algorithm), algorithm
        raise Unauthenticated(f"the token's algorithm {shown(str(algorithm))} is not accepted here")

    def _key_of_set(self, key_id: object, algorithm: str) -> Any:
        for key in self._jwks.keys if self._jwks else ():
            if key.key_id == key_id and key.algorithm_name == algorithm:
                return key.key
        raise Unauthenticated(f"no {algorithm} key {shown(str(key_id))} is known here")


@cache
def namespace(issuer: str) -> str:
    """What stands before the subjects of an issuer: short, and the same for ever."""
    return f"ext-{hashlib.sha256(issuer.encode()).hexdigest()[:12]}:"


def bearer(authorization: str) -> str:
    """The token of an `Authorization: Bearer …` header. Raises Unauthenticated."""
    if not authorization:
        raise Unauthenticated("expected Authorization: Bearer <token>, got none")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(f"expected Authorization: Bearer <token>, got {shown(scheme)}")
    return token.strip()


def subject_fault(subject: object) -> str | None:
    """What is wrong with a `sub`, if anything; it is never repaired: it could be somebody else's."""
    if not isinstance(subject, str) or not 0 < len(subject) <= USER_LENGTH:
        return f"expected `sub` of 1 to {USER_LENGTH} characters"
    if not is_clean(subject):
        return "expected `sub` in NFC, without control characters, trimmed"
    return None


def user_of(claims: dict[str, Any]) -> User:
    """Raises Unauthenticated for a subject or role that is none."""
    subject, role = claims["sub"], claims.get("role", "customer")
    fault = subject_fault(subject)
    if fault is not None:
        raise Unauthenticated(fault)
    if role not in ROLES:
        raise Unauthenticated(f"expected `role` to be one of {', '.join(ROLES)}")
    event_id = claims.get("event") if role == DOOR else None
    if role == DOOR and type(event_id) is not int:
        raise Unauthenticated("expected `event`, the id of the door's event")
    return User(subject, role, float(min(claims["exp"], LAST_SECOND)), event_id)
