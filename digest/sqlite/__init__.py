"""Django's SQLite backend, with the limits of this decade's SQLite."""
