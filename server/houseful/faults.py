"""What is wrong with the settings, a sentence each: wrong values, unknown names, contradictions."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from typing import Final

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from houseful.domain.wording import shown

PREFIX: Final = "HOUSEFUL_"
TEST_PREFIX: Final = "HOUSEFUL_TEST_"
"""Names for the test suite, which the server passes over."""

LONGEST_SHOWN: Final = 120
"""A longer value may be a private key pasted into the wrong variable; it is not repeated."""

NEEDS: Final = (
    ("stripe_secret_key", "stripe_publishable_key"),
    ("stripe_publishable_key", "stripe_secret_key"),
    ("stripe_webhook_secret", "stripe_secret_key"),
    ("seller_address", "seller_name"),
    ("seller_tax_id", "seller_name"),
    # a realm signs for many applications, and somebody else's key says nothing of whose it is
    *(
        (key, claim)
        for key in ("jwt_public_key", "jwt_jwks")
        for claim in ("jwt_issuer", "jwt_audience")
    ),
)
"""Fields that make no sense without another."""

Fields = Mapping[str, FieldInfo]
"""Of the settings model, by name."""


def variable(fields: Fields, field: str) -> str:
    """The environment variable of a field: `port` → `HOUSEFUL_PORT`."""
    alias = fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def wrong_value(fields: Fields, details: ErrorDetails) -> str:
    """The variable, what was expected, what came, and why not that; a secret is not repeated."""
    field = str(details["loc"][0]).lower().removeprefix(PREFIX.lower())
    about = fields[field]
    came = shown(details["input"], LONGEST_SHOWN + 1)
    why = str(details.get("ctx", {}).get("error", ""))
    if "Secret" in str(about.annotation) or len(came) > LONGEST_SHOWN:
        came, why = "another value (not shown)", ""
    reason = f" ({why.rstrip('.')})" if why and why not in str(details["input"]) else ""
    return f"{variable(fields, field)}: expected {about.description}, got {came}{reason}"


def unknown_names(fields: Fields) -> list[str]:
    """Variables that look like ours and are none: typing errors, mostly."""
    known = {variable(fields, field) for field in fields}
    faults = []
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1) or [name.removeprefix(PREFIX)]
            hint = f", perhaps {near[0]}?" if near[0] in known else ""
            faults.append(f"{name}: expected a name that Houseful knows{hint}")
    return faults


def contradictions(fields: Fields, given: Mapping[str, object]) -> list[str]:
    """Settings that make no sense without, or with, one another."""
    names = {field: variable(fields, field) for field in fields}
    present = {field for field, name in names.items() if field in given or os.environ.get(name)}
    faults = [
        f"{names[needed]}: expected a value, because {names[field]} is set; got none"
        for field, needed in NEEDS
        if field in present and needed not in present
    ]
    if {"jwt_public_key", "jwt_jwks"} <= present:
        faults.append(f"{names['jwt_jwks']}: expected no value beside {names['jwt_public_key']}")
    return faults
