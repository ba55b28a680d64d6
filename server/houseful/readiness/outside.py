"""What stands outside and what must be told of it: gateway, mail, address, time zone, secrets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Final
from urllib.parse import urlsplit

from houseful.domain.errors import ConfigurationError, HousefulError, Unavailable
from houseful.payments.gateway import GatewayNotSetUp
from houseful.readiness.findings import Finding
from houseful.settings import Settings
from houseful.tickets.delivery import SmtpMailer, SmtpServer
from houseful.wire.email_address import sender_of

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
TEST_KEYS: Final = ("sk_test_", "rk_test_", "pk_test_")


async def payments(chosen: Settings) -> Sequence[Finding]:
    if chosen.stripe_secret_key is None:
        return [Finding("payments", "stripe_demo")]
    secret = chosen.stripe_secret_key.get_secret_value()
    is_test = secret.startswith(TEST_KEYS)
    findings = [await _stripe(chosen, secret, is_test=is_test)]
    public = chosen.stripe_publishable_key
    if public is not None and public.startswith(TEST_KEYS) != is_test:
        findings.append(Finding("payments", "stripe_keys_differ"))
    if chosen.stripe_webhook_secret is None:
        findings.append(Finding("payments", "stripe_no_webhooks"))
    return findings


async def _stripe(chosen: Settings, secret: str, *, is_test: bool) -> Finding:
    """By a question that every key must be allowed to ask: the payments of this second."""
    # a sixth of a start, for those with a key; in a thread, for the other checks have their clocks
    made = await asyncio.to_thread(import_module, "houseful.payments.stripe")
    gateway = made.StripeGateway(secret, api_base=chosen.stripe_api_base)
    try:
        await gateway.list_since(time.time_ns() // 1_000_000)
    except GatewayNotSetUp:
        return Finding("payments", "stripe_refused")
    except HousefulError:
        return Finding("payments", "stripe_unreachable")
    finally:
        await gateway.close()
    return Finding("payments", "stripe_test_mode" if is_test else "stripe_accepted")


async def mail(chosen: Settings) -> Sequence[Finding]:
    if chosen.smtp_url is None:
        return [Finding("mail", "mail_not_set")]
    try:
        server = SmtpServer.from_url(chosen.smtp_url.get_secret_value())
    except ConfigurationError as error:
        return [Finding("mail", "check_failed", {"reason": error.told})]
    where: dict[str, str | int] = {"host": server.host, "port": server.port}
    try:
        has_smtputf8 = await SmtpMailer(server).greet()
    except Unavailable as error:
        return [Finding("mail", "mail_unreachable", {**where, "reason": error.told})]
    sender = {"sender": chosen.mail_from}
    if sender_of(chosen.mail_from)[1].needs_smtputf8 and not has_smtputf8:
        return [Finding("mail", "mail_sender_needs_smtputf8", {**where, **sender})]
    if "mail_from" not in chosen.model_fields_set:
        return [Finding("mail", "mail_sender_default", sender)]
    return [Finding("mail", "mail_accepted", {**where, **sender})]


async def receipts(chosen: Settings) -> Sequence[Finding]:
    seller = chosen.seller
    if seller is None:
        code = "seller_not_set" if chosen.uses_stripe else "seller_not_needed"
        return [Finding("receipts", code)]
    is_whole = bool(seller.address and seller.tax_id)
    code = "seller_set" if is_whole else "seller_incomplete"
    return [Finding("receipts", code, {"name": seller.name})]


async def time_zone(chosen: Settings) -> Sequence[Finding]:
    is_set = "timezone" in chosen.model_fields_set
    code = "time_zone_set" if is_set else "time_zone_not_set"
    return [Finding("time zone", code, {"zone": chosen.timezone})]


async def public_address(chosen: Settings) -> Sequence[Finding]:
    url = chosen.public_url
    if url is None:
        return [Finding("public address", "public_address_not_set")]
    parts = urlsplit(url)
    if parts.scheme != "https":
        is_local = parts.hostname in LOOPBACK
        code = "public_address_set" if is_local else "public_address_insecure"
        return [Finding("public address", code, {"url": url})]
    # We speak plain http: who offers https stands in front of us.
    code = "public_address_set" if chosen.trusted_proxies else "proxies_not_trusted"
    return [Finding("public address", code, {"url": url})]


async def secret(chosen: Settings) -> Sequence[Finding]:
    try:
        chosen.signing_secret()
    except ConfigurationError as error:
        return [Finding("secret", "secret_unreadable", {"reason": error.told})]
    return [Finding("secret", "secret_set" if chosen.jwt_secret else "secret_generated")]


async def foreign_tokens(chosen: Settings) -> Sequence[Finding]:
    """Settings without issuer and audience are refused before this."""
    if not chosen.takes_foreign_tokens:
        return []
    code = "foreign_tokens_staff" if chosen.jwt_role_map else "foreign_tokens_customers"
    return [Finding("foreign tokens", code, {"issuer": chosen.jwt_issuer or ""})]
