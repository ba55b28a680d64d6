"""libpq's parameters in DATABASE_URL do what they say, or are refused by name."""

from __future__ import annotations

import ssl

import pytest
from sqlalchemy import insert, make_url, text
from sqlalchemy.exc import IntegrityError

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.ledger.models import COUNTER
from houseful.sql.database import Database
from houseful.sql.postgres_url import connect_arguments, several_hosts
from tests.support.postgres import Postgres
from tests.support.sessions import reading, writing

BASE = "postgresql+asyncpg://me:pw@db.example/shop"


def given(query: str) -> dict[str, object]:
    url, found = connect_arguments(make_url(f"{BASE}?{query}"))
    assert not set(url.query) - {"host", "port"}
    return found


def test_what_asyncpg_reads_travels_in_a_dsn() -> None:
    assert given("sslmode=verify-full&sslrootcert=/etc/ca.pem&target_session_attrs=read-write") == {
        "dsn": "postgresql:///?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"
        "&target_session_attrs=read-write"
    }


def test_the_rest_is_mapped_or_of_no_effect() -> None:
    assert given("application_name=shop&options=-c%20search_path%3Dx") == {
        "server_settings": {"application_name": "shop", "options": "-c search_path=x"}
    }
    assert given("connect_timeout=5") == {"timeout": 5.0}
    assert given("keepalives_idle=30&channel_binding=prefer&client_encoding=UTF8") == {}
    assert isinstance(given("sslrootcert=system")["ssl"], ssl.SSLContext)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sslmod=require", "sslmod"),
        ("channel_binding=require", "channel_binding"),
        ("gssencmode=require", "gssencmode"),
        ("connect_timeout=soon", "connect_timeout"),
        ("connect_timeout=²", "connect_timeout"),
        ("sslrootcert=system&sslmode=prefer", "sslmode"),
        ("password=hunter2", "password"),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(query: str, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"DATABASE_URL: {name}: expected") as caught:
        given(query)
    assert "hunter2" not in caught.value.message


def test_several_hosts_are_handed_on() -> None:
    url, hosts = several_hosts("postgresql://me:pw@a:1,b/shop?target_session_attrs=primary")
    assert url == "postgresql://me:pw@/shop?target_session_attrs=primary"
    assert hosts == {"host": ("a:1", "b:5432")}
    assert several_hosts("sqlite:////srv/a,b.db") == ("sqlite:////srv/a,b.db", {})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2/x@db/shop",
        "postgresql://me:hunter2@db:port/shop",
        "postgresql:hunter2",
        "mysql://me:hunter2@db/x",
    ],
)
def test_a_wrong_url_is_refused_without_a_word_of_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL: ") as caught:
        Database(url)
    assert "hunter2" not in caught.value.message


async def test_a_real_server_hears_of_them(postgres: Postgres) -> None:
    url = postgres.new_database()
    database = Database(
        f"{url}?application_name=box&options=-c%20statement_timeout%3D4321&sslmode=prefer&connect_timeout=9"
    )
    try:
        async with reading(database) as session:
            assert await session.scalar(text("SHOW application_name")) == "box"
            assert await session.scalar(text("SHOW statement_timeout")) == "4321ms"
    finally:
        await database.close()


async def test_an_encryption_that_the_server_lacks_is_said(postgres: Postgres) -> None:
    database = Database(f"{postgres.new_database()}?sslmode=require")
    try:
        with pytest.raises(Unavailable):
            await database.ping()
    finally:
        await database.close()


async def test_no_value_of_a_statement_shows_in_what_goes_wrong(database: Database) -> None:
    row = {"name": "ada@example.org", "value": 1}

    async def twice() -> None:
        async with writing(database) as session:
            await session.execute(insert(COUNTER), row)
            await session.execute(insert(COUNTER), row)

    with pytest.raises(IntegrityError) as caught:
        await twice()
    shown = "".join(str(error) + repr(error) for error in chain(caught.value))
    assert "ada@example.org" not in shown


def chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
