"""With which statuses an operation refuses: most follow from what it is, the rest it states.

role: 401 without a token, 403 with another's, 503 while the database or Redis does not answer.
public, or by link: 429 for one address that asks too much. body: 400, 413, 415. path: 404 for what
is not there. query: 400. a key of the client's: 400, 409, 422. Every one: 500 for a fault of ours.
"""

from __future__ import annotations

from houseful.web.clients import PROBES
from houseful.web.documents.parameters import PARAMETERS
from houseful.web.keyed import PARAMETER
from houseful.web.operations import Operation

IN_QUERY = {name for name, part in PARAMETERS.items() if part["in"] == "query"}


def refusals(operation: Operation) -> set[int]:
    """Every status from 400 on that an operation is documented with."""
    is_public = operation.role == "public"
    given = set(operation.parameters)
    found = {500, *operation.errors}
    if not is_public:
        found |= {401, 403, 503}
    if (is_public and operation.path not in PROBES) or operation.by_link:
        found.add(429)
    if operation.request is not None:
        found |= {400, 413, 415}
    if "{" in operation.path:
        found.add(404)
    if given & IN_QUERY:
        found.add(400)
    if PARAMETER in given:
        found |= {400, 409, 422}
    return found
