"""Where the site keeps what it knows: its folder, its database, and Redis."""

import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import make_conninfo

from digest.environment.addresses import CODED, split_address
from digest.environment.variables import variable

POSTGRESQL = ("postgresql", "postgres", "pgsql")
EXAMPLES = "postgresql://user:password@host/name or sqlite:////path/to/file"
TLS = ("ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname")  # Kombu's, of rediss://


def folder(name: str, default: Path, base: Path) -> Path:
    """One that is there now and can be written; a relative one lies in `base`, wherever a process was started."""
    path = base / Path(variable(name, str(default))).expanduser()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: expected a folder that can be written, found {path}: {error}") from error


def for_us_alone(*paths: Path) -> None:
    """Whatever of these is there is from now on read and written by this user alone; what a link leads to stays as it
    is, as it may be of others."""
    for path in (path for path in paths if not path.is_symlink()):
        with suppress(OSError):  # not there, or another user's
            if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
                path.chmod(mode & 0o700)


def own_database(file: Path) -> dict[str, Any]:
    return {"ENGINE": "digest.sqlite", "NAME": str(file)}


def database(name: str, own: Path, base: Path) -> dict[str, Any]:
    """Django's settings of postgresql:// or sqlite://, unless set of the site's own file. A relative file lies in
    `base`. What is wrong is never shown: it may hold a password."""
    if not (url := variable(name)):
        return own_database(own)
    expected = f"{name}: expected an address like {EXAMPLES}{CODED}"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ImproperlyConfigured(expected) from error
    if parts.scheme == "sqlite":
        if parts.netloc or parts.query or parts.fragment or not parts.path.strip("/"):
            raise ImproperlyConfigured(f"{name}: expected a file like sqlite:////path/to/file, # ? and % in it coded")
        return own_database(base / unquote(parts.path[1:]))
    # "/" and "@" in a name are rather of a password that was not encoded.
    if parts.scheme not in POSTGRESQL or parts.fragment or not re.fullmatch(r"/[^/@\s]+", parts.path):
        raise ImproperlyConfigured(expected)
    try:
        found: dict[str, Any] = {**dj_database_url.parse(url)}
        make_conninfo(**found.get("OPTIONS", {}))
    except (ValueError, TypeError, psycopg.ProgrammingError) as error:
        raise ImproperlyConfigured(f"{expected}; after ? parameters of PostgreSQL, like sslmode=require") from error
    return found


def broker(name: str) -> str:
    """The address of Redis; empty: none."""
    if url := variable(name):
        example = "redis://localhost:6379/0"
        found = split_address(name, url, ("redis", "rediss"), example, TLS if url.startswith("rediss") else ())
        if not re.fullmatch(r"/?|/[0-9]{1,4}", found.path):
            raise ImproperlyConfigured(f"{name}: expected an address like {example}{CODED}")
    return url
