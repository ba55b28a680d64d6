"""One line per happening, with the ids of who caused it and without secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
import uvicorn

from houseful.telemetry import log
from tests.support.logs import to_standard_error


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    """Logging is one per process: give the next test what this one found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    to_standard_error()


def test_json_lines_carry_the_bound_ids(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "info")
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("seats").info("seats held", event_id=7)
    line = json.loads(capsys.readouterr().err)

    assert (line["message"], line["request_id"], line["event_id"]) == ("seats held", "r1", 7)
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_records_of_libraries_take_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "info")
    logging.getLogger("uvicorn.error").warning("took %d s", 3)

    assert json.loads(capsys.readouterr().err)["message"] == "took 3 s"


def test_uvicorn_s_own_configuration_does_not_keep_its_records(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    log.configure("json", "info")
    logging.getLogger("uvicorn.error").warning("took %d s", 3)

    assert json.loads(capsys.readouterr().err)["message"] == "took 3 s"


def test_what_is_below_the_level_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "warning")
    structlog.get_logger("seats").info("quiet")

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize(
    "secret",
    [
        "sk_test_hunter2",
        "whsec_hunter2",
        "pi_1_secret_hunter2",
        "redis://me:hunter2@cache",
        "Bearer eyJhbGciOi.eyJzdWIi.hunter2",
    ],
)
def test_secrets_are_hidden_in_words_values_and_exceptions(
    capsys: pytest.CaptureFixture[str], style: str, secret: str
) -> None:
    log.configure(style, "info")  # type: ignore[arg-type]
    logger = structlog.get_logger("seats")
    logger.info(f"with {secret}", where=[secret], inner={"deep": secret})
    try:
        raise ValueError(secret)
    except ValueError:
        logger.exception("failed")
    written = capsys.readouterr().err

    assert log.HIDDEN in written
    assert "hunter2" not in written


def test_values_under_telling_names_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "info")
    structlog.get_logger("seats").info("x", password="a1", jwt_token="a2", Authorization="a3")

    assert not {"a1", "a2", "a3"} & set(json.loads(capsys.readouterr().err).values())


async def test_lines_of_the_hot_path_are_written_soon_and_in_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("json", "info")
    log.tell(logging.INFO, "first", event_id=1)
    log.tell(logging.INFO, "second", event_id=1)
    said: list[str] = []
    async with asyncio.timeout(5):
        while not said:
            await asyncio.sleep(0)
            said += capsys.readouterr().err.splitlines()
    assert [json.loads(line)["message"] for line in said] == ["first", "second"]


def test_lines_of_a_loop_that_ended_come_with_those_of_the_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def tell(what: str, then_s: float) -> None:
        log.tell(logging.INFO, what)
        await asyncio.sleep(then_s)

    log.configure("json", "info")
    asyncio.run(tell("first", 0))
    asyncio.run(tell("second", 3 * log.TELL_WITHIN_S))
    said = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert said == ["first", "second"]


@pytest.mark.parametrize("style", ["json", "console"])
def test_lines_of_the_hot_path_look_like_all_others(
    style: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(style, "info")
    token = log.REQUEST_ID.set("r1")
    log.tell(logging.INFO, "seats held", event_id=7, seat_ids=(1, 2), user_id="a\nb whsec_hunter2")
    log.tell(logging.DEBUG, "not asked for")
    log.REQUEST_ID.reset(token)
    (said,) = capsys.readouterr().err.splitlines()
    assert "hunter2" not in said
    if style == "json":
        line = json.loads(said)
        assert (line["message"], line["request_id"], line["event_id"]) == ("seats held", "r1", 7)
        assert (line["level"], line["seat_ids"]) == ("info", [1, 2])
        assert line["timestamp"].endswith("Z")
    else:
        assert " [info     ] seats held " in said
        assert "request_id=" in said


@pytest.mark.parametrize("style", ["json", "console"])
def test_nothing_in_a_line_turns_a_terminal_or_passes_for_another_line(
    style: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(style, "info")
    evil = "a\x1b[31m\x9b\u202eb\n2026 [error] forged"
    structlog.get_logger("page").info("page_event", facts={"reason": evil}, at=evil, user=evil)
    log.tell(logging.INFO, "held", user="a\x1b\u202eb")
    log._write_told()
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 2
    assert not set(written) & set("\x9b\u202e")
    assert "\x1b[31m\x9b" not in written
