"""Calls every documented operation with data that fits its schema and data that does not.

Tests import this module when they run: schemathesis takes two seconds to load, and each worker of
pytest collects every test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from houseful.web.operations import ALLOWED
from tests.support.serving import PATIENCE_S, Server, in_thread

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]
"""All but `positive_data_acceptance`: a seat that fits the schema can still be taken."""

TOO_LARGE = 413
"""A refusal too, which schemathesis does not count among them."""

Known = dict[str, Any]


@dataclass
class Tally:
    """What was tried, what came back, and what should not have."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)

    def count(self, case: Case, headers: dict[str, str], session: requests.Session) -> None:
        answer = case.call(headers=headers, session=session, timeout=PATIENCE_S)
        self.statuses[answer.status_code] += 1
        checks = CHECKS
        if answer.status_code == TOO_LARGE:
            checks = [check for check in CHECKS if check is not negative_data_rejection]
        try:
            case.validate_response(answer, checks=checks, headers=headers)
        except* Exception as failures:  # noqa: BLE001 - schemathesis has no common kind
            for failure in failures.exceptions:
                name = f"{case.method} {case.path}: {type(failure).__name__}"
                self.wrong.setdefault(name, f"{failure}\n{case.as_curl_command()}"[:2000])

    def report(self) -> str:
        return "\n\n".join(f"{name}\n{text}" for name, text in self.wrong.items())


def schema_of(server: Server) -> schemathesis.BaseSchema:
    config = schemathesis.Config()
    config.projects.default.generation.update(
        with_security_parameters=False,  # each case has a token; refusals are tested elsewhere
        allow_extra_parameters=False,  # HTTP servers pass over parameters they do not know
    )
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json", config=config)


def known_ids(server: Server) -> Known:
    """Path parameters that exist and are the fuzzer's own."""

    async def make() -> Known:
        sale = server.add_event()
        async with server.user("fuzzer") as fuzzer:
            bought = await fuzzer.bought(sale, sale.seats[0])
            held = await fuzzer.held(sale, sale.seats[1])
            plan = (await fuzzer.http.get(f"/events/{sale.id}")).json()["data"]["planUrl"]
        _, _, plan_id, tag = plan.removesuffix(".json").split("/")
        return {
            "eventId": sale.id,
            "reservationId": held["id"],
            "reference": bought["bookingReference"],
            "planId": int(plan_id),
            "tag": tag,
        }

    return in_thread(make())


def ways(operation: APIOperation, known: Known) -> Iterator[st.SearchStrategy[Case]]:
    """Good and bad data, for ids that exist and for ids from anywhere."""
    names = [parameter.name for parameter in operation.path_parameters]
    ids = {name: known[name] for name in names if name in known}
    has_body = any(body.media_type == "application/json" for body in operation.body)
    query = [parameter for parameter in operation.query if is_narrow(parameter)]
    yield operation.as_strategy(GenerationMode.POSITIVE, path_parameters=ids or None)
    if ids and (has_body or query):
        yield operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=ids)
    if has_body or query or any(map(is_narrow, operation.path_parameters)):
        yield operation.as_strategy(GenerationMode.NEGATIVE)


def is_narrow(parameter: Any) -> bool:
    """Whether there are texts that it must not be."""
    schema = parameter.definition["schema"]
    return schema.get("type") != "string" or bool({"pattern", "enum", "minLength"} & schema.keys())


def fuzz(server: Server, total: int, only: str | None = None) -> Tally:
    """At least `total` cases, shared out evenly over the operations."""
    tally, session, known = Tally(), requests.Session(), known_ids(server)
    tokens = {role: f"Bearer {server.token('fuzzer', role)}" for role in ALLOWED if role != "door"}
    found = [result.ok() for result in schema_of(server).get_all_operations()]
    runs = [way for each in found if only in (None, each.label) for way in ways(each, known)]
    begin = 0
    while (left := total - sum(tally.statuses.values())) > 0:  # some have few cases to offer
        begin += 1
        for way in runs:
            run(way, tokens, -(-left // len(runs)), begin, tally, session)
    session.close()
    return tally


def run(
    way: st.SearchStrategy[Case],
    tokens: dict[str, str],
    most: int,
    begin: int,
    tally: Tally,
    session: requests.Session,
) -> None:
    @seed(begin)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=way, role=st.sampled_from(list(tokens)))
    def try_one(case: Case, role: str) -> None:
        tally.count(case, {"Authorization": tokens[role]}, session)

    try_one()


def check(tally: Tally, total: int) -> None:
    assert not tally.wrong, tally.report()
    assert sum(tally.statuses.values()) >= total
    assert tally.statuses[200] > total / 50, "some is let through"
    assert tally.statuses[400] > total / 50, "and some is not"
