"""Who is asking: which tokens hold, and which do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from houseful.domain.errors import Unauthenticated
from houseful.settings import Settings
from houseful.web.auth import LEEWAY_S, Tokens, User, namespace
from tests.support.serving import Guest, Sale, Server
from tests.web.conftest import Join

SECRET = "a secret of our own, long enough for HS256"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS: dict[str, Key] = {"RS256": RSA_KEY, "ES256": EC_KEY}


def pem(key: Key) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def claims(**changed: Any) -> dict[str, Any]:
    made = {"sub": "ann", "role": "customer", "exp": int(time.time()) + 60} | changed
    return {name: value for name, value in made.items() if value is not None}


ISSUED = {"iss": "https://id.example", "aud": "houseful"}
BOUND = {"jwt_issuer": "https://id.example", "jwt_audience": "houseful"}


def tokens(directory: Path, **given: Any) -> Tokens:
    if "jwt_public_key" in given or "jwt_jwks" in given:
        given = BOUND | given
    return Tokens(Settings(data_dir=directory, jwt_secret=SECRET, **given))


def jwks(directory: Path) -> Path:
    path = directory / "jwks.json"
    keys = [
        {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "one", "use": "sig"},
        {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "two", "use": "sig"},
    ]
    path.write_text(json.dumps({"keys": keys}))
    return path


def unsigned(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_our_own_secret_is_always_understood(tmp_path: Path) -> None:
    for checker in (tokens(tmp_path), tokens(tmp_path, jwt_public_key=pem(RSA_KEY))):
        user = checker.verify(checker.issue("ann", "venue")[0])
        assert (user.id, user.role) == ("ann", "venue")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_an_issuer_s_token_holds_by_its_pem(algorithm: str, tmp_path: Path) -> None:
    key = KEYS[algorithm]
    checker = tokens(tmp_path, jwt_public_key=pem(key))
    assert checker.verify(jwt.encode(claims(**ISSUED), key, algorithm)).id == foreign("ann")


@pytest.mark.parametrize(("algorithm", "kid"), [("RS256", "one"), ("ES256", "two")])
def test_an_issuer_s_token_holds_by_its_jwks(algorithm: str, kid: str, tmp_path: Path) -> None:
    checker = tokens(tmp_path, jwt_jwks=jwks(tmp_path))
    token = jwt.encode(claims(**ISSUED), KEYS[algorithm], algorithm, headers={"kid": kid})
    assert checker.verify(token).id == foreign("ann")


@pytest.mark.parametrize("header", [{"kid": "three"}, {}, {"kid": "two"}])
def test_a_jwks_without_the_token_s_key_refuses_it(header: dict[str, str], tmp_path: Path) -> None:
    checker = tokens(tmp_path, jwt_jwks=jwks(tmp_path))
    with pytest.raises(Unauthenticated):
        checker.verify(jwt.encode(claims(**ISSUED), RSA_KEY, "RS256", headers=header))


@pytest.mark.parametrize(
    "changed", [{"iss": "https://evil.example"}, {"iss": None}, {"aud": "shop"}, {"aud": None}]
)
def test_an_issuer_s_token_of_another_realm_or_application_is_refused(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    checker = tokens(tmp_path, jwt_public_key=pem(RSA_KEY))
    with pytest.raises(Unauthenticated):
        checker.verify(jwt.encode(claims(**ISSUED | changed), RSA_KEY, "RS256"))


def test_a_key_without_issuer_and_audience_makes_nobody_anybody(tmp_path: Path) -> None:
    for lacking in BOUND:
        checker = tokens(tmp_path, jwt_public_key=pem(RSA_KEY), **{lacking: None})
        with pytest.raises(Unauthenticated):
            checker.verify(jwt.encode(claims(**ISSUED), RSA_KEY, "RS256"))


def test_an_issuer_s_roles_count_only_where_they_are_mapped(tmp_path: Path) -> None:
    def role_of(given: dict[str, Any], **settings: Any) -> str:
        checker = tokens(tmp_path, jwt_public_key=pem(RSA_KEY), **settings)
        return checker.verify(jwt.encode(claims(**ISSUED | given), RSA_KEY, "RS256")).role

    assert role_of({"role": "admin"}) == "customer"
    mapped = {"jwt_role_map": ("box=venue", "boss=admin")}
    assert role_of({"role": "box"}, **mapped) == "venue"
    assert role_of({"role": "admin"}, **mapped) == "customer"
    nested = {**mapped, "jwt_role_claim": "realm_access.roles"}
    assert role_of({"realm_access": {"roles": ["x", "box", "boss"]}}, **nested) == "admin"
    assert role_of({"role": "boss"}, **nested) == "customer"


def test_an_issuer_s_subject_is_never_one_of_ours(tmp_path: Path) -> None:
    checker = tokens(tmp_path, jwt_public_key=pem(RSA_KEY))
    guest, token, _ = checker.issue_guest()
    stranger = checker.verify(jwt.encode(claims(**ISSUED, sub=guest), RSA_KEY, "RS256"))
    assert stranger.id != checker.verify(token).id == guest
    assert stranger.id == foreign(guest)


def foreign(subject: str) -> str:
    return f"{namespace(ISSUED['iss'])}{subject}"


def test_another_key_of_the_same_kind_does_not_hold(tmp_path: Path) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    checker = tokens(tmp_path, jwt_public_key=pem(RSA_KEY))
    with pytest.raises(Unauthenticated):
        checker.verify(jwt.encode(claims(**ISSUED), other, "RS256"))


def test_a_public_key_cannot_be_passed_off_as_a_secret(tmp_path: Path) -> None:
    public = pem(RSA_KEY)
    checker = tokens(tmp_path, jwt_public_key=public)
    signed = unsigned({"alg": "HS256", "typ": "JWT"}, claims(**ISSUED)).rpartition(".")[0]
    signature = hmac.new(public.encode(), signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    with pytest.raises(Unauthenticated):
        checker.verify(forged)


def test_an_rsa_key_cannot_check_an_elliptic_signature(tmp_path: Path) -> None:
    checker = tokens(tmp_path, jwt_public_key=pem(RSA_KEY))
    with pytest.raises(Unauthenticated):
        checker.verify(jwt.encode(claims(**ISSUED), EC_KEY, "ES256"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, "HS512", 7, ["HS256"]])
def test_an_algorithm_that_is_not_ours_is_refused(algorithm: object, tmp_path: Path) -> None:
    for settings in ({}, {"jwt_public_key": pem(RSA_KEY)}):
        with pytest.raises(Unauthenticated):
            tokens(tmp_path, **settings).verify(unsigned({"alg": algorithm}, claims(**ISSUED)))


def test_without_a_public_key_only_our_own_tokens_hold(tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated):
        tokens(tmp_path).verify(jwt.encode(claims(**ISSUED), RSA_KEY, "RS256"))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 0},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 129},
        {"sub": 7},
        {"role": "king"},
        {"role": ["admin"]},
        {"role": 7},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_token_with_a_wrong_claim_is_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    payload = claims(**changed)
    signed = jwt.api_jws.encode(json.dumps(payload).encode(), SECRET, "HS256")
    with pytest.raises(Unauthenticated):
        tokens(tmp_path).verify(signed)


def test_a_token_without_a_role_is_a_customer_s(tmp_path: Path) -> None:
    token = jwt.encode(claims(role=None), SECRET, "HS256")
    assert tokens(tmp_path).verify(token).role == "customer"


def test_issuer_and_audience_are_checked_where_they_are_set(tmp_path: Path) -> None:
    checker = tokens(tmp_path, jwt_issuer="https://id.example", jwt_audience="houseful")

    def made(**changed: Any) -> str:
        return jwt.encode(
            claims(**{"iss": "https://id.example", "aud": "houseful"} | changed), SECRET, "HS256"
        )

    assert checker.verify(made()).id == "ann"
    assert checker.verify(made(aud=["shop", "houseful"])).id == "ann"
    for wrong in ({"iss": "https://evil.example"}, {"iss": None}, {"aud": "shop"}, {"aud": None}):
        with pytest.raises(Unauthenticated):
            checker.verify(made(**wrong))


def test_guests_pass_where_issuer_and_audience_are_set(tmp_path: Path) -> None:
    checker = tokens(tmp_path, jwt_issuer="https://id.example", jwt_audience="houseful")
    user_id, token, _ = checker.issue_guest()
    assert checker.verify(token).id == user_id


def test_a_token_known_to_be_good_still_expires(tmp_path: Path) -> None:
    checker = tokens(tmp_path)
    token, _ = checker.issue("ann", ttl_s=1 - LEEWAY_S)
    assert checker.verify(token).id == "ann"

    def verify_again_and_again() -> None:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            checker.verify(token)
            time.sleep(0.02)

    with pytest.raises(Unauthenticated, match="expired"):
        verify_again_and_again()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Basic YTpi",
        "Bearer a.b.c",
        "Bearer {}",
        "token",
        "Bearer a b",
    ],
)
async def test_a_request_without_a_good_token_is_turned_away(
    header: str | None, ann: Guest, quiet_sale: Sale
) -> None:
    del ann.http.headers["Authorization"]
    answer = await ann.http.get(
        f"/events/{quiet_sale.id}/seats", headers={"Authorization": header} if header else {}
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_token_says_so(ann: Guest, server: Server, quiet_sale: Sale) -> None:
    ann.http.headers["Authorization"] = f"Bearer {server.token('ann', ttl_s=-60)}"
    answer = await ann.http.get(f"/events/{quiet_sale.id}/seats")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_expired")


async def test_a_token_of_another_server_is_refused(
    ann: Guest, brief_holds: Server, quiet_sale: Sale
) -> None:
    ann.http.headers["Authorization"] = f"Bearer {brief_holds.token('ann', 'admin')}"
    assert (await ann.http.get(f"/events/{quiet_sale.id}/seats")).status_code == 401


async def test_every_guest_is_somebody_new(join: Join) -> None:
    first, second = await join(), await join()
    assert first.name != second.name
    assert first.name.startswith("guest-")
    assert len(first.name) == len("guest-") + 32


async def test_guests_need_no_token_and_their_answer_is_not_kept(ann: Guest) -> None:
    del ann.http.headers["Authorization"]
    answer = await ann.http.post("/auth/guest")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()["data"]) == {"token", "expiresAt", "userId"}


def test_tokens_of_a_former_secret_hold_while_it_is_named(tmp_path: Path) -> None:
    token, _ = tokens(tmp_path).issue("ann")
    new = "the secret that came after the first"
    renewed = Tokens(Settings(data_dir=tmp_path, jwt_secret=new, jwt_old_secrets=(SECRET,)))
    assert renewed.verify(token).id == "ann"
    with pytest.raises(Unauthenticated):
        tokens(tmp_path).verify(renewed.issue("ann")[0])
    forgetful = Tokens(Settings(data_dir=tmp_path, jwt_secret=new))
    with pytest.raises(Unauthenticated):
        forgetful.verify(token)


@pytest.mark.parametrize("given", [{}, BOUND])
def test_our_own_tokens_are_read_as_pyjwt_reads_them(tmp_path: Path, given: dict[str, str]) -> None:
    checker = tokens(tmp_path, **given)
    token, expires_at_s = checker.issue("ann", "venue")
    assert checker._own_claims(token) is not None
    assert checker.verify(token) == User("ann", "venue", float(expires_at_s))
    head, body, signature = token.split(".")
    other = tokens(tmp_path, **{**given, "jwt_audience": "elsewhere", "jwt_issuer": "e"})
    spoilt = signature[:5] + ("A" if signature[5] != "A" else "B") + signature[6:]
    assert other._own_claims(token) is None
    for wrong in (
        f"{head}.{body}.{spoilt}",
        f"{head}.{body}.",
        f"{head}.{body}x.{signature}",
        "a.b",
    ):
        assert checker._own_claims(wrong) is None
        with pytest.raises(Unauthenticated):
            checker.verify(wrong)
    late, _ = checker.issue("ann", ttl_s=-60)
    assert checker._own_claims(late) is None
    with pytest.raises(Unauthenticated, match="expired"):
        checker.verify(late)
