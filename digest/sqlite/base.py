"""Django keeps to 999 variables a statement for old builds of SQLite, and cuts every bulk statement to fit: a day of
papers then takes more statements the more papers it has. Every SQLite since 3.32 (2020) takes 32,766."""

import sqlite3
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base, features

if sqlite3.sqlite_version_info < (3, 35):
    raise ImproperlyConfigured(f"DATABASE_URL: expected SQLite 3.35 or later, found {sqlite3.sqlite_version}")


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    features_class: Any = DatabaseFeatures
