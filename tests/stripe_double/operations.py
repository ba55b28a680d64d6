"""What each of Stripe's paths does: (account, path parameters, form) → the object's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.stripe_double import rules
from tests.stripe_double.account import Account
from tests.stripe_double.errors import invalid, missing
from tests.stripe_double.forms import integer
from tests.stripe_double.resources.intents import Intent

Params = dict[str, Any]


def create_intent(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/payment_intents"""
    intent = account.create_intent(
        integer(form, "amount"),
        form.get("currency"),
        payment_method=form.get("payment_method"),
        metadata=rules.metadata_of(form),
        capture_method=form.get("capture_method", "automatic"),
        allowed=rules.allowed_methods(form),
    )
    return _intent(account, intent, form)


def confirm_intent(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/payment_intents/{id}/confirm"""
    intent = account.confirm_intent(
        path["id"],
        payment_method=form.get("payment_method"),
        confirmation_token=form.get("confirmation_token"),
        return_url=form.get("return_url"),
    )
    return _intent(account, intent, form)


def retrieve_intent(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/payment_intents/{id}"""
    return _intent(account, account.intent(path["id"]), form)


def list_intents(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/payment_intents"""
    everything = [intent.body() for intent in account.intents.values()]
    page = _page("/v1/payment_intents", everything, form)
    inner = {"expand": [name.removeprefix("data.") for name in form.get("expand", [])]}
    page["data"] = [_intent(account, account.intent(row["id"]), inner) for row in page["data"]]
    return page


def cancel_intent(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/payment_intents/{id}/cancel"""
    return _intent(account, account.cancel_intent(path["id"]), form)


def capture_intent(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/payment_intents/{id}/capture"""
    return _intent(account, account.capture_intent(path["id"]), form)


def authenticate_intent(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/payment_intents/{id}/_authenticate: Stripe.js's part, on localstripe's path."""
    success = form.get("success") == "true"
    intent = account.authenticate_intent(path["id"], form.get("client_secret", ""), success)
    return _intent(account, intent, form)


def create_refund(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/refunds"""
    if "payment_intent" not in form:
        raise invalid("Missing required param: payment_intent.", param="payment_intent")
    amount = integer(form, "amount")
    return account.create_refund(form["payment_intent"], amount, rules.metadata_of(form)).body()


def list_refunds(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/refunds"""
    wanted = form.get("payment_intent")
    found = [r.body() for r in account.refunds.values() if wanted in (None, r.intent_id)]
    return _page("/v1/refunds", found, form)


def retrieve_refund(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/refunds/{id}"""
    if path["id"] not in account.refunds:
        raise missing("refund", path["id"])
    return account.refunds[path["id"]].body()


def list_disputes(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/disputes"""
    wanted = form.get("payment_intent")
    found = [d.body() for d in account.disputes.values() if wanted in (None, d.intent_id)]
    return _page("/v1/disputes", found, form)


def retrieve_account(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/account: whose key it is"""
    return {"id": account.id, "object": "account", "charges_enabled": True}


def list_events(account: Account, path: Params, form: Params) -> Params:
    """GET /v1/events"""
    found = [event for event in account.events if form.get("type") in (None, event["type"])]
    return _page("/v1/events", found, form)


def create_payment_method(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/payment_methods with a test card number"""
    card = form.get("card", {})
    return {
        "id": account.create_payment_method(card.get("number", "")),
        "object": "payment_method",
        "type": "card",
        "card": {"last4": card.get("number", "")[-4:], "brand": "visa"},
    }


def create_confirmation_token(account: Account, path: Params, form: Params) -> Params:
    """POST /v1/test_helpers/confirmation_tokens"""
    token = account.create_confirmation_token(
        form.get("payment_method", ""), form.get("return_url")
    )
    return {"id": token, "object": "confirmation_token", "use_stripe_sdk": True}


TABLE = (
    ("POST", "/v1/payment_intents", "create", create_intent),
    ("GET", "/v1/payment_intents", "list", list_intents),
    ("GET", "/v1/payment_intents/{id}", "retrieve", retrieve_intent),
    ("POST", "/v1/payment_intents/{id}/confirm", "confirm", confirm_intent),
    ("POST", "/v1/payment_intents/{id}/cancel", "cancel", cancel_intent),
    ("POST", "/v1/payment_intents/{id}/capture", "capture", capture_intent),
    ("POST", "/v1/payment_intents/{id}/_authenticate", "authenticate", authenticate_intent),
    ("POST", "/v1/refunds", "refund", create_refund),
    ("GET", "/v1/refunds", "list_refunds", list_refunds),
    ("GET", "/v1/refunds/{id}", "retrieve_refund", retrieve_refund),
    ("GET", "/v1/disputes", "list_disputes", list_disputes),
    ("GET", "/v1/account", "retrieve_account", retrieve_account),
    ("GET", "/v1/events", "list_events", list_events),
    ("POST", "/v1/payment_methods", "create_payment_method", create_payment_method),
    (
        "POST",
        "/v1/test_helpers/confirmation_tokens",
        "create_confirmation_token",
        create_confirmation_token,
    ),
)
"""(method, path, the name that faults use, what it does)."""


BALANCE = "latest_charge.balance_transaction"
"""What else of a charge may be expanded."""


def _intent(account: Account, intent: Intent, form: Mapping[str, Any]) -> Params:
    body = intent.body()
    if "latest_charge" in form.get("expand", []) and intent.latest_charge is not None:
        body["latest_charge"] = account.charges[intent.latest_charge].body()
    if BALANCE in form.get("expand", []) and intent.latest_charge is not None:
        charge = account.charges[intent.latest_charge]
        body["latest_charge"] = {**charge.body(), "balance_transaction": charge.balance()}
    return body


def _page(url: str, rows: list[Params], form: Params) -> Params:
    """Newest first, at most `limit`, after `starting_after`, within `created`."""
    found = [row for row in reversed(rows) if _within(row["created"], form.get("created", {}))]
    after = form.get("starting_after")
    if after is not None:
        ids = [row["id"] for row in found]
        if after not in ids:
            raise missing("object", after, param="starting_after")
        found = found[ids.index(after) + 1 :]
    limit = integer(form, "limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("limit must be between 1 and 100", param="limit")
    return {
        "object": "list",
        "url": url,
        "data": found[:limit],
        "has_more": len(found) > limit,
    }


def _within(created: int, bounds: Mapping[str, str] | str) -> bool:
    if isinstance(bounds, str):
        return created == int(bounds)
    tests = {
        "gt": created.__gt__,
        "gte": created.__ge__,
        "lt": created.__lt__,
        "lte": created.__le__,
    }
    return all(tests[name](int(value)) for name, value in _items(bounds))


def _items(bounds: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, value in bounds.items():
        if name not in ("gt", "gte", "lt", "lte"):
            raise invalid(f"Received unknown parameter: created[{name}]", param="created")
        yield name, value
