"""The command as a person runs it: real processes, one sentence when something is wrong."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest

from houseful import __version__, settings
from houseful.cli import commands
from houseful.domain.errors import ConfigurationError, Conflict, HousefulError, InvalidRequest
from houseful.valkey.embedded import EmbeddedValkey, find_running
from houseful.web.auth import Tokens
from tests.support.databases import fresh_sqlite
from tests.support.logs import to_standard_error
from tests.support.ports import free_port
from tests.support.table_charts import PRICES, table_chart

CHECKOUT = Path(__file__).resolve().parents[2]
TINY = (
    f"import os; os.environ['PYTHONPATH'] = {str(CHECKOUT)!r}; "
    "import houseful.process.early as e; e.WORKER_MODULE = 'tests.support.tiny_worker'"
)
HERE = {"event", "token", "doctor"}
"""Commands that need no process of their own; `tests/process/test_imports.py` runs one in its own."""

HOUSEFUL = [sys.executable, "-m", "houseful"]
HOUSEFUL_WITH_TINY_WORKERS = [
    *(sys.executable, "-c", f"{TINY}; from houseful.cli.commands import main; main()")
]

PLAN = {
    "name": "Room",
    "size": {"width": 100, "height": 100},
    "categories": [{"name": "Stalls", "color": "#ff0000"}],
    "zones": [
        {
            "name": "Main",
            "zone_id": "main",
            "position": {"x": 0, "y": 0},
            "areas": [],
            "rows": [
                {
                    "row_number": "A",
                    "row_number_position": "start",
                    "position": {"x": 0, "y": 0},
                    "seats": [
                        {
                            "seat_number": str(number),
                            "seat_guid": f"a-{number}",
                            "uuid": f"u-{number}",
                            "position": {"x": number * 10, "y": 0},
                            "category": "Stalls",
                        }
                        for number in range(1, 4)
                    ],
                }
            ],
        }
    ],
}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """With a database that is migrated already, which takes longer than most commands."""
    place = tmp_path / "data"
    place.mkdir(mode=0o700)
    fresh_sqlite(place)
    return place


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    """A command says what its process logs; here it is one of many in a process."""
    yield
    to_standard_error()


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOUSEFUL_", "STRIPE_", "REDIS_", "DATABASE_"))
    }
    return {**kept, "HOUSEFUL_DATA_DIR": str(data_dir), "HOUSEFUL_PORT": "0", **more}


def run(data_dir: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command with these variables alone; one that starts no process runs in this one."""
    if arguments and arguments[0] in HERE:
        return run_here(environment(data_dir, **more), arguments)
    return subprocess.run(
        [*HOUSEFUL, *arguments],
        env=environment(data_dir, **more),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def run_here(
    variables: Mapping[str, str], arguments: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """As the console script does it, without a second and more of loading for each."""
    out, errors, code = io.StringIO(), io.StringIO(), 0
    with (
        patch.dict(os.environ, variables, clear=True),
        patch.object(sys, "argv", ["houseful", *arguments]),
        redirect_stdout(out),
        redirect_stderr(errors),
    ):
        try:
            commands.main()
        except SystemExit as ended:
            if isinstance(ended.code, str):
                print(ended.code, file=sys.stderr)
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), errors.getvalue())


def refusal(data_dir: Path, *arguments: str, **more: str) -> str:
    """The one sentence on standard error; the command must have failed and said nothing else."""
    done = run(data_dir, *arguments, **more)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("houseful: ")
    assert done.stdout == ""
    return done.stderr.removeprefix("houseful: ").rstrip("\n")


def wait_until(holds: Callable[[], bool], *, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.02)


def get(address: str, path: str = "/") -> str:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def answers(address: str) -> bool:
    try:
        get(address)
    except (OSError, http.client.HTTPException):
        return False
    return True


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Running:
    """A server started as a person does, up and answering."""

    def __init__(self, command: list[str], data_dir: Path, *arguments: str, **more: str) -> None:
        self.data_dir = data_dir
        self.log = data_dir.with_suffix(".log")
        with self.log.open("w") as errors:
            self.process = subprocess.Popen(
                [*command, *arguments],
                env=environment(data_dir, **more),
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        said = re.fullmatch(rf"Houseful {re.escape(__version__)} is at (http://\S+)\n", line)
        assert said, (line, self.log.read_text())
        self.address = said[1]

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        self.process.send_signal(signal_number)
        return self.end()

    def end(self) -> int:
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def start(
    data_dir: Path,
) -> Iterator[Callable[..., Running]]:
    """Starts servers and sees that none survives the test."""
    started: list[Running] = []

    def begin(*arguments: str, **more: str) -> Running:
        more = {"HOUSEFUL_DEMO_EVENTS": "false", **more}
        started.append(Running(HOUSEFUL_WITH_TINY_WORKERS, data_dir, *arguments, **more))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.end()
    wait_until(lambda: find_running(data_dir) is None)


def test_houseful_alone_serves_says_where_and_stops_clean(start: Callable[..., Running]) -> None:
    server = start()
    worker = int(get(server.address))
    assert find_running(server.data_dir) is not None
    assert server.process.stdout is not None
    link = re.fullmatch(
        rf"For staff: {server.address}/#/venue\?token=(\S+)\n", server.process.stdout.readline()
    )
    assert link is not None
    user = Tokens(settings.Settings(data_dir=server.data_dir)).verify(link[1])
    assert (user.id, user.role) == ("staff", "venue")

    assert server.stop() == 0
    assert find_running(server.data_dir) is None
    assert not runs(worker)
    assert not answers(server.address)
    assert "Traceback" not in server.log.read_text()


def test_control_c_stops_it_too(start: Callable[..., Running]) -> None:
    server = start("serve")

    assert server.stop(signal.SIGINT) == 0
    assert "Traceback" not in server.log.read_text()


def test_a_server_that_was_killed_leaves_nothing_behind(start: Callable[..., Running]) -> None:
    server = start()
    worker = int(get(server.address))
    server.stop(signal.SIGKILL)

    wait_until(lambda: not runs(worker))
    wait_until(lambda: find_running(server.data_dir) is None)
    assert not answers(server.address)


def test_several_workers_share_the_port(start: Callable[..., Running]) -> None:
    server = start("serve", "--workers", "2")
    seen: set[str] = set()

    def both_answered() -> bool:
        seen.add(get(server.address))
        return len(seen) == 2

    wait_until(both_answered)


def test_a_worker_that_dies_is_replaced(start: Callable[..., Running]) -> None:
    server = start()
    first = get(server.address)
    with pytest.raises((OSError, http.client.HTTPException)):
        get(server.address, "/die")

    assert get(server.address) != first  # waits on the socket until the next worker serves it
    assert "worker_died" in server.log.read_text()


def test_while_a_dead_worker_is_replaced_nobody_waits_for_it(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    hindrance = tmp_path / "hindrance"
    server = start("serve", "--workers", "2", HOUSEFUL_TEST_WAIT_WHILE=str(hindrance))
    hindrance.touch()
    dead = get(server.address)
    os.kill(int(dead), signal.SIGKILL)
    wait_until(lambda: not runs(int(dead)))
    wait_until(lambda: "worker_died" in server.log.read_text())

    answered = {get(server.address) for _ in range(40)}
    assert len(answered) == 1
    assert dead not in answered

    hindrance.unlink()
    wait_until(lambda: get(server.address) not in answered)


def test_an_heir_that_does_not_start_replaces_nobody(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    hindrance = tmp_path / "hindrance"
    server = start("serve", "--workers", "2", HOUSEFUL_TEST_WAIT_WHILE=str(hindrance))
    hindrance.touch()
    both = {get(server.address) for _ in range(40)}
    assert len(both) == 2
    server.process.send_signal(signal.SIGUSR1)
    wait_until(lambda: "replacing_worker" in server.log.read_text())
    assert {get(server.address) for _ in range(20)} == both

    assert server.stop() == 0
    assert not [pid for pid in both if runs(int(pid))]


def test_an_embedded_valkey_that_dies_is_started_again_at_its_address(
    start: Callable[..., Running],
) -> None:
    import redis

    server = start()
    url = find_running(server.data_dir)
    assert url is not None
    with redis.Redis.from_url(url) as client:
        first = int(client.info("server")["process_id"])
        os.kill(first, signal.SIGKILL)

        def another_answers() -> bool:
            try:
                return int(client.info("server")["process_id"]) != first
            except redis.RedisError:
                return False

        wait_until(another_answers)
    assert find_running(server.data_dir) == url


def test_a_taken_port_is_one_sentence(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (("serve",), ("serve", "--workers", "2"), ()):  # `houseful` alone serves
            said = refusal(data_dir, *command, "--port", port)
            assert said == (
                f"port {port} on 127.0.0.1 is taken; choose another with --port,"
                " or 0 for any free one"
            )


def test_a_host_that_is_not_ours_is_one_sentence(data_dir: Path) -> None:
    assert refusal(data_dir, "serve", "--host", "192.0.2.1").startswith(
        "cannot listen on 192.0.2.1"
    )


def test_a_data_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal(tmp_path / "file" / "data")

    assert said == (
        f"cannot write to the data directory {tmp_path}/file/data: Not a directory;"
        " choose another with --data-dir or HOUSEFUL_DATA_DIR"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_data_directory_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    assert "Permission denied" in refusal(tmp_path)


def test_a_dead_redis_is_one_sentence_without_its_password(data_dir: Path) -> None:
    port = free_port()
    said = refusal(data_dir, REDIS_URL=f"redis://:hunter2@127.0.0.1:{port}/3")

    assert said.startswith(f"Redis at redis://127.0.0.1:{port}/3 does not answer: ")
    assert "hunter2" not in said
    assert "\n" not in said


def test_wrong_settings_are_all_named(data_dir: Path) -> None:
    said = refusal(data_dir, HOUSEFUL_WORKERS="none", HOUSEFUL_HOLD_SECONDS="-3")

    assert "HOUSEFUL_WORKERS: expected 1 to 256" in said
    assert 'HOUSEFUL_HOLD_SECONDS: expected 1 to 86400 seconds, got "-3"' in said


def test_a_second_server_on_one_data_directory_is_one_sentence(
    start: Callable[..., Running],
) -> None:
    server = start()
    said = refusal(server.data_dir)

    assert f"another Houseful server (process {server.process.pid}) uses the data dir" in said
    assert answers(server.address)


def test_a_worker_that_cannot_start_ends_the_server(data_dir: Path, tmp_path: Path) -> None:
    broken = HOUSEFUL_WITH_TINY_WORKERS[2].replace(
        "tests.support.tiny_worker", "tests.no_such_worker"
    )
    done = subprocess.run(
        [sys.executable, "-c", broken],
        env=environment(data_dir, HOUSEFUL_DEMO_EVENTS="false"),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert re.search(r"^houseful: worker \d+ did not start", done.stderr, re.MULTILINE)
    assert find_running(data_dir) is None


def test_the_whole_server_answers_and_an_empty_database_gets_demo_events_once(
    tmp_path: Path,
) -> None:
    data_dir = tmp_path / "new"
    for _ in range(2):
        server = Running(HOUSEFUL, data_dir)
        healthy = get(server.address, "/healthz")
        listed = run(data_dir, "event", "list").stdout

        assert server.stop() == 0, server.log.read_text()
        assert "Traceback" not in server.log.read_text()
        assert json.loads(healthy)["success"] is True
        assert len(listed.splitlines()) == 3
        assert " 50,000  " in listed


def test_a_token_is_accepted_by_the_server_that_shares_the_data_directory(data_dir: Path) -> None:
    done = run(data_dir, "token", "--user", "ada", "--role", "venue", "--ttl", "60")
    user = Tokens(settings.load(data_dir=data_dir)).verify(done.stdout.strip())

    assert (user.id, user.role) == ("ada", "venue")
    assert user.expires_at_s <= time.time() + 60
    until = datetime.fromtimestamp(user.expires_at_s, UTC)
    assert done.stderr == f"venue ada, until {until:%Y-%m-%d %H:%M:%S}Z\n"


def test_a_door_s_token_is_for_one_event(data_dir: Path) -> None:
    door = ("token", "--user", "north", "--role", "door")
    signed = run(data_dir, *door, "--event", "7").stdout
    user = Tokens(settings.load(data_dir=data_dir)).verify(signed.strip())
    assert (user.role, user.event_id) == ("door", 7)
    assert "expected an event for the role door alone" in refusal(data_dir, *door)


@pytest.mark.parametrize(
    "user", ["", "a\x00b", "ada\x1b[2J", "a\u202eb", " ada", "A\u030asa", "x" * 129]
)
def test_a_token_for_a_user_that_no_server_accepts_is_refused(
    data_dir: Path, user: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidRequest, match="expected `sub` "):
        called("token", "--user", user, data_dir=data_dir)
    assert capsys.readouterr().out == ""


def test_a_start_that_is_over_is_warned_of(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    named = ("event", "import", str(file), "--name", "Old", "--price", "Stalls=75.00")
    done = run(data_dir, *named, "--starts-at", "2021-01-09T19:30:00Z")
    assert done.returncode == 0, done.stderr
    assert "--starts-at 2021-01-09T19:30:00Z is over" in done.stderr


def test_an_imported_plan_is_listed_as_an_event_by_the_venue_s_clocks_with_their_zone(
    data_dir: Path, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    done = run(
        data_dir,
        *("event", "import", str(file), "--name", "Première", "--venue", "Old Room"),
        *("--starts-at", "2030-01-09T19:30:00Z", "--price", "Stalls=75.00"),
        *("--timezone", "Europe/Vienna"),
    )
    listed = run(data_dir, "event", "list")

    assert (done.returncode, done.stdout) == (0, "event 1: Première, 3 seats\n")
    assert listed.stdout == "   1  2030-01-09 20:30 CET        3  Première  (Old Room)\n"


@pytest.fixture
def premiere(data_dir: Path, tmp_path: Path) -> str:
    """An event with two ticket types; its number."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    done = run(
        data_dir,
        *("event", "import", str(file), "--name", "Première", "--starts-at"),
        *("2030-01-09T19:30:00Z", "--ticket-type", "Adult", "--ticket-type", "Child; most=4"),
        *("--price", "Stalls/Adult=75.00", "--price", "Stalls/Child=30"),
    )
    assert done.returncode == 0, done.stderr
    return "1"


def test_prices_of_ticket_types_are_shown_and_changed_where_they_are_named(
    data_dir: Path, premiere: str
) -> None:
    def shown() -> list[str]:
        return run(data_dir, "event", "price", premiere).stdout.splitlines()

    assert shown() == ["Stalls/Adult=75.00", "Stalls/Child=30.00"]
    done = run(data_dir, "event", "price", premiere, "--price", "Stalls/Child=25")
    assert (done.returncode, done.stdout) == (0, "event 1 has other prices\n")
    assert shown() == ["Stalls/Adult=75.00", "Stalls/Child=25.00"]


WRONG_PRICES = (
    (["--price", "Stalls/Child=1e5"], "expected an amount"),
    (["--price", "Stalls/Child=0.30"], "expected a price of 0.50 to"),
    (["--price", "Stalls/Senior=5", "--price", "Stalls/Senior=6"], "expected one price for"),
    (["--price", "Balcony/Child=5"], "Balcony"),
    (["--ticket-type", "Child; most=none"], "most"),
    (["--fee-percent", "101"], "percent"),
    (["--vat", "x"], "vatPercent"),
)


def test_wrong_prices_of_an_event_are_refused_and_change_nothing(
    data_dir: Path, premiere: str
) -> None:
    before = run(data_dir, "event", "price", premiere).stdout
    for given, said in WRONG_PRICES:
        assert said in refusal(data_dir, "event", "price", premiere, *given), given
        assert run(data_dir, "event", "price", premiere).stdout == before, given
        assert "got 2" in refusal(data_dir, "event", "price", "2", *given), given


def test_tables_are_sold_whole_and_priced_as_the_command_says(
    data_dir: Path, tmp_path: Path, valkey: EmbeddedValkey
) -> None:
    file = tmp_path / "ball.json"
    file.write_text(json.dumps(table_chart()))
    prices = [part for name, amount in PRICES.items() for part in ("--price", f"{name}={amount}")]
    done = run(
        data_dir,
        *("event", "import", str(file), "--name", "Ball", "--starts-at", "2031-12-31T20:00:00Z"),
        *(*prices, "--table-booking", "by_table", "--table-prices", "per_table"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    box = "  Main, box B1: 6 seats, for 2 to 6"
    tables = [f"  Main, table T{n}: 6 seats, for 6" for n in (1, 2)]

    def told(*asked: str, **more: str) -> list[str]:
        return run(data_dir, "event", "tables", "1", *asked, **more).stdout.splitlines()

    assert told() == ["event 1: tables by_table, prices are for a table", *tables, box]
    change = ("--booking", "by_seat")
    assert "expected the server to run" in refusal(data_dir, "event", "tables", "1", *change)
    assert told()[0] == "event 1: tables by_table, prices are for a table"
    changed = told(*change, REDIS_URL=valkey.url)
    assert changed == ["event 1: tables by_seat, prices are for a table", box]
    run(data_dir, "event", "price", "1", "--table-prices", "per_head")
    assert told() == ["event 1: tables by_seat, prices are for a person", box]


WRONG_IMPORTS: tuple[tuple[Mapping[str, str], str], ...] = (
    ({"--price": "Stalls"}, '--price: expected CATEGORY[/TYPE]=AMOUNT, got "Stalls"'),
    ({"--price": "Balcony=5"}, 'prices: expected prices for "Stalls", got one for "Balcony"'),
    ({"--price": "Stalls=7.555"}, "expected an amount ≥ 0 with at most 2 decimals"),
    ({"--starts-at": "tomorrow"}, "expected a time such as 2026-01-09T12:00:00Z"),
    ({"--currency": "euro"}, "currency: "),
    ({"--currency": "XXX"}, "XXX"),
    ({"--price": "Stalls=0.30"}, "expected a price of 0.50 to 999999.99 EUR"),
    ({"--price": "Stalls=12.505", "--currency": "KWD"}, "KWD in steps of 0.010, got 12.505"),
)


def test_a_wrong_import_is_refused_whole(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    options = {"--name": "X", "--starts-at": "2030-01-09T19:30:00Z", "--price": "Stalls=75.00"}
    place = ["--data-dir", str(data_dir)]
    for changed, said in WRONG_IMPORTS:
        given = [part for option in {**options, **changed}.items() for part in option]
        with pytest.raises((InvalidRequest, ConfigurationError)) as caught:
            commands.app(["event", "import", str(file), *given, *place], standalone_mode=False)
        assert said in caught.value.message, changed

        commands.app(["event", "list", *place], standalone_mode=False)
        assert capsys.readouterr().out == "", changed


def test_a_discount_code_is_known_once(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--data-dir", str(data_dir)]
    commands.app(["discount", "add", "summer10", "--percent", "10", *place], standalone_mode=False)
    assert capsys.readouterr().out == "discount SUMMER10 is known\n"

    with pytest.raises(Conflict, match="SUMMER10 exists already"):
        commands.app(
            ["discount", "add", "Summer10", "--amount", "5.00", *place], standalone_mode=False
        )


def test_a_discount_of_both_kinds_or_none_is_refused(data_dir: Path) -> None:
    for wrong in (
        [],
        ["--percent", "10", "--amount", "5"],
        ["--percent", "101"],
        ["--amount", "0.005", "--currency", "KWD"],
    ):
        with pytest.raises(InvalidRequest, match="expected"):
            commands.app(
                ["discount", "add", "X", *wrong, "--data-dir", str(data_dir)],
                standalone_mode=False,
            )


def called(*arguments: str, data_dir: Path) -> None:
    commands.app([*arguments, "--data-dir", str(data_dir)], standalone_mode=False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--event", "99999"], "no event 99999"),
        (["--uses", "-3"], "maxUses: "),
        (["--uses-per-user", "0"], "maxUsesPerUser: "),
        (
            ["--starts-at", "2030-01-02T00:00:00Z", "--ends-at", "2030-01-01T00:00:00Z"],
            "startsAt: ",
        ),
        (["--ends-at", "0027-01-01T00:00:00Z"], "years 1970 to 2099"),
        (["--ends-at", "9999-12-31T23:59:59-14:00"], "years 1970 to 2099"),
    ],
)
def test_the_command_refuses_the_discounts_that_the_page_refuses(
    data_dir: Path, options: list[str], said: str
) -> None:
    with pytest.raises(HousefulError) as caught:
        called("discount", "add", "X", "--percent", "10", *options, data_dir=data_dir)
    assert said in caught.value.message


def test_an_import_without_prices_lists_what_needs_one(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    with pytest.raises(InvalidRequest) as caught:
        called(
            *("event", "import", str(file), "--name", "X", "--starts-at", "2030-01-09T19:30:00Z"),
            data_dir=data_dir,
        )
    assert "3 seats  Stalls" in caught.value.message
    assert "--price 'Stalls=…'" in caught.value.message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--starts-at", "0027-06-01T20:00:00Z"], "years 1970 to 2099"),
        (["--on-sale-at", "2031-01-01T00:00:00Z"], "onSaleAt: expected a time before the start"),
        (["--off-sale-at", "2031-01-01T00:00:00Z"], "offSaleAt: "),
        (["--name", "\x00 "], "name: String should have at least 1 char"),
        (["--venue", "x" * 201], "venue: String should have at most 200 char"),
    ],
)
def test_the_command_refuses_the_events_that_the_page_refuses(
    data_dir: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    usual = ["--name", "X", "--starts-at", "2030-01-09T19:30:00Z", "--price", "Stalls=75.00"]
    with pytest.raises(InvalidRequest) as caught:
        called("event", "import", str(file), *usual, *options, data_dir=data_dir)
    assert said in caught.value.message


def test_a_plan_that_is_not_there_or_no_plan_is_one_sentence(
    data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text("nonsense")
    rest = ["--name", "X", "--starts-at", "2030-01-09T19:30:00Z", "--price", "Stalls=75.00"]

    said = refusal(data_dir, "event", "import", str(tmp_path / "none.json"), *rest)
    assert said == f"cannot read {tmp_path}/none.json: No such file or directory"
    said = refusal(data_dir, "event", "import", str(tmp_path / "plan.json"), *rest)
    assert said.startswith("document: expected JSON")


def test_the_doctor_finds_nothing_wrong_with_the_defaults(data_dir: Path) -> None:
    done = run(data_dir, "doctor")

    assert done.returncode == 0, done.stdout
    assert "ok   redis           embedded, not running now" in done.stdout
    assert "warn payments        demo gateway: no money moves" in done.stdout


def test_the_doctor_asks_a_running_server_s_valkey(start: Callable[..., Running]) -> None:
    data_dir = start().data_dir
    run(data_dir, "event", "list")  # makes the database
    done = run(data_dir, "doctor")

    assert re.search(r"ok   redis           \w+ \d+\.\d+\.\d+, one server, notif", done.stdout)
    assert "ok   database        SQLite answers" in done.stdout


def test_the_doctor_names_what_does_not_answer_and_looks_at_the_rest(data_dir: Path) -> None:
    done = run(data_dir, "doctor", REDIS_URL="redis://127.0.0.1:1")

    assert done.returncode == 1
    assert "NOT  redis           Redis at redis://127.0.0.1:1 does not answer" in done.stdout
    assert "warn payments" in done.stdout


def test_the_version_is_printed(data_dir: Path) -> None:
    assert run(data_dir, "--version").stdout == f"houseful {__version__}\n"


def test_python_m_server_is_the_same_command(data_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "houseful", "--version"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )

    assert done.stdout == f"houseful {__version__}\n"


def test_a_copy_of_a_database_is_made_a_house_of_its_own(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A staging copy must not take the live shop's payments for its own."""
    said = []
    for more in ([], [], ["--new"], []):
        commands.app(["house", *more, "--data-dir", str(data_dir)], standalone_mode=False)
        said.append(capsys.readouterr().out)
    first, again, renewed, kept = said
    assert re.fullmatch(r"house [0-9a-f]{32}: no account yet\n", first)
    assert first == again
    assert renewed == kept != first
