"""Django keeps to 999 variables a statement for old builds of SQLite, and cuts every bulk statement to fit: a day of
papers then takes more statements the more papers it has. Every SQLite since 3.32 (2020) takes 32,766."""

import os
import sqlite3
from contextlib import suppress
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base, features

if sqlite3.sqlite_version_info < (3, 35):
    raise ImproperlyConfigured(f"DATABASE_URL: expected SQLite 3.35 or later, found {sqlite3.sqlite_version}")


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    features_class: Any = DatabaseFeatures

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A file that is not there yet is made for this user alone; SQLite gives those beside it the same mode."""
        if not conn_params.get("database", "").startswith(("file:", ":memory:")):
            with suppress(OSError):  # there already, or nowhere, which SQLite will say
                os.close(os.open(conn_params["database"], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return super().get_new_connection(conn_params)
