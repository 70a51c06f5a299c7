"""Texts, numbers, lists and moments; the one place that reads the environment."""

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def passed_on(**variables: str) -> dict[str, str]:
    """The environment of a process that this one starts, with these variables besides."""
    return os.environ | variables


def variable(name: str, default: str = "") -> str:
    """The variable's value, or the content of the file that NAME_FILE points at, without blanks around it."""
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE: expected a readable file of text, found {file!r}: {error}"
            ) from error
    text = os.environ.get(name, "").strip()
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ImproperlyConfigured(f"{name}: expected text in UTF-8, like Zeitung für alle")
    return text or default


def required(name: str, why: str, example: str) -> str:
    if value := variable(name):
        return value
    raise ImproperlyConfigured(f"{name} must be set {why}, for example {name}={example}")


def family(prefix: str) -> dict[str, str]:
    """Every variable whose name begins so, by the rest of its name."""
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): variable(name) for name in sorted(names)}


def one_line(name: str, default: str) -> str:
    """Words that stand in headers, such as a name."""
    text = variable(name, default)
    if CONTROL.search(text) or len(text) > 100:
        raise ImproperlyConfigured(f"{name}: expected one line of at most 100 characters, like {default}")
    return text


def choice(name: str, among: list[str]) -> str:
    """One of several; the first is the default."""
    text = variable(name, among[0])
    if text not in among:
        raise ImproperlyConfigured(f"{name}: expected {' or '.join(among)}, found {text!r}")
    return text


def language(name: str) -> str:
    """As Django calls it, like pt-br; pt_BR is understood, and of a country's variant without words of its own the
    language. What machines have under LANGUAGE for their own programs, a list or an encoding, is not meant for us."""
    text = variable(name, "en")
    if re.search(r"[:.]", text) or text in ("C", "POSIX"):
        return "en"
    code = text.lower().replace("_", "-")
    for known in (code, code.partition("-")[0]):
        if known in dict(global_settings.LANGUAGES):
            return known
    raise ImproperlyConfigured(f"{name}: expected a language that Django knows, like de or pt-br, found {text!r}")


def whole_number(name: str, default: int, lowest: int, highest: int) -> int:
    text = variable(name, str(default))
    if not (re.fullmatch(r"[0-9]{1,9}", text) and lowest <= int(text) <= highest):
        raise ImproperlyConfigured(f"{name}: expected a whole number from {lowest} to {highest}, found {text!r}")
    return int(text)


def switch(name: str) -> bool:
    text = variable(name, "0").lower()
    if text not in ("0", "1", "true", "false"):
        raise ImproperlyConfigured(f"{name}: expected 1 or 0, found {text!r}")
    return text in ("1", "true")


def listed(name: str) -> list[str]:
    return [item.strip() for item in variable(name).split(",") if item.strip()]


def seconds(name: str) -> timedelta:
    """A span of time, forth or back, that leads to a moment of the calendar."""
    text = variable(name, "0")
    try:
        span = timedelta(seconds=float(text))
        datetime.now(UTC) + span
    except (ValueError, OverflowError) as error:
        raise ImproperlyConfigured(f"{name}: expected a number of seconds like -8812800, found {text!r}") from error
    return span


def first_day(name: str) -> date | None:
    text = variable(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: expected a day like 2026-11-21, found {text!r}") from error
