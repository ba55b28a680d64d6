"""Every setting by name, all faults at once, no secret shown."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from houseful import faults, settings
from houseful.domain.errors import ConfigurationError

SECRET = "4f1d0a7be29c6835b7e06d1c9a35f248"
PUBLIC_PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the test sets counts."""
    for name in list(os.environ):
        if name.startswith(faults.PREFIX) or name in map(
            settings.variable, settings.Settings.model_fields
        ):
            monkeypatch.delenv(name)


def refusal() -> str:
    with pytest.raises(ConfigurationError) as caught:
        settings.load()
    return caught.value.message


def test_nothing_set_gives_the_documented_defaults() -> None:
    found = settings.load()

    assert found.data_dir == Path(".houseful")
    assert (found.port, found.workers, found.hold_seconds, found.max_seats) == (8000, 1, 600, 10)
    assert (found.reservations_per_minute, found.frame_interval_ms) == (5, 25)
    assert found.gateway_calls_per_second == 25
    assert not found.uses_stripe


def test_the_environment_is_read_by_the_documented_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEFUL_HOLD_SECONDS", "2")
    monkeypatch.setenv("HOUSEFUL_ALLOWED_ORIGINS", "https://a.example, http://b.example:81")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@cache:6379/1")
    found = settings.load()

    assert found.hold_seconds == 2
    assert found.allowed_origins == ("https://a.example", "http://b.example:81")
    assert found.redis_url is not None
    assert found.redis_url.get_secret_value() == "redis://:hunter2@cache:6379/1"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEFUL_PORT", "")
    monkeypatch.setenv("REDIS_URL", "")

    assert settings.load().port == 8000
    assert settings.load().redis_url is None


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEFUL_PORT", "9000")

    assert settings.load(port=9001, host=None).port == 9001


def test_all_faults_are_reported_at_once_with_what_was_expected_and_what_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOUSEFUL_PORT", "70000")
    monkeypatch.setenv("HOUSEFUL_WORKERS", "two")
    monkeypatch.setenv("HOUSEFUL_HOLD_SECOND", "5")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    lines = refusal().splitlines()[1:]

    assert lines == [
        '  HOUSEFUL_PORT: expected a port from 0 (any free) to 65535, got "70000"',
        '  HOUSEFUL_WORKERS: expected 1 to 256 worker processes, got "two"',
        "  HOUSEFUL_HOLD_SECOND: expected a name that Houseful knows,"
        " perhaps HOUSEFUL_HOLD_SECONDS?",
        "  STRIPE_PUBLISHABLE_KEY: expected a value, because STRIPE_SECRET_KEY is set; got none",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOUSEFUL_PORT", "-1"),
        ("HOUSEFUL_WORKERS", "0"),
        ("HOUSEFUL_HOLD_SECONDS", "0"),
        ("HOUSEFUL_MAX_SEATS", "0"),
        ("HOUSEFUL_CURRENCY", "euro"),
        ("HOUSEFUL_LOG_FORMAT", "xml"),
        ("HOUSEFUL_DEMO_EVENTS", "maybe"),
        ("HOUSEFUL_PUBLIC_URL", "example.org"),
        ("HOUSEFUL_ALLOWED_ORIGINS", "https://a.example/path"),
        ("HOUSEFUL_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("HOUSEFUL_JWT_PUBLIC_KEY", "/no/such/file"),
        ("HOUSEFUL_JWT_JWKS", "/no/such/file"),
        ("HOUSEFUL_MAIL_FROM", "nobody"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    assert f"  {name}: expected " in refusal()
    assert f'got "{value}"' in refusal()


def test_a_sender_that_is_none_is_refused_at_the_start_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOUSEFUL_MAIL_FROM", "Box Office <a..b@example.org>")

    assert "two periods in a row" in refusal()


@pytest.mark.parametrize(
    "name",
    [
        "HOUSEFUL_JWT_SECRET",
        "HOUSEFUL_METRICS_TOKEN",
        "HOUSEFUL_SMTP_URL",
        "REDIS_URL",
        "DATABASE_URL",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
    ],
)
def test_a_wrong_secret_is_refused_without_being_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "hunt2")

    assert f"  {name}: expected " in refusal()
    assert "hunt2" not in refusal()


@pytest.mark.parametrize(
    "weak",
    [
        "x" * 64,
        "too short, only 30 characters!",
        "0123456789abcdef0123456789abcdef",
        "changeme-changeme-now-at-once-please",
        "MyVeryLongPassword-for-the-theatre-2026",
    ],
)
def test_a_signing_secret_that_can_be_guessed_is_refused(
    monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    monkeypatch.setenv("HOUSEFUL_JWT_SECRET", weak)

    assert "HOUSEFUL_JWT_SECRET: expected at least 32 characters that nobody can guess" in refusal()
    assert weak not in refusal()


def test_an_issuer_s_key_needs_its_name_and_an_audience(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOUSEFUL_JWT_PUBLIC_KEY", PUBLIC_PEM)
    for name in ("HOUSEFUL_JWT_ISSUER", "HOUSEFUL_JWT_AUDIENCE"):
        assert f"{name}: expected a value, because HOUSEFUL_JWT_PUBLIC_KEY is set" in refusal()
    monkeypatch.setenv("HOUSEFUL_JWT_ISSUER", "https://id.example")
    monkeypatch.setenv("HOUSEFUL_JWT_AUDIENCE", "houseful")
    monkeypatch.setenv("HOUSEFUL_JWT_ROLE_MAP", "box-office=venue, boss=admin")
    assert settings.load().foreign_roles() == {"box-office": "venue", "boss": "admin"}
    monkeypatch.setenv("HOUSEFUL_JWT_ROLE_MAP", "box-office=king")
    assert "HOUSEFUL_JWT_ROLE_MAP: expected an issuer's roles" in refusal()


def test_a_private_key_in_the_wrong_variable_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOUSEFUL_JWT_PUBLIC_KEY", "-----BEGIN PRIVATE KEY-----" + "A" * 120)

    assert "AAAA" not in refusal()


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@cache")
    monkeypatch.setenv("HOUSEFUL_JWT_SECRET", "hunter2 was not long enough for 256 bits")
    found = settings.load()

    assert "hunter2" not in f"{found!r} {found}"


def test_two_sources_of_public_keys_contradict_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jwks = tmp_path / "jwks.json"
    jwks.write_text('{"keys": [{"kty": "OKP"}]}')
    monkeypatch.setenv("HOUSEFUL_JWT_JWKS", str(jwks))
    monkeypatch.setenv("HOUSEFUL_JWT_ISSUER", "https://id.example")
    monkeypatch.setenv("HOUSEFUL_JWT_AUDIENCE", "houseful")
    assert settings.load().jwt_jwks == jwks

    monkeypatch.setenv("HOUSEFUL_JWT_PUBLIC_KEY", PUBLIC_PEM)
    assert "HOUSEFUL_JWT_JWKS: expected no value beside" in refusal()


def test_a_public_key_may_be_text_escaped_text_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_text(PUBLIC_PEM)
    monkeypatch.setenv("HOUSEFUL_JWT_ISSUER", "https://id.example")
    monkeypatch.setenv("HOUSEFUL_JWT_AUDIENCE", "houseful")
    for given in (PUBLIC_PEM, PUBLIC_PEM.replace("\n", "\\n"), str(file)):
        monkeypatch.setenv("HOUSEFUL_JWT_PUBLIC_KEY", given)
        assert settings.load().jwt_public_key == PUBLIC_PEM


def test_names_for_the_test_suite_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEFUL_TEST_REDIS_SERVER", "/usr/bin/redis-server")

    settings.load()


def test_without_a_database_url_the_data_directory_holds_one(tmp_path: Path) -> None:
    assert settings.load(data_dir=tmp_path).sql_url() == f"sqlite:///{tmp_path}/houseful.db"


def test_the_signing_secret_is_made_once_and_only_its_owner_may_read_it(data_dir: Path) -> None:
    first = settings.load(data_dir=data_dir).signing_secret()

    assert len(first) == 64
    assert settings.load(data_dir=data_dir).signing_secret() == first
    assert stat.S_IMODE((data_dir / "signing-secret").stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == ["signing-secret"]


def test_processes_that_start_together_agree_on_one_signing_secret(data_dir: Path) -> None:
    ask = "import sys; from houseful.settings import load; print(load(data_dir=sys.argv[1]).{})"
    command = [sys.executable, "-c", ask.format("signing_secret()"), str(data_dir)]
    askers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]

    assert len({asker.communicate()[0] for asker in askers}) == 1


def test_a_given_secret_is_used_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    monkeypatch.setenv("HOUSEFUL_JWT_SECRET", SECRET)

    assert settings.load(data_dir=data_dir).signing_secret() == SECRET
    assert not data_dir.exists()


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"cannot keep a signing secret in .*Not a dir"):
        settings.load(data_dir=tmp_path / "file" / "data").signing_secret()


def test_only_what_nobody_has_set_up_is_a_demo(tmp_path: Path) -> None:
    jwks = tmp_path / "keys.json"
    jwks.write_text('{"keys": [{}]}')
    assert settings.Settings().is_demo
    assert not settings.Settings(jwt_secret=SECRET).is_demo
    assert not settings.Settings(jwt_jwks=jwks).is_demo
    assert not settings.Settings(stripe_secret_key="sk_test_1").is_demo
