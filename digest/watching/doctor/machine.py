"""The machine that the site is on: its disk, who may read the site's files, and settings that do not fit together."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shlex import quote

from django.conf import settings

from digest import checks
from digest.watching.doctor.base import Finding, ok, red, warning

LEAST_FREE, LEAST_TEMPORARY = 1_000_000_000, 100_000_000  # bytes; a database rewrites what it tidies
LEAST_FILES = 10_000


def settings_fit(_now: datetime) -> Iterator[Finding]:
    found = list(_misfits())
    yield from found or [ok(f"they fit one another; the site is at {settings.SITE_URL}")]


def _misfits() -> Iterator[Finding]:
    for message in checks.public_sites_speak_https():
        yield warning(message.msg, f"SITE_URL=https://{settings.HOST}")
    for message in checks.public_sites_say_who_runs_them():
        yield warning(message.msg, "SITE_POSTAL_ADDRESS='Ada Quill, 1 Example Street, Exampletown'")
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        yield red(
            "SITE_URL is https and TRUSTED_PROXIES names no proxy, so every page redirects to itself for ever.",
            "TRUSTED_PROXIES=127.0.0.1",
        )
    if not (settings.LOCAL or settings.OPERATOR_EMAIL):
        yield warning("OPERATOR_EMAIL is empty: nobody hears when something breaks.", "OPERATOR_EMAIL=you@example.org")
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        yield red("TRUSTED_PROXIES names everybody, so anyone can say to be anyone.", "TRUSTED_PROXIES=127.0.0.1")


def disk(_now: datetime) -> Iterator[Finding]:
    folders = {Path(tempfile.gettempdir()): LEAST_TEMPORARY, settings.VAR_DIR: LEAST_FREE}
    if settings.DATABASES["default"]["ENGINE"] == "digest.sqlite":
        folders[Path(settings.DATABASES["default"]["NAME"]).parent] = LEAST_FREE
    for folder, least in sorted(folders.items()):
        if not folder.is_dir():
            continue
        free, files = shutil.disk_usage(folder).free, os.statvfs(folder)
        if free < least:
            yield red(
                f"{folder} has {free // 1_000_000} MB left, and {least // 1_000_000} may be needed.", _largest(folder)
            )
        elif files.f_files and files.f_favail < LEAST_FILES:
            yield red(f"{folder} has room for {files.f_favail} files only.", f"df -i {quote(str(folder))}")
        else:
            yield ok(f"{folder} has {free // 1_000_000_000} GB left")


def _largest(folder: Path) -> str:
    return f"du -xh {quote(str(folder))} | sort -h | tail"


def permissions(_now: datetime) -> Iterator[Finding]:
    """Whoever reads these can follow readers' links, or make them."""
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    own = [settings.VAR_DIR, settings.MAIL_DIR, settings.VAR_DIR / "secrets.json", settings.BASE_DIR / ".env"]
    private = [path for path in (*own, database) if path.is_absolute() and path.exists()]
    readable = [path for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in readable:
        mode = "700" if path.is_dir() else "600"
        yield red(f"{path} can be read by other users of this machine.", f"chmod {mode} {quote(str(path))}")
    others = [path for path in private if not os.access(path, os.W_OK) and path.name != ".env"]
    for path in others:
        user = f"$(id -un {os.geteuid()})"
        yield red(f"{path} cannot be written by this user.", f"chown -R {user} {quote(str(path))}")
    if not (readable or others):
        yield ok("the site's files are its own user's alone")
