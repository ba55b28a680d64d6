"""Every text that a body takes passes the one rule, whatever field it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from houseful.domain.errors import InvalidRequest
from houseful.web.table import OPERATIONS
from houseful.wire import commands
from houseful.wire.buyer import AnalyticsEvent, ContactRequest
from houseful.wire.commands import ReserveCommand
from houseful.wire.free_text import FREE, free_text
from houseful.wire.staff import ReasonRequest

SPOKEN = tuple(get_args(get_args(commands.AnyCommand)[0]))
REQUESTS = sorted(
    {one.request for one in OPERATIONS if isinstance(one.request, type)} | set(SPOKEN),
    key=lambda one: one.__name__,
)
NEVER_KEPT = {"ref"}
"""Echoed to who sent it, and nowhere else."""


def texts(kind: Any, metadata: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The metadata beside every `str` in an annotation."""
    if hasattr(kind, "__metadata__"):
        yield from texts(kind.__origin__, (*metadata, *kind.__metadata__))
    elif kind is str:
        yield metadata
    else:
        for inner in get_args(kind):
            if not isinstance(inner, str):
                yield from texts(inner, metadata)


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from models(inner)


def is_bounded(metadata: tuple[Any, ...]) -> bool:
    """By the rule for free text, or by a pattern that names its few characters."""
    flat = [part for one in metadata for part in (one, *getattr(one, "metadata", ()))]
    return FREE in flat or any(getattr(part, "pattern", None) for part in flat)


@pytest.mark.parametrize("request_model", REQUESTS, ids=lambda one: one.__name__)
def test_every_text_of_a_request_is_free_text_or_a_word(request_model: type[BaseModel]) -> None:
    for model in models(request_model):
        for name, field in model.model_fields.items():
            if name not in NEVER_KEPT:
                for metadata in texts(field.annotation, tuple(field.metadata)):
                    assert is_bounded(metadata), f"{model.__name__}.{name}"


def test_the_rule_sees_a_text_that_nobody_bounds() -> None:
    class Loose(BaseModel):
        note: str
        names: dict[str, int]

    found = [
        is_bounded(one) for field in Loose.model_fields.values() for one in texts(field.annotation)
    ]
    assert found == [False, False]


def test_a_name_with_a_nul_is_stored_without_it() -> None:
    contact = ContactRequest(name=" a\x00b\u202e ", phone="\u202a+49 170\u202c")
    assert (contact.name, contact.phone) == ("ab", "+49 170")


@pytest.mark.parametrize("reason", ["", "  ", "\x00", "\u200d\u200b", "x" * 501])
def test_a_reason_of_nothing_that_shows_is_refused(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        ReasonRequest(reason=reason)


@pytest.mark.parametrize("reason", ["x" * 500 + "\x00", " " + "x" * 500, "\u0958" * 251])
def test_a_text_is_bounded_as_it_came_and_as_it_is_kept(reason: str) -> None:
    """The documents bound what is sent; U+0958 is two characters in NFC."""
    with pytest.raises(ValueError, match="at most 500 characters"):
        ReasonRequest(reason=reason)
    assert ReasonRequest(reason=" " + "x" * 499).reason == "x" * 499


def test_a_command_s_session_is_kept_by_the_same_rule() -> None:
    frame = {"ref": 1, "type": "reserve", "seats": [{"seatId": 1, "version": 0}]}
    assert ReserveCommand.model_validate(frame | {"sessionId": "s\x00"}).sessionId == "s"


def test_text_outside_of_a_body_is_bounded_by_name() -> None:
    assert free_text("  A\u030asa\x00 ", "q", 9) == "Åsa"
    with pytest.raises(InvalidRequest, match="q: expected at most 9 characters, got 10"):
        free_text("x" * 9 + "\x00", "q", 9)


def test_a_fact_of_the_page_is_bounded() -> None:
    assert AnalyticsEvent(name="seat_selected", facts={"seat": 1}).facts == {"seat": 1}
